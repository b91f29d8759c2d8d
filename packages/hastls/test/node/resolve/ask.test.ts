import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatBytes } from '#core/bytes/index.js';
import { type Message, parseName, type Question, RCODE, TYPE } from '#core/dns/index.js';
import type { Reply } from '#core/dnssec/index.js';
import { createAsk } from '#node/resolve/ask.js';
import { createUnframer } from '#node/resolve/framing.js';
import { toUpstream } from '#node/resolve/upstream.js';
import { answerTo, framed, octetsOf, type Script, type ScriptedServer, scriptedServer } from './scripted-server.js';

const question = { name: parseName('_smtp._tcp.Mail.example.'), type: TYPE.TXT };
/** No test waits for ever, whatever is broken. */
const soon = (): AbortSignal => AbortSignal.timeout(10_000);

function asking(urls: readonly string[], patienceMs = 50): (asked: Question, signal: AbortSignal) => Promise<Reply> {
  const { ask } = createAsk({ upstreams: urls.map(toUpstream), patienceMs, rounds: 2 });
  return async (asked, signal) => (await ask(asked, signal)).reply;
}

async function withServer<T>(script: Script, use: (server: ScriptedServer) => Promise<T>): Promise<T> {
  const server = await scriptedServer(script);
  try {
    return await use(server);
  } finally {
    server.close();
  }
}

/** An answer that can be told from others by its TTL. */
const marked = (query: Message, ttl: number): Message =>
  answerTo(query, { answers: [{ name: question.name, type: TYPE.TXT, class: 1, ttl, rdata: Uint8Array.of(1, 120) }] });
const mark = (reply: Reply): number | string | undefined =>
  reply.kind === 'failure' ? reply.why : reply.message.answers[0]?.ttl;

const good: NonNullable<Script['udp']> = (query, send) => send(octetsOf(marked(query, 7)));
const goodTcp: NonNullable<Script['tcp']> = (query, socket) => socket.end(framed(marked(query, 8)));

test('a query asks for recursion, signatures and unchecked data, and fits the path', () =>
  withServer({ udp: good }, async (server) => {
    assert.equal(mark(await asking([server.udpUrl])(question, soon())), 7);
    const { query } = server.heard[0] as ScriptedServer['heard'][number]; // it has answered
    assert.deepEqual(query.questions, [question]);
    assert.deepEqual(query.edns, { udpSize: 1232, dnssecOk: true, version: 0, options: [] });
    assert.equal(query.flags.recursionDesired && query.flags.checkingDisabled, true);
    assert.equal(query.flags.authenticated || query.flags.truncated || query.flags.response, false);
  }));

test('each query has an id and a port of its own', () =>
  withServer({ udp: good }, async (server) => {
    const ask = asking([server.udpUrl], 5000);
    await Promise.all(Array.from({ length: 64 }, () => ask(question, soon())));
    assert.ok(new Set(server.heard.map(({ query }) => query.id)).size > 60);
    assert.ok(new Set(server.heard.map(({ from }) => from)).size > 60);
  }));

const wrong: readonly (readonly [what: string, forge: (query: Message) => Uint8Array])[] = [
  ['a wrong id', (query) => octetsOf(marked({ ...query, id: query.id ^ 1 }, 1))],
  ['another name', (query) => octetsOf(marked({ ...query, questions: [{ ...question, name: parseName('x.') }] }, 1))],
  ['the name in other letters', (query) => octetsOf(marked({ ...query, questions: [lowered] }, 1))],
  ['another type', (query) => octetsOf(marked({ ...query, questions: [{ ...question, type: TYPE.A }] }, 1))],
  ['another class', (query) => octetsOf(marked(query, 1)).with(12 + 25 + 3, 3)],
  ['no question', (query) => octetsOf(marked({ ...query, questions: [] }, 1))],
  ['two questions', (query) => octetsOf(marked({ ...query, questions: [question, question] }, 1))],
  ['the query itself', (query) => octetsOf(query)],
  ['another opcode', (query) => octetsOf(marked({ ...query, opcode: 4 }, 1))],
  ['garbage', () => new Uint8Array(40).fill(0xff)],
  ['nothing', () => new Uint8Array(0)],
  ['half a header', (query) => octetsOf(marked(query, 1)).subarray(0, 6)],
];
const lowered = { ...question, name: parseName('_smtp._tcp.mail.example.') };
for (const [what, forge] of wrong) {
  test(`a datagram with ${what} is ignored, and the answer behind it is taken`, () =>
    withServer(
      {
        udp(query, send) {
          send(forge(query));
          good(query, send, 1);
        },
      },
      async (server) => {
        assert.equal(mark(await asking([server.udpUrl], 5000)(question, soon())), 7);
        assert.equal(server.heard.length, 1);
      },
    ));

  test(`a TCP message with ${what} is ignored, and the answer behind it is taken`, () =>
    withServer(
      {
        tcp(query, socket) {
          const octets = forge(query);
          socket.write(Uint8Array.of(0, octets.length));
          socket.write(octets);
          goodTcp(query, socket, 1);
        },
      },
      async (server) => assert.equal(mark(await asking([server.tcpUrl], 5000)(question, soon())), 8),
    ));
}

const toTcp: readonly (readonly [what: string, reply: (query: Message) => Uint8Array])[] = [
  [
    'a truncated answer',
    (query) => octetsOf(answerTo(query, { flags: { ...query.flags, response: true, truncated: true } })),
  ],
  ['an answer cut in the middle of a record', (query) => octetsOf(marked(query, 1)).with(2, 0x83).subarray(0, 50)],
  ['an answer that cannot be read', (query) => octetsOf(marked(query, 1)).with(7, 9)],
  ['FORMERR', (query) => octetsOf(answerTo(query, { rcode: RCODE.FORMERR }))],
  ['FORMERR without the question', (query) => octetsOf(answerTo(query, { rcode: RCODE.FORMERR, questions: [] }))],
  ['NOTIMP', (query) => octetsOf(answerTo(query, { rcode: RCODE.NOTIMP }))],
  ['BADVERS', (query) => octetsOf(answerTo(query, { rcode: RCODE.BADVERS }))],
];
for (const [what, reply] of toTcp)
  test(`${what} leads to TCP at once`, () =>
    withServer({ udp: (query, send) => send(reply(query)), tcp: goodTcp }, async (server) => {
      assert.equal(mark(await asking([server.udpUrl], 5000)(question, soon())), 8);
      assert.deepEqual(
        server.heard.map(({ over }) => over),
        ['udp', 'tcp'],
      );
    }));

test('silence leads to another datagram and then to TCP', () =>
  withServer({ tcp: goodTcp }, async (server) => {
    assert.equal(mark(await asking([server.udpUrl], 20)(question, soon())), 8);
    assert.deepEqual(
      server.heard.map(({ over }) => over),
      ['udp', 'udp', 'tcp'],
    );
  }));

test('an answer to the first datagram that comes after the second was sent is still taken', () =>
  withServer(
    { udp: (query, send, attempt) => attempt === 1 && setTimeout(() => send(octetsOf(marked(query, 7))), 120) },
    async (server) => {
      assert.equal(mark(await asking([server.udpUrl], 60)(question, soon())), 7);
      assert.ok(server.heard.length >= 2);
    },
  ));

test('a server that truncates over TCP too has no answer', () => {
  const truncated = (query: Message) => answerTo(query, { flags: { ...query.flags, response: true, truncated: true } });
  return withServer(
    {
      udp: (query, send) => send(octetsOf(truncated(query))),
      tcp: (query, socket) => socket.end(framed(truncated(query))),
    },
    async (server) => {
      assert.match(
        String(mark(await asking([server.udpUrl], 5000)(question, soon()))),
        /over TCP: the answer is truncated/,
      );
    },
  );
});

test('a TCP answer octet by octet is read', () =>
  withServer(
    {
      async tcp(query, socket) {
        socket.setNoDelay(true);
        for (const octet of framed(marked(query, 8))) {
          socket.write(Uint8Array.of(octet));
          await new Promise(setImmediate);
        }
      },
    },
    async (server) => assert.equal(mark(await asking([server.tcpUrl], 5000)(question, soon())), 8),
  ));

const tcpFailures: readonly (readonly [what: string, script: NonNullable<Script['tcp']>, why: RegExp])[] = [
  ['closes at once', (_, socket) => socket.end(), /closed the connection without an answer/],
  ['resets', (_, socket) => socket.resetAndDestroy(), /ECONNRESET/],
  ['sends half an answer', (query, socket) => socket.end(framed(marked(query, 1)).subarray(0, 30)), /closed the conn/],
  [
    'sends other things without end',
    (_, socket) => {
      const more = () => {
        while (!socket.destroyed && socket.write(new Uint8Array(16_384).fill(0)));
      };
      socket.on('drain', more);
      more();
    },
    /sends other things than the answer/,
  ],
];
for (const [what, tcp, why] of tcpFailures)
  test(`a TCP server that ${what} has no answer`, () =>
    withServer({ tcp }, async (server) =>
      assert.match(String(mark(await asking([server.tcpUrl], 5000)(question, soon()))), why),
    ));

test('a refusing port is noticed without waiting', async () => {
  const server = await scriptedServer({});
  server.close();
  const began = performance.now();
  const why = String(mark(await asking([server.udpUrl], 5000)(question, soon())));
  assert.match(why, /over UDP: .*ECONNREFUSED.*; .* over TCP: .*ECONNREFUSED/);
  assert.ok(performance.now() - began < 1000);
});

test('of several servers with a dead one, the living one answers, and is asked first from then on', async () => {
  const dead = await scriptedServer({});
  dead.close();
  await withServer({}, (silent) =>
    withServer({ udp: good }, async (living) => {
      const ask = asking([dead.udpUrl, silent.udpUrl, living.udpUrl], 300);
      assert.equal(mark(await ask(question, soon())), 7);
      const { length } = silent.heard;
      assert.equal(mark(await ask(question, soon())), 7);
      assert.equal(silent.heard.length, length);
    }),
  );
});

const unwilling: readonly (readonly [what: string, different: Partial<Message>])[] = [
  ['SERVFAIL', { rcode: RCODE.SERVFAIL }],
  ['REFUSED', { rcode: RCODE.REFUSED }],
];
for (const [what, different] of unwilling) {
  const script: Script = { udp: (query, send) => send(octetsOf(answerTo(query, different))) };
  test(`${what}: the next server is asked`, () =>
    withServer(script, (first) =>
      withServer({ udp: good }, async (second) => {
        assert.equal(mark(await asking([first.udpUrl, second.udpUrl], 5000)(question, soon())), 7);
      }),
    ));

  test(`${what} from all: that is the answer, and nobody is asked twice`, () =>
    withServer(script, async (server) => {
      const reply = await asking([server.udpUrl], 5000)(question, soon());
      assert.equal(reply.kind === 'message' && reply.message.rcode, different.rcode);
      assert.equal(server.heard.length, 1);
    }));
}

test('a server that ignores EDNS cannot carry proofs: the next one is asked, and else its answer stands', () => {
  const script: Script = {
    udp(query, send) {
      const { edns, ...plain } = marked(query, 5);
      send(octetsOf(plain));
    },
  };
  return withServer(script, (old) =>
    withServer({ udp: good }, async (second) => {
      assert.equal(mark(await asking([old.udpUrl, second.udpUrl], 5000)(question, soon())), 7);
      assert.equal(mark(await asking([old.udpUrl], 5000)(question, soon())), 5);
    }),
  );
});

test('an abort ends the question with its reason and closes what was open', () =>
  withServer({}, async (server) => {
    const off = new AbortController();
    const asked = asking([server.udpUrl, server.tcpUrl], 10)(question, off.signal);
    setTimeout(() => off.abort(new Error('enough')), 40);
    await assert.rejects(asked, /enough/);
    await assert.rejects(asking([server.udpUrl])(question, off.signal), /enough/);
  }));

test('IPv6 upstreams are asked in their own family, over UDP and TCP', async (context) => {
  let server: ScriptedServer;
  try {
    server = await scriptedServer({ udp: good, tcp: goodTcp }, '::1');
  } catch {
    return context.skip('this machine has no IPv6');
  }
  assert.equal(mark(await asking([server.udpUrl], 5000)(question, soon())), 7);
  assert.equal(mark(await asking([server.tcpUrl], 5000)(question, soon())), 8);
  server.close();
});

const mixed = (url: string) => createAsk({ upstreams: [toUpstream(url)], patienceMs: 30, rounds: 2, mixedCase: true });

test('names in mixed case must be repeated, and what comes of it is in the letters that were asked', () =>
  withServer({ udp: good }, async (server) => {
    const { ask, close } = mixed(server.udpUrl);
    for (let turn = 0; turn < 5; turn++) {
      const { reply } = await ask(question, soon());
      assert.ok(reply.kind === 'message');
      assert.deepEqual(reply.message.questions, [question]);
    }
    close();
    const names = server.heard.map(({ query }) => String(query.questions[0]?.name));
    assert.ok(new Set(names).size > 1, 'all in the same letters');
    for (const name of names) assert.equal(name.toLowerCase(), question.name.toLowerCase());
  }));

test('who writes names in letters of its own is asked over TCP, as they were', () =>
  withServer(
    { udp: (query, send) => send(octetsOf(marked({ ...query, questions: [question] }, 7))), tcp: goodTcp },
    async (server) => {
      const { ask, close } = mixed(server.udpUrl);
      assert.equal(mark((await ask(question, soon())).reply), 8);
      close();
      assert.deepEqual(server.heard.at(-1)?.query.questions, [question]);
    },
  ));

test('a stream in pieces of any size gives the messages that were framed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (messages, sizes) => {
        const stream = concatBytes(...messages.map((each) => concatBytes(Uint8Array.of(0, each.length), each)));
        const unframe = createUnframer();
        const read: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = sizes[turn % sizes.length] as number;
          read.push(...unframe(stream.subarray(at, at + size)));
          at += size;
        }
        assert.deepEqual(
          read.map((each) => Uint8Array.from(each)),
          messages,
        );
      },
    ),
  );
});
