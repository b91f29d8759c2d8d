import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { createTunnel, type TunnelOptions } from 'hastls/serve';
import { authority, resolving } from '../connect/world.js';
import { type Client, client, started } from './client.js';

// A tunnel has the limits of a gateway, and as a gateway it breaks off on one side what breaks on the other.

interface Tunnel {
  readonly port: number;
  /** The server's ends of connections. */
  readonly served: readonly net.Socket[];
  /** What became of those that are over, or were turned away. */
  readonly log: readonly string[];
  logged(): Promise<string>;
  cut(): void;
}

const identity = authority.issue(['mail.example']);

/** A tunnel to a server that greets, over TLS or in clear. */
async function tunnelled(
  t: TestContext,
  how: 'implicit' | 'plaintext',
  options: Partial<TunnelOptions> = {},
  greeting = '* OK ready\r\n',
): Promise<Tunnel> {
  const served: net.Socket[] = [];
  const server = net.createServer((socket) => {
    served.push(socket);
    socket.on('error', () => {});
    const peer = how === 'implicit' ? new tls.TLSSocket(socket, { isServer: true, ...identity }) : socket;
    peer.on('error', () => {}).write(greeting);
  });
  const behind = await started(t, server);
  const record = how === 'implicit' ? `0 ${behind} 1` : `${behind} 0 0`;
  const dns = await resolving(t, `mail A 127.0.0.1\n_imap._tcp.mail HASTLS ${record}`);
  const log: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  const note = (line: string) => {
    log.push(line);
    waiting.shift()?.(line);
  };
  const tunnel = createTunnel({
    to: 'imap://mail.example',
    connect: { dns, ca: authority.certificate, stance: 'cfb' },
    onClosed: (_, __, broke) => note(`closed: ${broke?.message ?? 'well'}`),
    onRefused: (_, error) => note(`refused: ${'code' in error ? error.code : error.message}`),
    ...options,
  });
  const port = await started(t, tunnel);
  t.after(() => {
    for (const each of served) each.destroy();
  });
  return { port, served, log, cut: tunnel.cut, logged: () => new Promise((resolve) => waiting.push(resolve)) };
}

async function greeted(t: TestContext, port: number, from = '127.0.0.1'): Promise<Client> {
  const local = await client(t, port, from);
  await local.hear('ready\r\n');
  return local;
}

/** What the end of a connection looks like: all was said, or it was cut. */
const endOf = (socket: net.Socket): Promise<'whole' | 'cut'> =>
  new Promise((resolve) => {
    socket.resume().once('end', () => resolve('whole'));
    socket.once('close', (isBroken) => resolve(isBroken ? 'cut' : 'whole'));
  });

for (const [what, options, another] of [
  ['in all', { connections: 2 }, '127.0.0.2'],
  ['of one address', { connectionsPerAddress: 2 }, '127.0.0.1'],
] as const)
  test(`there are no more clients of a tunnel than may be, ${what}, and who leaves makes room`, async (t) => {
    const { port, log, logged } = await tunnelled(t, 'implicit', options);
    const first = await greeted(t, port);
    await greeted(t, port);
    assert.equal(await (await client(t, port, another)).rest(), '');
    assert.deepEqual(log, ['refused: too-many']);
    const left = logged();
    first.socket.destroy();
    await left;
    await greeted(t, port, another);
  });

for (const [what, options, why] of [
  ['says nothing', { idleMs: 600 }, 'closed: nothing was said for 600 ms'],
  ['stays for too long', { totalMs: 600 }, 'closed: it lasted 600 ms'],
] as const)
  for (const how of ['implicit', 'plaintext'] as const)
    test(`who ${what} is shown out of a tunnel (${how}), and on neither side it looks like an end`, async (t) => {
      const { port, served, logged } = await tunnelled(t, how, options);
      const over = logged();
      const { socket } = await greeted(t, port);
      const [server] = served;
      assert.ok(server);
      const ends = [endOf(socket), ...(how === 'plaintext' ? [endOf(server)] : [])];
      assert.equal(await over, why);
      for (const each of ends) assert.equal(await each, 'cut');
    });

test('a client that takes nothing of what is said is shown out of a tunnel, and the server is let go', async (t) => {
  const { port, served, logged } = await tunnelled(t, 'plaintext', { idleMs: 300 }, 'x'.repeat(16 * 1024 * 1024));
  const over = logged();
  const { socket } = await client(t, port);
  socket.pause();
  assert.equal(await over, 'closed: nothing was said for 300 ms');
  const [server] = served;
  if (server !== undefined && !server.closed) await once(server, 'close');
});

test('a tunnel makes no client wait for a connection longer than it may take', async (t) => {
  const silent = await started(t, net.createServer());
  const dns = await resolving(t, `mail A 127.0.0.1\n_imap._tcp.mail HASTLS 0 ${silent} 1`);
  const { port, logged } = await tunnelled(t, 'implicit', {
    connect: { dns, ca: authority.certificate },
    handshakeMs: 300,
  });
  const refused = logged();
  assert.match(await (await client(t, port)).rest(), /^\* BYE [^\r]*no connection within 300 ms\r\n$/);
  assert.equal(await refused, 'refused: ERR_HASTLS_TIMEOUT');
});

for (const how of ['implicit', 'plaintext'] as const)
  test(`what a server has sent when it is killed is cut for a tunnel's client (${how})`, async (t) => {
    const { port, served, logged } = await tunnelled(t, how);
    const over = logged();
    const { socket } = await greeted(t, port);
    served[0]?.resetAndDestroy();
    assert.equal(await endOf(socket), 'cut');
    assert.match(await over, /^closed: the server: its connection broke off/);
  });

test('a tunnel that is cut breaks off what goes through it, and says so', async (t) => {
  const { port, logged, cut } = await tunnelled(t, 'implicit');
  const over = logged();
  const { socket } = await greeted(t, port);
  cut();
  assert.equal(await endOf(socket), 'cut');
  assert.equal(await over, 'closed: it was cut off');
});

test('what a client has sent when it is killed is cut for the server behind a tunnel', async (t) => {
  const { port, served, logged } = await tunnelled(t, 'plaintext');
  const over = logged();
  const { socket } = await greeted(t, port);
  const [server] = served;
  assert.ok(server);
  const end = endOf(server);
  socket.resetAndDestroy();
  assert.equal(await end, 'cut');
  assert.match(await over, /^closed: the client: its connection broke off/);
});
