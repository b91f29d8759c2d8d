/** The examples of deploy/, as they are but for ports and certificates, in front of the servers that they are for. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { startDirectory } from './peers/backends.ts';
import { type Need, OPENSSL, run } from './peers/commands.ts';
import { DOVECOT, startDovecot } from './peers/dovecot.ts';
import { NNRPD, prepareNews, startNnrpd } from './peers/nnrpd.ts';
import { freePorts, listening, start } from './peers/peer.ts';
import { POSTFIX, startPostfix } from './peers/postfix.ts';
import * as services from './peers/services.ts';
import { live, type Stage } from './peers/stage.ts';
import { certify } from './peers/test-ca.ts';

const BIN = fileURLToPath(new URL('../../../cli/dist/bin.js', import.meta.url));
const EXAMPLES = new URL('../../../../deploy/examples/', import.meta.url);

interface Row {
  readonly example: string;
  readonly needs: readonly Need[];
  /** Starts the servers, and gives the port of each that the example names by another. */
  start(stage: Stage, certificate: Awaited<ReturnType<typeof certify>>): Promise<Readonly<Record<number, number>>>;
  /** Of each listener: how `openssl s_client` comes to TLS there, and what is heard at once where it is implicit. */
  readonly shows: Readonly<Record<number, readonly [upgrade: string | undefined, greeting?: RegExp]>>;
}

const rows: readonly Row[] = [
  {
    example: 'dovecot',
    needs: [DOVECOT],
    async start(stage, certificate) {
      const [imap = 0, imaps = 0, pop3 = 0, pop3s = 0, lmtp = 0, lmtps = 0, sieve = 0] = await freePorts(7);
      await stage.keep(startDovecot(stage.home, certificate, { imap, imaps, pop3, pop3s, lmtp, lmtps, sieve }));
      return { 10143: imap, 10110: pop3, 14190: sieve };
    },
    shows: {
      143: ['imap'],
      993: [undefined, /^\* OK /m],
      110: ['pop3'],
      995: [undefined, /^\+OK /m],
      4190: ['sieve'],
    },
  },
  {
    example: 'postfix',
    needs: [POSTFIX],
    async start(stage, certificate) {
      const [may = 0, encrypt = 0, submission = 0, implicit = 0, none = 0] = await freePorts(5);
      await stage.keep(startPostfix(stage.home, certificate, { may, encrypt, submission, implicit, none }));
      return { 10025: none, 10587: none };
    },
    shows: { 25: ['smtp'], 587: ['smtp'], 465: [undefined, /^220 /m] },
  },
  {
    example: 'inn',
    needs: [NNRPD],
    async start(stage, certificate) {
      const [port = 0] = await freePorts(1);
      await stage.keep(startNnrpd(await prepareNews(stage.home, certificate), { port, implicit: false }));
      return { 10119: port };
    },
    shows: { 119: ['nntp'], 563: [undefined, /^20[01] /m] },
  },
  {
    example: 'slapd',
    needs: [services.SLAPD],
    async start(stage, certificate) {
      const [port = 0] = await freePorts(1);
      await stage.keep(startDirectory(stage.home, certificate, port));
      return { 10389: port };
    },
    shows: { 389: ['ldap'], 636: [undefined] },
  },
];

for (const { example, needs, start: begin, shows } of rows)
  live(`the example for ${example} works with it`, [OPENSSL, ...needs], async (stage) => {
    const certificate = await certify(stage.home, ['localhost']);
    const behind = await begin(stage, certificate);
    let text = readFileSync(new URL(`${example}.toml`, EXAMPLES), 'utf8').replaceAll('/etc/hastls/tls/', '');
    for (const [named, port] of Object.entries(behind))
      text = text.replaceAll(`127.0.0.1:${named}"`, `127.0.0.1:${port}"`);
    const listeners = Object.keys(shows);
    const ports = await freePorts(listeners.length);
    for (const [index, named] of listeners.entries())
      text = text.replace(`"0.0.0.0:${named}"`, `"127.0.0.1:${ports[index]}"`);
    assert.doesNotMatch(text, /0\.0\.0\.0/, 'each listener is shown');
    const file = join(stage.home, 'example.toml');
    writeFileSync(file, `workers = 1\ndrain_ms = 100\n${text}`);
    const args = [BIN, 'gateway', '-c', file];
    await stage.keep(start({ name: 'gateway', command: 'node', args, isReady: () => listening(ports) }));
    for (const [index, [upgrade, greeting]] of Object.values(shows).entries())
      await stage.check(`port ${listeners[index]}: ${upgrade ?? 'implicit TLS'}`, async () => {
        const to = ['-connect', `127.0.0.1:${ports[index]}`, '-servername', 'localhost', '-CAfile', certificate.ca];
        const how = upgrade === undefined ? [] : ['-starttls', upgrade];
        const heard = await run('openssl', 's_client', ...to, ...how, '-verify_return_error');
        assert.match(heard, /Verify return code: 0 \(ok\)/);
        if (greeting === undefined) return;
        const trust = { ca: readFileSync(certificate.ca), servername: 'localhost' };
        const socket = tls.connect({ host: '127.0.0.1', port: ports[index], ...trust });
        const [words] = await once(socket, 'data');
        socket.destroy();
        assert.match(String(words), greeting);
      });
  });
