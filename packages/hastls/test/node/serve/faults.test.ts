import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { client, started, trust } from './client.js';
import { at, running } from './running.js';

// Whatever breaks, nothing is left of the connection on either side, and its line in the log says what broke.

/** A backend, and the connections that it has. */
async function backend(t: TestContext, serve: (socket: net.Socket) => void) {
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket)); // a reset is an end
    serve(socket);
  });
  t.after(() => {
    for (const each of sockets) each.destroy();
  });
  return { port: await started(t, server), sockets };
}

async function implicit(t: TestContext, port: number): Promise<tls.TLSSocket> {
  const socket = tls.connect({ ...trust, ...at(port) });
  t.after(() => socket.destroy());
  socket.on('error', () => {}); // it is cut off
  await once(socket, 'secureConnect');
  return socket;
}

const closed = async (socket: net.Socket) => {
  if (!socket.closed) await once(socket, 'close');
};
const gone = async (sockets: ReadonlySet<net.Socket>) => {
  for (const each of sockets) await closed(each);
};
const MEGABYTES = Buffer.alloc(8 * 1024 * 1024, 7);

test('a backend that is killed while it sends ends the client’s connection, and is named', async (t) => {
  const { port: behind, sockets } = await backend(t, (socket) => {
    socket.write(MEGABYTES);
    socket.once('data', () => socket.resetAndDestroy());
  });
  const { port, gateway, ending } = await running(t, { backend: at(behind), mode: 'implicit', profile: undefined });
  const over = ending();
  const socket = await implicit(t, port);
  await once(socket, 'data');
  socket.write('now');
  await closed(socket.resume());
  const { ok, why } = await over;
  assert.deepEqual([ok, why], [false, 'the backend: its connection broke off (ECONNRESET)']);
  await gone(sockets);
  assert.equal(gateway.connections, 0);
});

test('a backend that reads slowly has its client wait, and loses nothing', async (t) => {
  let heard = 0;
  const { port: behind, sockets } = await backend(t, (socket) => {
    socket.on('data', (piece) => {
      heard += piece.length;
      socket.pause();
      setImmediate(() => socket.resume());
    });
    socket.once('end', () => socket.end(String(heard)));
  });
  const { port, ending } = await running(t, { backend: at(behind), mode: 'implicit', profile: undefined });
  const over = ending();
  const socket = await implicit(t, port);
  socket.end(MEGABYTES);
  const [answer] = await once(socket, 'data');
  assert.equal(Number(answer), MEGABYTES.length);
  await closed(socket.resume());
  assert.deepEqual([(await over).ok, (await over).up], [true, MEGABYTES.length]);
  await gone(sockets);
});

test('a backend that has said all at once still hears all that its client says', async (t) => {
  let heard = 0;
  const { port: behind, sockets } = await backend(t, (socket) => {
    socket.end('all');
    socket.on('data', (piece) => {
      heard += piece.length;
    });
  });
  const { port, ending } = await running(t, { backend: at(behind), mode: 'implicit', profile: undefined });
  const over = ending();
  const beneath = net.connect({ ...at(port), allowHalfOpen: true });
  await once(beneath, 'connect');
  const socket = tls.connect({ ...trust, socket: beneath });
  t.after(() => socket.destroy());
  const [said] = await once(socket, 'data');
  assert.equal(String(said), 'all');
  await once(socket, 'end');
  socket.end(MEGABYTES);
  assert.deepEqual([(await over).ok, (await over).up], [true, MEGABYTES.length]);
  await gone(sockets);
  assert.equal(heard, MEGABYTES.length);
});

test('a backend that refuses connections, in TLS and in clear, is named', async (t) => {
  for (const mode of ['prefer', 'implicit'] as const) {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port: nobody } = server.address() as net.AddressInfo; // it listens on TCP
    await once(server.close(), 'close');
    const { port, ending } = await running(t, { backend: at(nobody), mode });
    const over = ending();
    if (mode === 'prefer') await (await client(t, port)).rest();
    else await closed((await implicit(t, port)).resume());
    assert.match((await over).why, /^the backend: connect ECONNREFUSED/);
  }
});
