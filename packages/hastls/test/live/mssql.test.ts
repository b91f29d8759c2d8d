/** Our server of wrapped handshakes, as FreeTDS finds it: Debian has no server that speaks TDS. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type net from 'node:net';
import { join } from 'node:path';
import { mssql } from 'hastls/profiles';
import { createTriggerServer } from 'hastls/serve';
import { createAuthority } from 'hastls/testing';
import { type Need, run } from './peers/commands.ts';
import { live } from './peers/stage.ts';

const FREETDS: Need = { packages: 'freetds-bin', commands: ['tsql'] };
const LOGIN = 0x10;

/** The last packet of an answer: ERROR 18456, DONE. Without one FreeTDS tries again and again. [MS-TDS §2.2.7.10] */
const LOGIN_FAILED = Buffer.from('0401002600000100aa0e0018480000010e0000000000000000fd020000000000000000000000', 'hex');

live('FreeTDS upgrades on our server', [FREETDS], async ({ home, shows }) => {
  const [authority, ca, config] = [createAuthority(), join(home, 'ca.pem'), join(home, 'freetds.conf')];
  await writeFile(ca, authority.certificate);
  const meeting = { peer: 'freetds', protocol: mssql.name, ours: 'server' } as const;
  for (const encryption of ['require', 'request'])
    await shows({ ...meeting, shown: `logs in over TLS, with encryption = ${encryption}` }, async () => {
      let first: number | undefined;
      const server = createTriggerServer({
        profile: mssql,
        mode: 'require',
        tls: authority.issue(['localhost']),
        application: ({ security, socket }) => {
          socket.once('data', (login: Buffer) => {
            if (security === 'tls') [first] = login;
            socket.end(LOGIN_FAILED);
          });
          return undefined;
        },
      });
      await new Promise<void>((up) => server.listen(0, '127.0.0.1', up));
      const { port } = server.address() as net.AddressInfo; // as: it listens on TCP
      try {
        const place = `host = localhost\nport = ${port}\ntds version = 7.4\nencryption = ${encryption}\n`;
        await writeFile(config, `[here]\n${place}ca file = ${ca}\ncheck certificate hostname = yes\n`);
        await run('env', `FREETDSCONF=${config}`, 'tsql', '-S', 'here', '-U', 'x', '-P', 'x').catch(() => {}); // it is not let in
        assert.equal(first, LOGIN);
      } finally {
        server.close();
      }
    });
});
