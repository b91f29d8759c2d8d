import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createResolver } from 'hastls/resolve';
import { createHierarchy } from 'hastls/testing';
import { type Message, parseName, type ResourceRecord, TYPE } from '#core/dns/index.js';
import { BUILD_DATE } from '#node/resolve/build-date.js';
import { answerTo, framed, octetsOf, type Script, scriptedServer } from './scripted-server.js';

// Servers that would rather keep a resolver busy than answer it, on real sockets.

const AT = BUILD_DATE + 1_000_000;
const { anchors } = createHierarchy({ at: AT, zones: [{ apex: 'test.' }] });
/** For servers that let the time run out, and for all others. */
const [SHORT_MS, LONG_MS] = [500, 5000];

const truncated = (query: Message): Message =>
  answerTo(query, { flags: { ...query.flags, response: true, truncated: true } });
const toTcp: NonNullable<Script['udp']> = (query, send) => send(octetsOf(truncated(query)));

/** As many records as a message has room for, of the owner, type and data. */
const filled = (query: Message, one: (turn: number) => ResourceRecord): Message =>
  answerTo(query, { answers: Array.from({ length: 4000 }, (_, turn) => one(turn)) });

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
  [
    'fills each answer with records of one octet',
    {
      udp: toTcp,
      tcp: (query, socket) =>
        socket.write(framed(filled(query, (turn) => record(`a${turn % 10}.test.`, 1234, Uint8Array.of(turn & 0xff))))),
    },
    /not signed, nor is anything else/,
  ],
  [
    'fills each answer with pointers to the longest name',
    {
      udp: toTcp,
      tcp: (query, socket) => socket.write(framed(filled(query, () => LONGEST))),
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
