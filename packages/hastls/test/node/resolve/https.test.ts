import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createSecureServer, type Http2Session, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createAuthority, type Identity, selfSigned } from 'hastls/testing';
import { decodeMessage, ROOT, TYPE } from '#core/dns/index.js';
import { createAsk } from '#node/resolve/ask.js';
import { toUpstream } from '#node/resolve/upstream.js';
import { answerTo, octetsOf, scriptedServer } from './scripted-server.js';

const authority = createAuthority();
const good = authority.issue(['dns.example', '127.0.0.1']);
const OK = { ':status': 200, 'content-type': 'application/dns-message' };
const question = { name: ROOT, type: TYPE.NS };

interface Heard {
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

interface HttpsServer {
  readonly port: number;
  readonly heard: Heard[];
  readonly sessions: Set<Http2Session>;
}

type Reply = (stream: ServerHttp2Stream, heard: Heard) => unknown;

const answerOf = ({ body }: Heard): Uint8Array => {
  const query = decodeMessage(body);
  assert.ok(query.ok);
  return octetsOf(answerTo(query.value));
};
const answer: Reply = (stream, heard) => {
  stream.respond(OK);
  stream.end(answerOf(heard));
};

/** A DNS server over HTTPS on loopback. */
async function withServer(
  reply: Reply,
  body: (server: HttpsServer) => Promise<void>,
  identity: Identity = good,
): Promise<void> {
  const heard: Heard[] = [];
  const sessions = new Set<Http2Session>();
  const server = createSecureServer(identity);
  server.on('session', (session) => sessions.add(session.on('error', () => {})));
  server.on('stream', async (stream, headers) => {
    stream.on('error', () => {});
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const all = { headers, body: Buffer.concat(chunks) };
    heard.push(all);
    reply(stream, all);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a path
  try {
    await body({ port, heard, sessions });
  } finally {
    for (const session of sessions) session.destroy();
    server.close();
  }
}

const askerAt = (url: string) =>
  createAsk({ upstreams: [toUpstream(url)], patienceMs: 3000, rounds: 2, ca: authority.certificate });

/** "answered", or why not. */
async function outcome(url: string): Promise<string> {
  const asker = askerAt(url);
  const { reply } = await asker.ask(question, AbortSignal.timeout(10_000));
  asker.close();
  return reply.kind === 'message' ? 'answered' : reply.why;
}

const urlAt = ({ port }: HttpsServer): string => `https://dns.example:${port}/dns-query#at=127.0.0.1`;

test('[RFC8484 §4.1] a query is posted, without a number of its own', () =>
  withServer(answer, async (server) => {
    assert.equal(await outcome(urlAt(server)), 'answered');
    const [{ headers, body } = assert.fail('nothing was heard')] = server.heard;
    assert.deepEqual(
      [':method', ':path', ':authority', 'content-type', 'accept', 'content-length'].map((each) => headers[each]),
      [
        'POST',
        '/dns-query',
        `dns.example:${server.port}`,
        'application/dns-message',
        'application/dns-message',
        String(body.length),
      ],
    );
    assert.deepEqual([...body.subarray(0, 2)], [0, 0]);
  }));

test('a server may be named by its address', () =>
  withServer(answer, async ({ port }) =>
    assert.equal(await outcome(`https://127.0.0.1:${port}/dns-query`), 'answered'),
  ));

test('the system finds a server that is named only', () =>
  withServer(
    answer,
    async ({ port }) => assert.equal(await outcome(`https://localhost:${port}/dns-query`), 'answered'),
    authority.issue(['localhost']),
  ));

const strangers: readonly (readonly [what: string, identity: Identity, why: RegExp])[] = [
  ['for another name', authority.issue(['other.example']), /not for [\w.]+, but for DNS:other\.example/],
  ['by nobody', selfSigned(['dns.example']), /by nobody who is trusted here/],
  [
    'that expired',
    authority.issue(['dns.example'], { notAfter: new Date(Date.now() - 1000) }),
    /its certificate has expired/,
  ],
];
for (const [what, identity, why] of strangers)
  test(`a certificate ${what} ends it before anything is asked`, () =>
    withServer(
      answer,
      async (server) => {
        assert.match(await outcome(urlAt(server)), why);
        assert.equal(server.heard.length, 0);
      },
      identity,
    ));

test('queries share a connection', () =>
  withServer(answer, async (server) => {
    const asker = askerAt(urlAt(server));
    const types = Array.from({ length: 40 }, (_, index) => ({ ...question, type: 1000 + index }));
    for (const { reply } of await Promise.all(types.map((each) => asker.ask(each, AbortSignal.timeout(10_000)))))
      assert.equal(reply.kind, 'message');
    asker.close();
    assert.deepEqual([server.heard.length, server.sessions.size], [40, 1]);
  }));

test('a request is whole before the next one begins, as Knot Resolver demands', async () => {
  const REFUSED = 7;
  const incomplete = new Set<ServerHttp2Stream>();
  const server = createSecureServer(good);
  server.on('stream', async (stream) => {
    stream.on('error', () => {});
    if (incomplete.size > 0) return stream.close(REFUSED);
    incomplete.add(stream);
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    incomplete.delete(stream);
    answer(stream, { headers: {}, body: Buffer.concat(chunks) });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a path
  const asker = askerAt(`https://127.0.0.1:${port}/dns-query`);
  const types = Array.from({ length: 20 }, (_, index) => ({ ...question, type: 1000 + index }));
  const replies = await Promise.all(types.map((each) => asker.ask(each, AbortSignal.timeout(10_000))));
  asker.close();
  server.close();
  for (const { reply } of replies) assert.equal(reply.kind, 'message', JSON.stringify(reply));
});

test('whoever gives up before it is their turn waits no longer', async () => {
  const mute = await scriptedServer({});
  const asker = askerAt(`https://127.0.0.1:${mute.port}/dns-query`);
  const patient = asker.ask(question, AbortSignal.timeout(1000)).catch(() => 'the first');
  const hasty = asker.ask({ ...question, type: 1000 }, AbortSignal.timeout(50)).catch(() => 'the second');
  assert.equal(await Promise.race([patient, hasty]), 'the second');
  await patient;
  asker.close();
  mute.close();
});

test('a connection that the server dropped is followed by another', () =>
  withServer(answer, async (server) => {
    const asker = askerAt(urlAt(server));
    for (let turn = 1; turn <= 3; turn++) {
      assert.equal((await asker.ask(question, AbortSignal.timeout(10_000))).reply.kind, 'message');
      for (const session of server.sessions) session.destroy();
    }
    asker.close();
    assert.equal(server.sessions.size, 3);
  }));

const useless: readonly (readonly [what: string, reply: Reply, why: RegExp])[] = [
  [
    'a redirection',
    (stream, heard) => {
      stream.respond({ ...OK, ':status': 307, location: 'https://elsewhere.example/dns-query' });
      stream.end(answerOf(heard));
    },
    /answers with HTTP status 307/,
  ],
  [
    'an error that looks like an answer',
    (stream, heard) => {
      stream.respond({ ...OK, ':status': 500 });
      stream.end(answerOf(heard));
    },
    /answers with HTTP status 500/,
  ],
  [
    'a web page',
    (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'text/html' });
      stream.end('<p>Log in to this network');
    },
    /answers with text\/html/,
  ],
  [
    'an answer of no type',
    (stream, heard) => {
      stream.respond({ ':status': 200 });
      stream.end(answerOf(heard));
    },
    /answers with nothing/,
  ],
  [
    'an answer to something else',
    (stream, heard) => {
      stream.respond(OK);
      stream.end(answerOf(heard).with(13, 65));
    },
    /sends other things than the answer/,
  ],
  [
    'an answer without end',
    (stream) => {
      stream.respond(OK);
      const more = () => {
        while (!stream.destroyed && stream.write(new Uint8Array(16_384)));
      };
      stream.on('drain', more);
      more();
    },
    /answers with more than 65535 octets/,
  ],
  ['a reset', (stream) => stream.close(2), /NGHTTP2_INTERNAL_ERROR/],
  ['a lost connection', (stream) => stream.session?.destroy(), /closed the connection without an answer/],
];
for (const [what, reply, why] of useless)
  test(`[RFC8484 §4.2.1] ${what} is no answer`, () =>
    withServer(reply, async (server) => assert.match(await outcome(urlAt(server)), why)));

test('a type with parameters, in capitals, is the type', () =>
  withServer(
    (stream, heard) => {
      stream.respond({ ':status': 200, 'content-type': 'Application/DNS-Message; x=1' });
      stream.end(answerOf(heard));
    },
    async (server) => assert.equal(await outcome(urlAt(server)), 'answered'),
  ));

test('whoever leaves a silent connection is the last who used it', () => {
  let silent = true;
  return withServer(
    (stream, heard) => silent || answer(stream, heard),
    async (server) => {
      const asker = askerAt(urlAt(server));
      await assert.rejects(asker.ask(question, AbortSignal.timeout(200)), /timeout/);
      silent = false;
      assert.equal((await asker.ask(question, AbortSignal.timeout(10_000))).reply.kind, 'message');
      asker.close();
      assert.equal(server.sessions.size, 2);
    },
  );
});
