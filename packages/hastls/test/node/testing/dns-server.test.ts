import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { decodeMessage, encodeMessage, type Message, parseName, TYPE } from '#core/dns/index.js';
import { createResolver } from '#node/resolve/index.js';
import {
  attacked,
  createAuthority,
  createHierarchy,
  type DnsServer,
  startDnsServer,
  staySilent,
} from '#node/testing/index.js';

const hierarchy = createHierarchy({
  at: 1_780_000_000,
  zones: [{ apex: 'test.', records: `host A 192.0.2.1\nlong TXT ${'"a string of some length" '.repeat(60)}` }],
});
const { answer } = hierarchy;

const query = (name: string, type: number, edns?: Message['edns']): Message => ({
  id: 4711,
  flags: {
    response: false,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: false,
    authenticated: false,
    checkingDisabled: false,
  },
  opcode: 0,
  rcode: 0,
  questions: [{ name: parseName(name), type }],
  answers: [],
  authorities: [],
  additionals: [],
  ...(edns && { edns }),
});
const withDnssec = { udpSize: 1232, dnssecOk: true, version: 0, options: [] };

test('an answer over UDP carries the id and question of its query, and signatures only if wanted', async () => {
  await using(await startDnsServer(answer), async ({ port }) => {
    const plain = await overUdp(port, query('host.test.', TYPE.A));
    assert.equal(plain.id, 4711);
    assert.deepEqual(plain.questions, [{ name: 'host.test.', type: TYPE.A }]);
    assert.deepEqual(
      plain.answers.map(({ type }) => type),
      [TYPE.A],
    );
    assert.equal(plain.edns, undefined);
    const signed = await overUdp(port, query('host.test.', TYPE.A, withDnssec));
    assert.deepEqual(
      signed.answers.map(({ type }) => type),
      [TYPE.A, TYPE.RRSIG],
    );
    assert.equal(signed.edns?.dnssecOk, true);
  });
});

test('[RFC7766 §5] what does not fit a datagram is truncated, and whole over TCP', async () => {
  await using(await startDnsServer(answer), async ({ port }) => {
    const long = query('long.test.', TYPE.TXT, withDnssec);
    const short = await overUdp(port, long);
    assert.equal(short.flags.truncated, true);
    assert.equal(short.answers.length, 0);
    const [first, second] = await overTcp(port, [long, query('host.test.', TYPE.A)]);
    assert.equal(first?.answers.length, 2);
    assert.equal(second?.answers.length, 1);
  });
});

test('a server without TCP closes connections, and one that is silent answers nothing', async () => {
  await using(await startDnsServer(answer, { tcp: false }), async ({ port }) => {
    assert.deepEqual(await overTcp(port, [query('host.test.', TYPE.A)]), []);
  });
  await using(await startDnsServer(attacked(answer, staySilent)), async ({ port }) => {
    await assert.rejects(overUdp(port, query('host.test.', TYPE.A)), { name: 'TimeoutError' });
  });
});

test('[RFC7858] a server with a certificate speaks TLS, for those who trust its authority', async () => {
  const authority = createAuthority();
  const { anchors } = hierarchy;
  await using(await startDnsServer(answer, { identity: authority.issue(['127.0.0.1']) }), async ({ url }) => {
    for (const [ca, proof] of [
      [authority.certificate, 'secure'],
      [createAuthority().certificate, 'indeterminate'],
    ] as const) {
      const resolver = createResolver({ servers: [url], anchors, ca, at: 1_780_000_000 });
      const answered = await resolver.lookup('long.test', 'TXT');
      resolver.close();
      assert.equal(answered.proof, proof, answered.because.join('\n'));
    }
  });
});

test('closing the server frees its port, for a new one on the same', async () => {
  const first = await startDnsServer(answer);
  await first.close();
  const second = await startDnsServer(answer, { port: first.port });
  assert.equal(second.url, `udp://127.0.0.1:${first.port}`);
  await second.close();
});

async function using(server: DnsServer, use: (server: DnsServer) => Promise<void>): Promise<void> {
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

async function overUdp(port: number, message: Message): Promise<Message> {
  const socket = createSocket('udp4');
  try {
    socket.send(encodeMessage(message), port, '127.0.0.1');
    const [bytes] = await once(socket, 'message', { signal: AbortSignal.timeout(300) }).catch((error) => {
      throw error.cause ?? error;
    });
    return read(bytes);
  } finally {
    socket.close();
  }
}

/** Sends all queries at once, and gives the answers that came before the end, or when there are as many. */
async function overTcp(port: number, messages: readonly Message[]): Promise<readonly Message[]> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  for (const message of messages) {
    const bytes = encodeMessage(message);
    socket.write(Buffer.from([bytes.length >> 8, bytes.length & 255, ...bytes]));
  }
  const found: Message[] = [];
  let held = Buffer.alloc(0);
  for await (const chunk of socket) {
    held = Buffer.concat([held, chunk]);
    for (; held.length > 2 && held.length >= 2 + held.readUInt16BE(); held = held.subarray(2 + held.readUInt16BE()))
      found.push(read(held.subarray(2, 2 + held.readUInt16BE())));
    if (found.length === messages.length) break;
  }
  return found;
}

function read(bytes: Uint8Array): Message {
  const message = decodeMessage(bytes);
  assert.ok(message.ok);
  return message.value;
}
