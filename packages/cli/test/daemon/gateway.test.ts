import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { createAuthority } from 'hastls/testing';
import { freePort } from '../free-port.ts';

// The command as an operator runs it: what it logs, and what it does when it is told to.

const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));
const authority = createAuthority();

interface Running {
  readonly child: ChildProcess;
  readonly directory: string;
  /** Waits for a line of the log that says this, and gives it. */
  logged(message: string): Promise<Record<string, unknown>>;
}

function certify(directory: string, name: string): void {
  const { cert, key } = authority.issue([name]);
  writeFileSync(join(directory, 'chain.pem'), cert);
  writeFileSync(join(directory, 'key.pem'), key);
}

/** A backend that says hello and then what it is told, and a gateway in front of it. */
async function started(t: TestContext, port: number): Promise<Running> {
  const backend = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {}).write('hello');
    socket.pipe(socket);
  });
  backend.listen(0, '127.0.0.1');
  await once(backend, 'listening');
  t.after(() => backend.close());
  const directory = mkdtempSync(join(tmpdir(), 'hastls-gateway-'));
  t.after(() => rmSync(directory, { recursive: true }));
  certify(directory, 'first.example');
  const { port: behind } = backend.address() as net.AddressInfo; // it listens on TCP
  const config = `workers = 1
[[gateway]]
listen = "127.0.0.1:${port}"
mode = "implicit"
backend = "127.0.0.1:${behind}"
certificates = [{ cert = "chain.pem", key = "key.pem" }]
`;
  writeFileSync(join(directory, 'gateway.toml'), config);
  const child = spawn(process.execPath, [BIN, 'gateway', '-c', join(directory, 'gateway.toml')], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  return {
    child,
    directory,
    async logged(message) {
      for (;;) {
        const line = said.split('\n').find((each) => each.includes(`"msg":"${message}`));
        if (line !== undefined) {
          said = said.replace(`${line}\n`, '');
          return JSON.parse(line);
        }
        if (child.exitCode !== null) throw new Error(`it ended without "${message}", and said: ${said}`);
        await once(child.stderr, 'data');
      }
    },
  };
}

async function client(
  t: TestContext,
  port: number,
): Promise<{ readonly socket: tls.TLSSocket; readonly name: unknown }> {
  const socket = tls.connect({
    port,
    host: '127.0.0.1',
    ca: authority.certificate,
    checkServerIdentity: () => undefined,
  });
  t.after(() => socket.destroy());
  await once(socket, 'data');
  return { socket, name: socket.getPeerCertificate().subjectaltname };
}

test('a connection is one line when it opens and one when it is over', async (t) => {
  const port = await freePort();
  const { logged } = await started(t, port);
  await logged('ready');
  const { socket } = await client(t, port);
  const { time: _, level: __, ...opened } = await logged('opened');
  assert.deepEqual(opened, { gateway: `127.0.0.1:${port}`, connection: 1, from: '127.0.0.1', msg: 'opened' });
  socket.end('secret');
  const closed = await logged('closed');
  assert.deepEqual([closed['connection'], closed['how'], closed['up'], closed['why']], [1, 'implicit', 6, 'over']);
  assert.doesNotMatch(JSON.stringify(closed), /secret|hello/);
});

test('SIGHUP brings new certificates to new connections; broken ones change nothing, and are told loudly', async (t) => {
  const port = await freePort();
  const { child, directory, logged } = await started(t, port);
  await logged('ready');
  const old = await client(t, port);
  assert.equal(old.name, 'DNS:first.example');
  certify(directory, 'second.example');
  child.kill('SIGHUP');
  await logged('reloaded');
  assert.equal((await client(t, port)).name, 'DNS:second.example');
  old.socket.write('still there');
  assert.equal(String((await once(old.socket, 'data'))[0]), 'still there');
  writeFileSync(join(directory, 'key.pem'), 'nonsense');
  child.kill('SIGHUP');
  assert.match(String((await logged('not reloaded'))['why']), /certificates that cannot be used/);
  assert.equal((await client(t, port)).name, 'DNS:second.example');
});

test('SIGTERM takes no more connections, and waits for those there are', async (t) => {
  const port = await freePort();
  const { child, logged } = await started(t, port);
  await logged('ready');
  const { socket } = await client(t, port);
  child.kill('SIGTERM');
  assert.equal((await logged('ending'))['connections'], 1);
  const late = net.connect(port, '127.0.0.1');
  await assert.rejects(once(late, 'connect'), { code: 'ECONNREFUSED' });
  socket.write('still there');
  assert.equal(String((await once(socket, 'data'))[0]), 'still there');
  socket.end();
  const [status] = await once(child, 'exit');
  assert.equal(status, 0);
});

test('a place that is taken ends it before it serves anybody', async (t) => {
  const taken = net.createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  const { child } = await started(t, (taken.address() as net.AddressInfo).port); // it listens on TCP
  const [status] = await once(child, 'exit');
  assert.notEqual(status, 0);
});
