/** Our trigger servers, as clients that are not ours find them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type net from 'node:net';
import { join } from 'node:path';
import { imap, lmtp, nntp, nntp1997, pop3, smtp, telnet } from 'hastls/profiles';
import { createTriggerServer, type TriggerServerOptions } from 'hastls/serve';
import { createAuthority } from 'hastls/testing';
import { type Need, OPENSSL, pathOf, run } from './peers/commands.ts';
import { live } from './peers/stage.ts';

const NETCAT: Need = { packages: 'netcat-openbsd', commands: ['nc'] };
const authority = createAuthority();
const host = 'server.example';

async function serving(
  profile: TriggerServerOptions['profile'],
  body: (port: number, server: net.Server) => Promise<void>,
): Promise<void> {
  const application: TriggerServerOptions['application'] = () => () => {};
  const server = createTriggerServer({ profile, mode: 'require', tls: authority.issue([host]), host, application });
  await new Promise<void>((up) => server.listen(0, '127.0.0.1', up));
  try {
    await body((server.address() as net.AddressInfo).port, server); // it listens on TCP
  } finally {
    await new Promise((closed) => server.close(closed));
  }
}

live('openssl s_client upgrades on our trigger servers', [OPENSSL], async ({ home, check }) => {
  const ca = join(home, 'ca.pem');
  await writeFile(ca, authority.certificate);
  for (const profile of [smtp, lmtp, imap, pop3, nntp, telnet])
    await check(`-starttls ${profile.name}`, () =>
      serving(profile, async (port) => {
        const verified = ['-verify_return_error', '-verify_hostname', host, '-servername', host, '-CAfile', ca];
        const upgrade = ['-starttls', profile.name, '-connect', `127.0.0.1:${port}`];
        const said = await run('openssl', 's_client', '-brief', ...upgrade, ...verified);
        assert.match(said, /Verification: OK/);
        assert.match(said, /TLSv1\.3/);
      }),
    );
});

live('[S10] [S13] nc that sends anything but a ClientHello after "TLS first" is disconnected', [NETCAT], ({ check }) =>
  check('LIST after 401', () =>
    serving(nntp1997, async (port, server) => {
      const disconnected = once(server, 'connection').then(([socket]) => once(socket, 'close'));
      const nc = spawn(pathOf('nc'), ['127.0.0.1', String(port)], { stdio: ['pipe', 'pipe', 'inherit'] });
      let heard = '';
      nc.stdin.on('error', () => {}); // the disconnection is what we are after
      nc.stdout.on('data', (chunk) => {
        heard += String(chunk);
        if (String(chunk).startsWith('200 ')) nc.stdin.write('GROUP misc.test\r\n');
        if (String(chunk).startsWith('401 ')) nc.stdin.write('LIST\r\n');
      });
      await disconnected; // by the server, as nc has not ended
      assert.equal(nc.exitCode, null);
      nc.stdin.end();
      await once(nc, 'close');
      assert.match(heard, /^200 [^\r]+\r\n401 [^\r]+\r\n$/);
    }),
  ),
);
