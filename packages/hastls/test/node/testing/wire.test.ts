import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

import { test } from 'node:test';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { text } from '#core/bytes/index.js';
import { createAuthority, type Interference, selfSigned, startWire, type Wire } from '#node/testing/index.js';

const authority = createAuthority();

/** A server that greets, and answers each line by itself in capitals. */
const shouting = () =>
  createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.write('hello\r\n');
    socket.on('data', (bytes) => socket.write(bytes.toString().toUpperCase()));
  });

/** What a client hears that says `lines` one after the other, each after an answer, until the end. */
async function talk(port: number, ...lines: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  let heard = '';
  const left = [...lines];
  for await (const bytes of socket) {
    heard += bytes;
    const next = left.shift();
    if (next === undefined) break;
    socket.write(`${next}\r\n`);
  }
  return heard;
}

const wiretap = async (
  interference: Interference | undefined,
  use: (wire: Wire) => Promise<void>,
  server = shouting(),
): Promise<void> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const wire = await startWire({ to: port, ...(interference && { interference }) });
  try {
    await use(wire);
  } finally {
    await wire.close();
    server.close();
  }
};

test('a wire that nobody meddles with passes everything on, and remembers what clients said', () =>
  wiretap(undefined, async (wire) => {
    assert.equal(await talk(wire.port, 'one', 'two'), 'hello\r\nONE\r\nTWO\r\n');
    assert.equal(text(wire.heard()), 'one\r\ntwo\r\n');
    wire.forget();
    assert.equal(wire.heard().length, 0);
  }));

for (const [what, interference] of [
  ['wire', undefined],
  ['tapped wire', () => ({})],
] as const)
  test(`who has said all still hears the answer through a ${what}`, () => {
    const slow = createServer({ allowHalfOpen: true }, (socket) => {
      socket.resume().on('end', () => setTimeout(() => socket.end('late\r\n'), 20));
    });
    return wiretap(
      interference,
      async (wire) => {
        const socket = connect(wire.port, '127.0.0.1').setEncoding('latin1');
        socket.end('one\r\n');
        assert.deepEqual(await socket.toArray(), ['late\r\n']);
      },
      slow,
    );
  });

/** What the attacker does · what the client hears of it. */
const meddlers: readonly (readonly [what: string, Interference, heard: string])[] = [
  ['leaves lines alone', () => ({}), 'hello\r\nONE\r\nTWO\r\n'],
  [
    'changes what the server says',
    (grip) => ({ fromServer: (line) => grip.toClient(`<${line}>`) }),
    '<hello>\r\n<ONE>\r\n<TWO>\r\n',
  ],
  [
    'changes what the client says',
    (grip) => ({ fromClient: () => grip.toServer('three') }),
    'hello\r\nTHREE\r\nTHREE\r\n',
  ],
  [
    'answers in the place of the server',
    (grip) => ({ fromClient: () => grip.toClient('no') }),
    'hello\r\nno\r\nno\r\n',
  ],
  [
    'cuts the connection',
    (grip) => ({ fromClient: (line) => (line === 'two' ? grip.cut() : grip.toServer(line)) }),
    'hello\r\nONE\r\n',
  ],
];
for (const [what, interference, heard] of meddlers)
  test(`somebody on the wire ${what}`, () =>
    wiretap(interference, async (wire) => assert.equal(await talk(wire.port, 'one', 'two'), heard)));

test('TLS passes through a meddler untouched, and its tap holds none of what was said', () =>
  wiretap(
    () => ({}),
    async (wire) => {
      const client = connectTls({
        port: wire.port,
        host: '127.0.0.1',
        servername: 'mx.test',
        ca: authority.certificate,
      });
      client.write('a secret');
      assert.equal(String((await once(client, 'data'))[0]), 'A SECRET');
      client.destroy();
      assert.ok(wire.heard().length > 100);
      assert.doesNotMatch(text(wire.heard()), /secret/i);
    },
    createTlsServer(authority.issue(['mx.test']), (socket) =>
      socket.on('data', (bytes) => socket.write(bytes.toString().toUpperCase())),
    ),
  ));

test('an impersonator is refused by a client that looks, and hears everything from one that does not', () =>
  wiretap(
    (grip) => {
      grip.impersonate(selfSigned(['mx.test']));
      return {};
    },
    async (wire) => {
      const options = { port: wire.port, host: '127.0.0.1', servername: 'mx.test', ca: authority.certificate };
      await assert.rejects(once(connectTls(options), 'secureConnect'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
      assert.doesNotMatch(text(wire.heard()), /secret/);
      const careless = connectTls({ ...options, rejectUnauthorized: false });
      careless.on('error', () => careless.destroy());
      careless.end('a secret');
      for (let tries = 0; tries < 50 && !/a secret/.test(text(wire.heard())); tries++) await turn();
      assert.match(text(wire.heard()), /a secret/);
    },
  ));

const turn = () => new Promise((done) => setTimeout(done, 10));
