import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import type { TestContext } from 'node:test';
import tls from 'node:tls';

/** The port that a server listens on. */
export const portOf = (server: net.Server): number => (server.address() as net.AddressInfo).port; // it listens on TCP

/** A server that listens until the test is over; then it and its connections are gone. */
export async function listening<S extends net.Server>(
  t: TestContext,
  server: S,
  at = '127.0.0.1',
  port = 0,
): Promise<S> {
  const open = new Set<net.Socket>();
  // Never the socket beneath a TLSSocket: destroying the lower one first crashes Node 20.
  server.on(server instanceof tls.Server ? 'secureConnection' : 'connection', (socket: net.Socket) => {
    open.add(socket);
    socket.on('error', () => {}); // peers in these tests come and go as they like
    socket.once('close', () => open.delete(socket));
  });
  server.listen(port, at);
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return server;
}

/** A connected socket; it goes when its server does. */
export async function connected(port: number, host = '127.0.0.1'): Promise<net.Socket> {
  const socket = net.connect(port, host);
  await once(socket, 'connect');
  socket.on('error', () => {}); // how the server goes is of no interest
  return socket;
}

/** A port on which nobody listens. */
export async function freePort(t: TestContext): Promise<number> {
  const server = await listening(t, net.createServer());
  const port = portOf(server);
  await new Promise((closed) => server.close(closed));
  return port;
}

/** A port whose queue is full, so that the kernel lets further connections wait for ever. */
export async function deafPort(t: TestContext, host: string, wanted = 0): Promise<number> {
  const script = `const server = require('node:net').createServer();
    server.listen({ port: ${wanted}, host: '${host}', backlog: 1 }, () => {
      require('node:fs').writeSync(1, String(server.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); // never comes to accept anybody
    });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const [said] = await once(child.stdout, 'data');
  const port = Number(String(said));
  await connected(port, host);
  await connected(port, host); // a queue of one holds two
  return port;
}
