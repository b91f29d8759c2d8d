/**
 * What systemd asks of a daemon, by systemd's own `systemd-notify` and a launcher that does what systemd does: it opens the
 * sockets, says so to the process that it becomes, and hears what that one tells of itself.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { createAuthority } from 'hastls/testing';
import { live } from './peers/stage.ts';

const BIN = fileURLToPath(new URL('../../../cli/dist/bin.js', import.meta.url));

/** Opens a socket, becomes the daemon in a child as systemd does, and prints each datagram that comes as a line of JSON. */
const LAUNCHER = `
import json, os, socket, sys
home, argv = sys.argv[1], sys.argv[2:]
notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notices.bind(home + "/notify")
web = socket.create_server(("127.0.0.1", 0))
print(json.dumps({"port": web.getsockname()[1]}), flush=True)
child = os.fork()
if child == 0:
    os.dup2(web.fileno(), 3)
    os.environ.update(LISTEN_FDS="1", LISTEN_FDNAMES="web", LISTEN_PID=str(os.getpid()),
                      NOTIFY_SOCKET=home + "/notify", WATCHDOG_USEC="1000000", WATCHDOG_PID=str(os.getpid()))
    os.execv(argv[0], argv)
web.close()
print(json.dumps({"pid": child}), flush=True)
while True:
    said = notices.recv(4096).decode()
    print(json.dumps({"said": said.split()[0]}), flush=True)
`;

const SYSTEMD = [
  { packages: 'systemd', commands: ['systemd-notify'] },
  { packages: 'python3', commands: ['python3'] },
];

for (const workers of [1, 2])
  live(
    `a daemon of ${workers} processes is started by its socket, and tells systemd of itself`,
    SYSTEMD,
    async (stage) => {
      const backend = net
        .createServer((socket) => void socket.on('error', () => {}).end('hello'))
        .listen(0, '127.0.0.1');
      await once(backend, 'listening');
      const { port: behind } = backend.address() as net.AddressInfo; // it listens on TCP
      const authority = createAuthority();
      const { cert, key } = authority.issue(['server.example']);
      const file = join(stage.home, 'gateway.toml');
      writeFileSync(join(stage.home, 'chain.pem'), cert);
      writeFileSync(join(stage.home, 'key.pem'), key);
      writeFileSync(
        file,
        `workers = ${workers}\n[[gateway]]\nlisten = "systemd:web"\nmode = "implicit"\nbackend = "127.0.0.1:${behind}"\ncertificates = [{ cert = "chain.pem", key = "key.pem" }]\n`,
      );
      const launcher = spawn('python3', ['-c', LAUNCHER, stage.home, process.execPath, BIN, 'gateway', '-c', file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const said = createInterface(launcher.stdout)[Symbol.asyncIterator]();
      const next = async () => JSON.parse((await said.next()).value ?? '{}');
      const heard = async (words: string) => {
        for (;;) {
          const { said: notice } = await next();
          assert.ok(notice, `it has ended without ${words}`);
          if (notice === words) return;
        }
      };
      const { port } = await next();
      const { pid } = await next();
      try {
        await stage.check('READY=1 when it serves, on the socket that was opened for it', async () => {
          await heard('READY=1');
          const socket = tls.connect({
            port,
            host: '127.0.0.1',
            servername: 'server.example',
            ca: authority.certificate,
          });
          const [greeting] = await once(socket, 'data');
          assert.equal(String(greeting), 'hello');
          socket.destroy();
        });
        await stage.check('WATCHDOG=1 as long as it lives', async () => {
          for (const _ of [1, 2, 3]) await heard('WATCHDOG=1');
        });
        await stage.check('RELOADING=1 and READY=1 on SIGHUP, STOPPING=1 on SIGTERM', async () => {
          process.kill(pid, 'SIGHUP');
          await heard('RELOADING=1');
          await heard('READY=1');
          process.kill(pid, 'SIGTERM');
          await heard('STOPPING=1');
        });
      } finally {
        try {
          process.kill(pid, 'SIGKILL'); // its workers end with it
        } catch {
          // it has ended
        }
        launcher.kill();
        backend.close();
      }
    },
  );
