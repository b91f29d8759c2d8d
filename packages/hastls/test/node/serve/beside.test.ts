import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { ftp } from 'hastls/profiles';
import type { GatewayOptions } from 'hastls/serve';
import { createAuthority } from 'hastls/testing';
import { authority, type Client, client, DEADLINE, secured, trust } from './client.js';
import { type FilesBackend, filesBackend } from './files-backend.js';
import { at, type Running, running } from './running.js';

// Connections beside a dialogue: who may come, by which port, and what becomes of what they carry.

const FILE = randomBytes(3_000_000);

interface Scene extends Running {
  readonly backend: FilesBackend;
  /** A client that may have data over TLS. */
  dialogue(): Promise<Client>;
}

async function scene(t: TestContext, options: Partial<GatewayOptions> = {}): Promise<Scene> {
  const backend = await filesBackend(t, FILE);
  const front = await running(t, { profile: ftp, backend: at(backend.port), ...options });
  return {
    ...front,
    backend,
    async dialogue() {
      const plain = await client(t, front.port);
      await plain.hear('ready\r\n');
      plain.say('AUTH TLS\r\n');
      await plain.hear('now\r\n');
      const peer = await secured(t, plain);
      peer.say('PBSZ 0\r\nPROT P\r\n');
      await peer.hear('private\r\n');
      return peer;
    },
  };
}

/** Asks for a port for data. */
async function passive(peer: Client): Promise<number> {
  peer.say('EPSV\r\n');
  return Number(/\|\|\|(\d+)\|/.exec(await peer.hear('\r\n'))?.[1]);
}

/** Comes to one, and begins with TLS. */
async function data(t: TestContext, port: number, more: tls.ConnectionOptions = {}): Promise<tls.TLSSocket> {
  const socket = tls.connect({ ...trust, ...at(port), ...more }).on('error', () => {});
  t.after(() => socket.destroy());
  return socket;
}

const isRefused = async (port: number): Promise<boolean> => {
  const socket = net.connect(at(port));
  const [code] = await Promise.race([
    once(socket, 'connect'),
    new Promise<[string]>((refused) => socket.once('error', (error) => refused([String(error)]))),
  ]);
  socket.destroy();
  return /ECONNREFUSED/.test(String(code));
};

test('files are fetched and sent over TLS by ports of ours, and all octets are counted', DEADLINE, async (t) => {
  const { backend, dialogue, ending } = await scene(t);
  const peer = await dialogue();
  const fetched = await data(t, await passive(peer));
  peer.say('RETR file\r\n');
  await peer.hear('go\r\n');
  assert.ok(FILE.equals(Buffer.concat(await fetched.toArray())));
  fetched.end();
  await peer.hear('done\r\n');

  const sent = await data(t, await passive(peer), { ALPNProtocols: ['ftp-data'] });
  peer.say('STOR file\r\n');
  await peer.hear('go\r\n');
  sent.resume().end(FILE);
  await peer.hear('done\r\n');
  assert.ok(backend.taken[1]?.isWhole);
  assert.ok(FILE.equals(backend.taken[1].octets));
  assert.equal(sent.alpnProtocol, 'ftp-data');

  const over = ending();
  peer.socket.end();
  const { up, down, ok } = await over;
  assert.ok(ok && up > FILE.length && down > FILE.length, `${up} up and ${down} down`);
});

test('only the client of the dialogue may come, and only once', DEADLINE, async (t) => {
  const { dialogue } = await scene(t);
  const peer = await dialogue();
  const port = await passive(peer);
  const stranger = await client(t, port, '127.0.0.2');
  assert.equal(await stranger.rest(), '');
  const own = await data(t, port);
  await once(own, 'connect');
  peer.say('RETR file\r\n');
  await peer.hear('go\r\n');
  assert.ok(await isRefused(port), 'the port is closed once somebody has come');
  assert.ok(FILE.equals(Buffer.concat(await own.toArray())));
});

const WRONG: readonly (readonly [what: string, speak: (t: TestContext, port: number) => Promise<unknown>])[] = [
  ['in clear', async (t, port) => (await client(t, port)).say(FILE.subarray(0, 1000))],
  ['over TLS for commands', async (t, port) => (await data(t, port, { ALPNProtocols: ['ftp'] })).end('x')],
  [
    'and broken off',
    async (t, port) => {
      const socket = await data(t, port);
      await once(socket, 'secureConnect');
      socket.write(FILE, () => socket.destroy());
    },
  ],
];
for (const [what, speak] of WRONG)
  test(`[V15] what is sent ${what} is not taken for a whole file`, DEADLINE, async (t) => {
    const { backend, dialogue } = await scene(t);
    const peer = await dialogue();
    const port = await passive(peer);
    peer.say('STOR file\r\n');
    await speak(t, port);
    await peer.hear('done\r\n');
    assert.equal(backend.taken[0]?.isWhole, false);
    if (what !== 'and broken off') assert.equal(backend.taken[0]?.octets.length, 0);
  });

test('a client that has to show a certificate has to show it beside the dialogue too', DEADLINE, async (t) => {
  const { dialogue, backend } = await scene(t, { clients: { ca: authority.certificate, optional: true } });
  const peer = await dialogue();
  const port = await passive(peer);
  peer.say('STOR file\r\n');
  const { cert, key } = createAuthority().issue(['stranger.example']);
  (await data(t, port, { cert, key })).end('x');
  await peer.hear('done\r\n');
  assert.equal(backend.taken[0]?.isWhole, false);
});

test('ports are taken from those that are given, and where none is left the client is told', DEADLINE, async (t) => {
  const spare = net.createServer().listen(0, '127.0.0.1');
  await once(spare, 'listening');
  const { port } = spare.address() as net.AddressInfo; // as: it listens on TCP
  await new Promise((closed) => spare.close(closed));
  const { dialogue } = await scene(t, { dataPorts: { first: port, last: port } });
  const [one, other] = [await dialogue(), await dialogue()];
  assert.equal(await passive(one), port);
  other.say('EPSV\r\n');
  assert.equal(await other.hear('\r\n'), '425 There is no port for data\r\n');
  assert.equal(await passive(one), port, 'a new place stands for the old one');
});

test('when a dialogue is over, nobody may come any more', DEADLINE, async (t) => {
  const { dialogue, ending, server } = await scene(t);
  const peer = await dialogue();
  const port = await passive(peer);
  const over = ending();
  peer.socket.destroy();
  await over;
  assert.ok(await isRefused(port));
  await new Promise((closed) => server.close(closed)); // no connection is left
});
