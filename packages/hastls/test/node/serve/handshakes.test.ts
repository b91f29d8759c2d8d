import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import tls from 'node:tls';
import { authority, client, over, started, trust } from './client.js';
import { at, running } from './running.js';

// Who leaves in the midst of a handshake is noticed at once, and nothing of the connection is left.

/** The first words of a client of TLS, as it says them. */
async function clientHello(): Promise<Buffer> {
  const listener = net.createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as net.AddressInfo; // it listens on TCP
  const said = once(listener, 'connection').then(([socket]) => once(socket, 'data'));
  const speaker = tls.connect(at(port)).on('error', () => {});
  const [hello] = await said;
  speaker.destroy();
  listener.close();
  return hello;
}

const CLIENTS = { ca: authority.certificate };
const DEADLINE = { timeout: 8_000 }; // less than a handshake may take

for (const [asked, clients] of [
  ['', {}],
  [', where certificates are asked for,', { clients: CLIENTS }],
] as const)
  for (const mode of ['implicit', 'require'] as const)
    for (const [what, octets] of [
      ['before it has said anything', 0],
      ['in the midst of its first words', 6],
      ['after them', Number.POSITIVE_INFINITY],
    ] as const)
      for (const how of ['with a FIN', 'with a reset'] as const)
        test(`a client of ${mode} TLS${asked} that leaves ${how} ${what} is noticed at once`, DEADLINE, async (t) => {
          const { port, gateway, ending } = await running(t, { backend: at(1), mode, ...clients });
          const [ended, { socket, say, hear }] = [ending(), await client(t, port)];
          socket.allowHalfOpen = true; // a FIN is all that it sends
          if (mode === 'require') {
            await hear('ready\r\n');
            say('STARTTLS\r\n');
            await hear('TLS\r\n');
          }
          const hello = (await clientHello()).subarray(0, octets);
          if (hello.length > 0) await new Promise((sent) => socket.write(hello, sent));
          if (how === 'with a FIN') socket.end();
          else socket.resetAndDestroy();
          assert.equal((await ended).why, 'no TLS came about: the client left');
          assert.equal(gateway.connections, 0);
        });

test('a client that has shown its certificate and said all still hears all', DEADLINE, async (t) => {
  const late = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('end', () => setImmediate(() => socket.end('the rest'))).resume();
  });
  const { port, ending } = await running(t, {
    backend: at(await started(t, late)),
    mode: 'implicit',
    profile: undefined,
    clients: CLIENTS,
  });
  const ended = ending();
  const socket = tls.connect({ ...trust, ...at(port), ...authority.issue(['joe.example']) });
  const peer = over(t, socket);
  socket.end('a question');
  assert.equal(await peer.rest(), 'the rest');
  assert.equal((await ended).ok, true);
});
