import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createResolver } from 'hastls/resolve';
import { createHierarchy, startDnsServer } from 'hastls/testing';
import { type Message, parseName, type ResourceRecord, TYPE } from '#core/dns/index.js';
import { LIMITS } from '#core/dnssec/index.js';
import { BUILD_DATE } from '#node/resolve/build-date.js';
import { answerTo, framed, octetsOf, type Script, scriptedServer } from './scripted-server.js';

// Servers that would rather keep a resolver busy than answer it, on real sockets.

const AT = BUILD_DATE + 1_000_000;
const { answer, anchors } = createHierarchy({
  at: AT,
  zones: [{ apex: 'test.' }, { apex: 'signed.test.', records: 'host A 192.0.2.1' }],
});
/** For servers that let the time run out, and for all others. */
const [SHORT_MS, LONG_MS] = [500, 5000];

const truncated = (query: Message): Message =>
  answerTo(query, { flags: { ...query.flags, response: true, truncated: true } });
const toTcp: NonNullable<Script['udp']> = (query, send) => send(octetsOf(truncated(query)));

/** By default as many records as a message has room for. */
const filled = (query: Message, one: (turn: number) => ResourceRecord, count = 4000): Message =>
  answerTo(query, { answers: Array.from({ length: count }, (_, turn) => one(turn)) });
const flooding: Script = {
  udp: toTcp,
  tcp: (query, socket) =>
    socket.write(framed(filled(query, (turn) => record(`a${turn % 10}.test.`, 1234, Uint8Array.of(turn & 0xff))))),
};

const record = (name: string, type: number, rdata: Uint8Array): ResourceRecord => ({
  name: parseName(name),
  type,
  class: 1,
  ttl: 1,
  rdata,
});

/** The longest name of the most labels; the second time it is written as a pointer. */
const LONGEST = record('\\000.'.repeat(126), 1234, Uint8Array.of(1));

const timeout = new RegExp(`limit timeoutMs \\(${SHORT_MS}\\) was reached`);
const rows: readonly (readonly [what: string, script: Script, why: RegExp])[] = [
  ['always truncates', { udp: toTcp, tcp: (query, socket) => socket.write(framed(truncated(query))) }, /truncated/],
  [
    'answers octet by octet, and slower than anybody waits',
    {
      udp: toTcp,
      tcp(query, socket) {
        const octets = framed(answerTo(query));
        let at = 0;
        const timer = setInterval(() => socket.write(octets.subarray(at, ++at)), SHORT_MS / 4);
        socket.on('close', () => clearInterval(timer));
      },
    },
    timeout,
  ],
  [
    'answers another question',
    {
      udp: (query, send) =>
        send(octetsOf(answerTo({ ...query, questions: [{ name: parseName('other.test.'), type: TYPE.A }] }))),
      tcp: (query, socket) =>
        socket.write(framed(answerTo({ ...query, questions: [{ name: parseName('other.test.'), type: TYPE.A }] }))),
    },
    timeout,
  ],
  ['fills each answer with records of one octet', flooding, /limit recordsPerQuestion /],
  [
    'fills each answer with pointers to the longest name',
    {
      udp: toTcp,
      tcp: (query, socket) => socket.write(framed(filled(query, () => LONGEST, 100))),
    },
    /not signed, nor is anything else/,
  ],
];

for (const [what, script, why] of rows)
  test(`[F8] a server that ${what}: indeterminate`, async () => {
    const server = await scriptedServer(script);
    const resolver = createResolver({
      servers: [server.udpUrl],
      anchors,
      at: AT,
      timeoutMs: why === timeout ? SHORT_MS : LONG_MS,
    });
    try {
      const found = await resolver.lookup('host.test', 'A');
      assert.equal(found.proof, 'indeterminate', found.because.join('\n'));
      assert.match(found.because.join('\n'), why);
      assert.equal(found.records.length, 0);
    } finally {
      resolver.close();
      server.close();
    }
  });

test('[F8] a server that pads honest answers with octets: indeterminate', async () => {
  const padding = [record('host.test.', 1234, new Uint8Array(64_000))];
  const server = await startDnsServer((question) => {
    const message = answer(question);
    return message && { ...message, additionals: padding };
  });
  const resolver = createResolver({ servers: [server.url], anchors, at: AT });
  try {
    const found = await resolver.lookup('host.signed.test', 'A');
    assert.equal(found.proof, 'indeterminate');
    assert.match(found.because.join('\n'), /limit octetsPerQuestion /);
  } finally {
    resolver.close();
    await server.close();
  }
});

test('[F8] what a server has too much of leaves room for what another one says', async () => {
  const [hostile, honest] = await Promise.all([scriptedServer(flooding), startDnsServer(answer)]);
  const resolver = createResolver({ servers: [hostile.udpUrl, honest.url], anchors, at: AT });
  try {
    const found = await resolver.lookup('host.signed.test', 'A');
    assert.equal(found.proof, 'secure', found.because.join('\n'));
    assert.match(found.asked[0]?.inVain.at(-1)?.why ?? '', /limit recordsPerQuestion /);
  } finally {
    resolver.close();
    hostile.close();
    await honest.close();
  }
});

test('[F8] whose answers are too much takes no room from others who ask some of the same', async () => {
  const honestly = (query: Message): Message => {
    const [asked] = query.questions;
    assert.ok(asked);
    const message = answer(asked);
    assert.ok(message);
    return { ...message, id: query.id };
  };
  const server = await scriptedServer({
    udp(query, send) {
      const { name, type } = query.questions[0] ?? {};
      if (name?.startsWith('flood')) toTcp(query, send, 1);
      else setTimeout(() => send(octetsOf(honestly(query))), type === TYPE.A ? 0 : 300); // others wait for the keys, too
    },
    tcp(query, socket) {
      const { authorities, ...message } = honestly(query);
      const left = LIMITS.recordsPerQuestion - authorities.length - 1; // with that of EDNS nothing is left
      const additionals = filled(query, () => record('flood.signed.test.', 1234, Uint8Array.of(1)), left).answers;
      socket.write(framed({ ...message, authorities, additionals }));
    },
  });
  const resolver = createResolver({ servers: [server.udpUrl], anchors, at: AT });
  try {
    const flooded = resolver.lookup('flood.signed.test', 'A');
    const asksForKeys = () => server.heard.some(({ query }) => query.questions[0]?.type === TYPE.DNSKEY);
    for (let turn = 0; turn < 1000 && !asksForKeys(); turn++) await new Promise((resolve) => setTimeout(resolve, 5));
    const found = await resolver.lookup('host.signed.test', 'A');
    assert.equal(found.proof, 'secure', found.because.join('\n'));
    assert.match((await flooded).because.join('\n'), /limit recordsPerQuestion /);
  } finally {
    resolver.close();
    server.close();
  }
});
