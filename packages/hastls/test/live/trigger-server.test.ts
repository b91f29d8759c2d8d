/** Our trigger servers, and a client of theirs that says the wrong thing. Those that say the right one: clients.test.ts. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type net from 'node:net';
import { nntp1997 } from 'hastls/profiles';
import { createTriggerServer, type TriggerServerOptions } from 'hastls/serve';
import { createAuthority } from 'hastls/testing';
import { type Need, pathOf } from './peers/commands.ts';
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
