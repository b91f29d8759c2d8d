/** What is agreed on with a gateway as it is run, told by `openssl s_client`: stapled answers, and sessions that go on. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OPENSSL, run } from './peers/commands.ts';
import { freePorts, listening, start } from './peers/peer.ts';
import { live, type Stage } from './peers/stage.ts';
import { type Certificate, certify } from './peers/test-ca.ts';

const BIN = fileURLToPath(new URL('../../../cli/dist/bin.js', import.meta.url));
const NAME = 'mail.test';

/** Starts a gateway of implicit TLS, and gives its port. */
async function gateway(stage: Stage, name: string, behind: number, more: string): Promise<number> {
  const [port = 0] = await freePorts(1);
  const file = join(stage.home, `${name}.toml`);
  const heads = more.startsWith('[') ? `${more}\n` : '';
  const certificate = `cert = "chain.pem", key = "key.pem"${more.startsWith('[') ? '' : `, ${more}`}`;
  writeFileSync(
    file,
    `${heads}[[gateway]]\nlisten = "127.0.0.1:${port}"\nmode = "implicit"\nbackend = "127.0.0.1:${behind}"\ncertificates = [{ ${certificate} }]\n`,
  );
  const args = [BIN, 'gateway', '-c', file];
  await stage.keep(start({ name, command: 'node', args, isReady: () => listening([port]) }));
  return port;
}

async function backend(stage: Stage): Promise<number> {
  const server = net.createServer((socket) => void socket.on('error', () => {}).end('hello')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await stage.keep(
    Promise.resolve({
      name: 'backend',
      log: () => '',
      stop: async () => void server.close(),
    }),
  );
  return (server.address() as net.AddressInfo).port; // it listens on TCP
}

const speak = (port: number, { ca }: Certificate, ...more: readonly string[]): Promise<string> =>
  run('openssl', 's_client', '-connect', `127.0.0.1:${port}`, '-servername', NAME, '-CAfile', ca, '-ign_eof', ...more);

/** Has the test CA say of its certificate that it is good. */
async function vouch(home: string, { ca, chain }: Certificate): Promise<void> {
  const at = (file: string) => join(home, file);
  const serial = (await run('openssl', 'x509', '-noout', '-serial', '-in', chain)).trim().replace('serial=', '');
  writeFileSync(at('index.txt'), `V\t491231235959Z\t\t${serial}\tunknown\t/CN=test\n`);
  const whose = ['-issuer', ca, '-cert', chain, '-no_nonce', '-reqout', at('ocsp.request')];
  await run('openssl', 'ocsp', ...whose);
  const by = ['-CA', ca, '-rsigner', ca, '-rkey', at('ca.key'), '-index', at('index.txt'), '-ndays', '1'];
  await run('openssl', 'ocsp', ...by, '-reqin', at('ocsp.request'), '-respout', at('ocsp.der'));
}

live('what a gateway agrees on, as openssl s_client tells it', [OPENSSL], async (stage) => {
  const certificate = await certify(stage.home, [NAME]);
  await vouch(stage.home, certificate);
  const behind = await backend(stage);

  await stage.check('with `ocsp` an answer is stapled, which is verified, and without it none', async () => {
    const stapling = await gateway(stage, 'stapling', behind, 'ocsp = "ocsp.der"');
    const heard = await speak(stapling, certificate, '-status');
    assert.match(heard, /OCSP Response Status: successful/);
    assert.match(heard, /Cert Status: good/);
    const silent = await gateway(stage, 'silent', behind, '[tickets]');
    assert.match(await speak(silent, certificate, '-status'), /OCSP response: no response sent/);
  });

  await stage.check(
    'gateways that have one file of ticket keys go on with each other’s sessions, and no others',
    async () => {
      writeFileSync(join(stage.home, 'tickets'), randomBytes(48));
      const shares = '[tickets]\nfile = "tickets"';
      const first = await gateway(stage, 'first', behind, shares);
      const second = await gateway(stage, 'second', behind, shares);
      const other = await gateway(stage, 'other', behind, '[tickets]');
      for (const version of ['-tls1_2', '-tls1_3']) {
        const session = join(stage.home, `session${version}`);
        assert.match(await speak(first, certificate, version, '-sess_out', session), /^New, /m);
        assert.ok(readFileSync(session).length > 0);
        assert.match(await speak(second, certificate, version, '-sess_in', session), /^Reused, /m);
        assert.match(await speak(other, certificate, version, '-sess_in', session), /^New, /m);
      }
    },
  );
});
