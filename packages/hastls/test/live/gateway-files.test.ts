/** File servers without TLS behind a gateway, and clients that are not ours: commands and data over TLS, both ways. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type net from 'node:net';
import { join } from 'node:path';
import { ftp } from 'hastls/profiles';
import { createGateway, type GatewayOptions } from 'hastls/serve';
import { createAuthority } from 'hastls/testing';
import { clients } from './clients/clients.ts';
import { OPENSSL, run } from './peers/commands.ts';
import { freePorts } from './peers/peer.ts';
import { PURE_FTPD, pureFtpd, VSFTPD, vsftpd } from './peers/services.ts';
import { live } from './peers/stage.ts';

const authority = createAuthority();
const identity = authority.issue(['localhost']);
const MODES = ['require', ftp.middle?.secrets ?? [], 'prefer'] as const;

const ROWS = [
  ['vsftpd', VSFTPD, vsftpd, 'ftp:x'],
  ['Pure-FTPd', PURE_FTPD, pureFtpd, 'joe:secret'],
] as const;

for (const [title, need, start, login] of ROWS)
  live(`${title} behind a gateway`, [need, OPENSSL], async (stage) => {
    const [backend = 0] = await freePorts(1);
    await stage.keep(start(stage.home, backend));
    const open: net.Server[] = [];
    const front = async (mode: GatewayOptions['mode']): Promise<number> => {
      const to = { host: '127.0.0.1', port: backend };
      const server = createGateway({ profile: ftp, mode, backend: to, certificates: [identity] }).createServer();
      open.push(server.listen(0, '127.0.0.1'));
      await once(server, 'listening');
      return (server.address() as net.AddressInfo).port; // as: it listens on TCP
    };
    const [ca, large, back] = ['ca-cert.pem', 'large', 'back'].map((name) => join(stage.home, name)) as [
      string,
      string,
      string,
    ]; // as: there are three
    await writeFile(ca, authority.certificate);
    await writeFile(large, randomBytes(5_000_000));
    const curl = (port: number, path: string, ...more: readonly string[]) =>
      run('curl', '-sS', '--cacert', ca, '--user', login, ...more, `ftp://localhost:${port}/${path}`);
    const isSame = async () => assert.ok((await readFile(large)).equals(await readFile(back)), 'an octet is another');

    try {
      for (const mode of MODES) {
        const port = await front(mode);
        await stage.check(`curl lists, fetches and leaves files over TLS by ${mode}`, async () => {
          assert.match(await curl(port, '', '--ssl-reqd'), /hello\.txt/);
          assert.equal(await curl(port, 'hello.txt', '--ssl-reqd', '--disable-epsv'), 'hello\n');
          const name = `in/${[mode].flat().join('-')}`;
          await curl(port, name, '--ssl-reqd', '--upload-file', large);
          await curl(port, name, '--ssl-reqd', '--output', back);
          await isSame();
        });
        await stage.check(`who does not come to TLS for commands or for data is told, by ${mode}`, async () => {
          if (mode !== 'prefer') await assert.rejects(curl(port, 'hello.txt'), /530/);
          const python = (...words: readonly string[]) => run('/usr/bin/python3', '-c', ftplib(port, ca, login, words));
          assert.match(await python('c.prot_p()', "c.retrlines('LIST')"), /hello\.txt/);
          await assert.rejects(python("c.retrlines('LIST')"), /error_perm: 521 Data need TLS as well/);
          await assert.rejects(
            python('c.prot_p()', 'c.set_pasv(False)', "c.retrlines('LIST')"),
            /500 There is no active/,
          );
        });
      }
      await stage.check('curl fetches in clear where TLS is only preferred, by a port of ours', async () => {
        const port = await front('prefer');
        assert.equal(await curl(port, 'hello.txt'), 'hello\n');
        await curl(port, 'in/clear', '--upload-file', large);
        await curl(port, 'in/clear', '--output', back);
        await isSame();
      });
      await stage.check('TLS from the first octet has its data over TLS too', async () => {
        const port = await front('implicit');
        const said = await run('curl', '-sS', '--cacert', ca, '--user', login, `ftps://localhost:${port}/hello.txt`);
        assert.equal(said, 'hello\n');
      });
      await stage.check('lftp fetches over TLS, and calls a transfer off', async () => {
        const script = [
          ...[
            `set ssl:ca-file ${ca}`,
            'set ftp:ssl-force yes',
            'set ftp:ssl-protect-data yes',
            'set cmd:fail-exit yes',
          ],
          ...[`open -u ${login.replace(':', ',')} -p ${await front('require')} ftp://localhost`, 'cat hello.txt'],
          ...['get in/prefer -o /dev/null &', 'kill all', 'cat hello.txt'],
        ];
        assert.match(await run('lftp', '-c', script.join('; ')), /hello\nhello\n/);
      });
      await stage.check(`by require come to TLS: ${clients.filter(isOfFiles).map(({ peer }) => peer)}`, async () => {
        const port = await front('require');
        for (const { visit } of clients.filter(isOfFiles)) await visit({ port, ca, home: stage.home });
      });
    } finally {
      for (const each of open) each.close();
    }
  });

/** Those who only say hello: the others have names and files of their own in mind. */
const isOfFiles = ({ protocol, peer }: { readonly protocol: string; readonly peer: string }): boolean =>
  protocol === 'ftp' && ['openssl s_client', 'gnutls-cli'].includes(peer);

/** A login by Python, and what is said behind it. */
const ftplib = (port: number, ca: string, login: string, words: readonly string[]): string =>
  [
    'import ftplib, ssl',
    `c = ftplib.FTP_TLS(context=ssl.create_default_context(cafile='${ca}'))`,
    `c.connect('localhost', ${port})`,
    `c.login(*'${login}'.split(':'))`,
    ...words,
    'c.quit()',
  ].join('\n');
