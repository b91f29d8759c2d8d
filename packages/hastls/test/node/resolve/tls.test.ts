import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer as createNetServer, type Server } from 'node:net';
import { pipeline } from 'node:stream';
import { test } from 'node:test';
import { createServer, type TLSSocket } from 'node:tls';
import { createAuthority, type Identity, selfSigned } from 'hastls/testing';
import { decodeMessage, type Message, parseName, ROOT, TYPE } from '#core/dns/index.js';
import { createAsk } from '#node/resolve/ask.js';
import { createUnframer } from '#node/resolve/framing.js';
import { toUpstream } from '#node/resolve/upstream.js';
import { answerTo, framed, scriptedServer } from './scripted-server.js';

const authority = createAuthority();
const pinOf = ({ cert }: Identity): string =>
  createHash('sha256')
    .update(new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');

interface TlsServer {
  readonly port: number;
  /** How many queries reached it, in how many connections, whether or not those got through their handshake. */
  readonly seen: { queries: number; connections: number };
  readonly rawOctets: () => string;
}

/** A DNS server over TLS on loopback. */
async function withServer(
  identity: Identity,
  body: (server: TlsServer) => Promise<void>,
  answer = (query: Message, socket: TLSSocket): unknown => socket.write(framed(answerTo(query))),
): Promise<void> {
  const seen = { queries: 0, connections: 0 };
  const sockets = new Set<TLSSocket>();
  const heard: Uint8Array[] = [];
  const server = createServer(identity, (socket) => {
    sockets.add(socket);
    const unframe = createUnframer();
    socket.on('error', () => {});
    socket.on('data', (chunk: Uint8Array) => {
      for (const octets of unframe(chunk)) {
        const query = decodeMessage(octets);
        assert.ok(query.ok);
        seen.queries++;
        answer(query.value, socket);
      }
    });
  });
  server.on('tlsClientError', () => {});
  const behind = await listen(server);
  const overhearing = createNetServer((socket) => {
    seen.connections++;
    const onward = connect(behind, '127.0.0.1');
    socket.on('data', (chunk: Uint8Array) => heard.push(chunk));
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const)
      pipeline(from, to, () => {});
  });
  try {
    const port = await listen(overhearing);
    await body({ port, seen, rawOctets: () => Buffer.concat(heard).toString('latin1') });
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
    overhearing.close();
  }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port; // a TCP server's address is never a path
}

const question = { name: ROOT, type: TYPE.NS };

/** "answered", or why not. */
async function outcome(
  urls: readonly string[],
  { ca }: { ca?: string } = { ca: authority.certificate },
): Promise<string> {
  const asker = createAsk({
    upstreams: urls.map(toUpstream),
    patienceMs: 3000,
    rounds: 2,
    ...(ca !== undefined && { ca }),
  });
  const { reply } = await asker.ask(question, AbortSignal.timeout(10_000));
  asker.close();
  return reply.kind === 'message' ? 'answered' : reply.why;
}

const good = authority.issue(['dns.example', '127.0.0.1']);
const stranger = selfSigned(['dns.example', '127.0.0.1']);
const expired = authority.issue(['dns.example'], { notAfter: new Date(Date.now() - 1000) });
const other = authority.issue(['other.example']);
const nobodysPin = Buffer.alloc(32).toString('base64');

type Row = readonly [what: string, identity: Identity, url: (port: number) => string, expected: RegExp];
const rows: readonly Row[] = [
  ['a certificate for the name', good, (port) => `tls://dns.example@127.0.0.1:${port}`, /^answered$/],
  ['a certificate for the address', good, (port) => `tls://127.0.0.1:${port}`, /^answered$/],
  [
    'a certificate for another name',
    other,
    (port) => `tls://dns.example@127.0.0.1:${port}`,
    /not for [\w.]+, but for DNS:other\.example/,
  ],
  [
    'a certificate whose common name is this, but which is for another',
    authority.issue(['192.0.2.1'], { commonName: 'dns.example' }),
    (port) => `tls://dns.example@127.0.0.1:${port}`,
    /not for [\w.]+, but for IP Address:192\.0\.2\.1/,
  ],
  [
    'a certificate for no address',
    other,
    (port) => `tls://127.0.0.1:${port}`,
    /not for [\w.]+, but for DNS:other\.example/,
  ],
  [
    'a certificate by nobody',
    stranger,
    (port) => `tls://dns.example@127.0.0.1:${port}`,
    /by nobody who is trusted here/,
  ],
  ['an expired certificate', expired, (port) => `tls://dns.example@127.0.0.1:${port}`, /its certificate has expired/],
  ['the pinned key', stranger, (port) => `tls://127.0.0.1:${port}#pin-sha256=${pinOf(stranger)}`, /^answered$/],
  [
    'the second of the pinned keys, in an expired certificate',
    expired,
    (port) => `tls://127.0.0.1:${port}#pin-sha256=${nobodysPin}&pin-sha256=${pinOf(expired)}`,
    /^answered$/,
  ],
  [
    'another key than the pinned one',
    good,
    (port) => `tls://127.0.0.1:${port}#pin-sha256=${nobodysPin}`,
    new RegExp(`its key is not pinned: it has pin-sha256=${pinOf(good).replaceAll(/[+/]/g, '\\$&')}`),
  ],
  [
    'the name, but another key',
    good,
    (port) => `tls://dns.example@127.0.0.1:${port}#pin-sha256=${nobodysPin}`,
    /not pinned/,
  ],
  [
    'the key, but another name',
    other,
    (port) => `tls://dns.example@127.0.0.1:${port}#pin-sha256=${pinOf(other)}`,
    /not for [\w.]+, but for DNS:other\.example/,
  ],
];
for (const [what, identity, url, expected] of rows)
  test(`[RFC7858 §4.2] a server over TLS with ${what}: ${expected.source.slice(0, 40)}`, () =>
    withServer(identity, async ({ port, seen }) => {
      assert.match(await outcome([url(port)]), expected);
      if (expected.source !== '^answered$') assert.equal(seen.queries, 0, 'it was told what is asked for');
    }));

test("without authorities of the caller's those of Node count", () =>
  withServer(good, async ({ port }) =>
    assert.match(await outcome([`tls://dns.example@127.0.0.1:${port}`], {}), /by nobody/),
  ));

test('queries share a connection, and none of them is to be read on the way', () =>
  withServer(good, async ({ port, seen, rawOctets }) => {
    const upstreams = [toUpstream(`tls://dns.example@127.0.0.1:${port}`)];
    const asker = createAsk({ upstreams, patienceMs: 3000, rounds: 2, ca: authority.certificate });
    const names = Array.from({ length: 20 }, (_, index) => ({ ...question, name: `secret${index}.` as typeof ROOT }));
    for (const { reply } of await Promise.all(names.map((each) => asker.ask(each, AbortSignal.timeout(10_000)))))
      assert.equal(reply.kind, 'message');
    asker.close();
    assert.deepEqual(seen, { queries: 20, connections: 1 });
    assert.match(rawOctets(), /dns\.example/, 'the hello is');
    assert.doesNotMatch(rawOctets(), /secret/);
  }));

test('a server over TLS that fails is not asked in clear, whatever listens there', async () => {
  const clear = await scriptedServer({
    udp: (query, send) => send(framed(answerTo(query)).subarray(2)),
    tcp: (query, socket) => socket.write(framed(answerTo(query))),
  });
  const asker = createAsk({
    upstreams: [toUpstream(`tls://dns.example@127.0.0.1:${clear.port}`)],
    patienceMs: 20,
    rounds: 2,
  });
  await assert.rejects(asker.ask(question, AbortSignal.timeout(400)), /timeout/);
  asker.close();
  assert.deepEqual(clear.heard, []);
  clear.close();
});

test('the next server is asked when the certificate of the first does not hold', () =>
  withServer(stranger, (first) =>
    withServer(good, async (second) => {
      const urls = [first, second].map(({ port }) => `tls://dns.example@127.0.0.1:${port}`);
      assert.equal(await outcome(urls), 'answered');
      assert.equal(first.seen.queries, 0);
    }),
  ));

test('a server that hangs up within the handshake has no answer', async () => {
  const server = await scriptedServer({});
  server.close();
  assert.match(await outcome([`tls://dns.example@127.0.0.1:${server.port}`]), /ECONNREFUSED/);
});

test('queries that go out at once are a record of TLS each, for servers that look no further than the first in one', () =>
  withServer(good, async ({ port, rawOctets }) => {
    const upstreams = [toUpstream(`tls://dns.example@127.0.0.1:${port}`)];
    const asker = createAsk({ upstreams, patienceMs: 3000, rounds: 2, ca: authority.certificate });
    const names = ['a.test.', 'b.test.', 'c.test.', 'd.test.', 'e.test.'].map((name) => parseName(name));
    await Promise.all(names.map((name) => asker.ask({ name, type: TYPE.A }, AbortSignal.timeout(10_000))));
    asker.close();
    const finished = 1; // what ends the handshake is a record as well
    assert.equal(protectedRecords(Buffer.from(rawOctets(), 'latin1')), finished + names.length);
  }));

/** [RFC8446 §5.2] */
function protectedRecords(octets: Buffer): number {
  let count = 0;
  for (let at = 0; at < octets.length; at += 5 + octets.readUInt16BE(at + 3)) if (octets[at] === 23) count++;
  return count;
}
