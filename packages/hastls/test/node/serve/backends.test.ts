import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { mysql, nntp, smtp } from 'hastls/profiles';
import { type Backend, type BackendNews, createGateway } from 'hastls/serve';
import { createAuthority } from 'hastls/testing';
import { createBackends } from '#node/serve/backends.js';
import { mailBackend } from './backend.js';
import { authority, client, identity, started } from './client.js';
import { at, inBand, running } from './running.js';

const gone = { path: '/nonexistent/socket' };

test('who failed is tried last for a while, then by one client in its place again, and all is told once', () => {
  const news: string[] = [];
  let now = 0;
  const [a, b, c] = [at(1), at(2), at(3)];
  const backends = createBackends(
    [a, b, c],
    'as-listed',
    ({ state, backend }) => news.push(`${backend} ${state}`),
    () => now,
  );
  const ports = () => backends.inOrder().map((each) => ('port' in each ? each.port : 0));
  assert.deepEqual(ports(), [1, 2, 3]);
  backends.failed(a, 'x');
  backends.failed(a, 'x');
  assert.deepEqual(ports(), [2, 3, 1]);
  now = 10_001;
  assert.deepEqual(ports(), [1, 2, 3]);
  assert.deepEqual(ports(), [2, 3, 1]);
  backends.reached(a);
  backends.reached(a);
  assert.deepEqual(ports(), [1, 2, 3]);
  for (const each of [a, b, c]) backends.failed(each, 'x');
  assert.deepEqual(ports(), [1, 2, 3]);
  assert.deepEqual(news, [
    '127.0.0.1:1 sick',
    '127.0.0.1:1 well',
    ...[1, 2, 3].map((port) => `127.0.0.1:${port} sick`),
  ]);
});

test('in turns each client begins with another one', () => {
  const backends = createBackends([at(1), at(2), at(3)], 'in-turns');
  const ports = () => backends.inOrder().map((each) => ('port' in each ? each.port : 0));
  assert.deepEqual(
    [ports(), ports(), ports(), ports()],
    [
      [1, 2, 3],
      [2, 3, 1],
      [3, 1, 2],
      [1, 2, 3],
    ],
  );
});

test('a client is served by the first backend that can be reached and wants to serve, and hears of no other', async (t) => {
  const [grumpy, well] = [await mailBackend(t, '421 too busy'), await mailBackend(t)];
  const news: BackendNews[] = [];
  const { port } = await running(t, {
    backend: [gone, at(grumpy.port), at(well.port)],
    mode: 'prefer',
    onBackend: (each) => news.push(each),
  });
  for (const _ of [1, 2]) {
    const plain = await client(t, port);
    assert.equal(await plain.hear('ready\r\n'), '220 backend ready\r\n');
  }
  assert.equal(well.sessions.length, 2);
  assert.deepEqual([news.length, news[0]?.backend, news[0]?.state], [1, '/nonexistent/socket', 'sick']);
  assert.match(news[0]?.why ?? '', /ENOENT/);
});

test('in turns the clients are shared out', async (t) => {
  const [one, two] = [await mailBackend(t), await mailBackend(t)];
  const { port } = await running(t, { backend: [at(one.port), at(two.port)], order: 'in-turns', mode: 'prefer' });
  for (const _ of [1, 2, 3, 4]) await (await client(t, port)).hear('ready\r\n');
  assert.deepEqual([one.sessions.length, two.sessions.length], [2, 2]);
});

const ca = authority.certificate;

/** A backend with TLS: another gateway. */
const behind = async (t: Parameters<typeof mailBackend>[0], how: 'implicit' | 'in-band') => {
  const mail = await mailBackend(t);
  const mode = how === 'implicit' ? 'implicit' : 'require';
  return { mail, ...(await running(t, { backend: at(mail.port), mode })) };
};

for (const how of ['implicit', 'in-band'] as const)
  test(`[V16] the way to the backend can be over ${how} TLS, which is verified, and the client's dialogue is the same`, async (t) => {
    const { mail, port: further, visits, ending } = await behind(t, how);
    const { port } = await running(t, {
      backend: { ...at(further), tls: { how, name: 'server.example', ca } },
      mode: 'prefer',
      host: 'front.example',
    });
    const ended = ending();
    const plain = await client(t, port);
    // what it says before TLS is not passed on
    assert.equal(
      await plain.hear('ready\r\n'),
      how === 'implicit' ? '220 backend ready\r\n' : '220 front.example ready\r\n',
    );
    plain.say('EHLO x\r\n');
    assert.equal(
      await plain.hear('250 STARTTLS\r\n'),
      '250-backend\r\n250-AUTH PLAIN\r\n250-CHUNKING\r\n250 STARTTLS\r\n',
    );
    plain.say('QUIT\r\n');
    assert.equal(await plain.rest(), '221 bye\r\n');
    await ended;
    assert.equal(visits[0]?.how, how);
    const peer = await inBand(t, port);
    peer.say('NOOP\r\n');
    assert.equal(await peer.hear('\r\n'), '250 ok\r\n');
    assert.deepEqual(mail.sessions, [['EHLO x', 'QUIT'], [], ['NOOP']]); // one before TLS, and another one behind it
  });

// biome-ignore format: a table
const DISTRUST: readonly (readonly [what: string, tls: Partial<Backend['tls'] & object>, why: RegExp])[] = [
  ['has another name', { name: 'other.example' }, /the certificate is not for other\.example/],
  ['is vouched for by nobody', { ca: createAuthority().certificate }, /unable to verify|self.signed/],
  ['has another key', { pins: ['x'] }, /is not pinned/],
];

for (const [what, wrong, why] of DISTRUST)
  for (const how of ['implicit', 'in-band'] as const)
    test(`[V16] a backend that ${what} hears nothing of a client, over ${how} TLS or without`, async (t) => {
      const { mail, port: further } = await behind(t, how);
      const backend = { ...at(further), tls: { how, name: 'server.example', ca, ...wrong } };
      const news: BackendNews[] = [];
      const { port, ending } = await running(t, { backend, mode: 'prefer', onBackend: (each) => news.push(each) });
      const ended = ending();
      assert.match(await (await client(t, port)).rest(), /^421 [^\r]*\r\n$/);
      assert.match((await ended).why, why);
      assert.match(news[0]?.why ?? '', why);
      assert.deepEqual(mail.sessions, []);
    });

test('[V1] a backend that offers no upgrade is not spoken to without', async (t) => {
  const server = net.createServer((socket) => void socket.on('error', () => {}).write('220 hi\r\n'));
  server.on('connection', (socket) =>
    socket.on('data', (said) => socket.write(/^EHLO/.test(`${said}`) ? '250 hi\r\n' : '500\r\n')),
  );
  const backend: Backend = { ...at(await started(t, server)), tls: { how: 'in-band', name: 'server.example', ca } };
  const { port, ending } = await running(t, { backend, mode: 'prefer' });
  const ended = ending();
  assert.match(await (await client(t, port)).rest(), /^421 /);
  assert.match((await ended).why, /does not know the upgrade/);
});

test('a message of 3 MB arrives unchanged over TLS on both sides', async (t) => {
  const { mail, port: further } = await behind(t, 'in-band');
  const { port } = await running(t, {
    backend: { ...at(further), tls: { how: 'in-band', name: 'server.example', ca } },
  });
  const peer = await inBand(t, port);
  const message = `STARTTLS\r\n..\r\n${'x'.repeat(1000)}\r\n`.repeat(3000);
  peer.say('EHLO x\r\n');
  await peer.hear('CHUNKING\r\n');
  peer.say(`BDAT ${message.length} LAST\r\n${message}QUIT\r\n`);
  assert.match(await peer.rest(), /250 chunk\r\n221 bye\r\n$/);
  assert.ok(mail.messages[0]?.equals(Buffer.from(message)));
});

for (const introduce of ['line', 'octets'] as const)
  for (const how of [undefined, 'implicit', 'in-band'] as const)
    test(`a backend is told by a header (${introduce}) who the client is, ${how === undefined ? 'in clear' : `before ${how} TLS`}`, async (t) => {
      const mail = await mailBackend(t);
      const further = await running(t, {
        backend: at(mail.port),
        mode: how === 'implicit' ? 'implicit' : 'prefer',
        announcedBy: ['127.0.0.0/8'],
      });
      const tls = how === undefined ? {} : { tls: { how, name: 'server.example', ca } };
      const { port } = await running(t, { backend: { ...at(further.port), ...tls, introduce }, mode: 'prefer' });
      const ended = further.ending();
      const plain = await client(t, port, '127.0.0.3');
      await plain.hear('ready\r\n');
      plain.say('QUIT\r\n');
      await plain.rest();
      assert.equal((await ended).from, '127.0.0.3');
    });

test('a backend that is told in its own dialogue greets for that client, who hears nothing of it', async (t) => {
  const mail = await mailBackend(t, '220 backend ready', ['XCLIENT NAME ADDR PROTO']);
  const { port } = await running(t, {
    backend: { ...at(mail.port), introduce: 'dialogue' },
    mode: 'prefer',
    host: 'front.example',
  });
  const plain = await client(t, port, '127.0.0.3');
  assert.equal(await plain.hear('ready\r\n'), '220 backend ready\r\n');
  plain.say('XCLIENT ADDR=192.0.2.1\r\nQUIT\r\n'); // a client cannot say who it is
  assert.match(await plain.rest(), /^500 [^\r]*\r\n221 bye\r\n$/);
  assert.deepEqual(mail.sessions, [['EHLO front.example', 'XCLIENT NAME=[UNAVAILABLE] ADDR=127.0.0.3', 'QUIT']]);
});

test('a backend that cannot be told who the client is does not take it for us', async (t) => {
  const mail = await mailBackend(t);
  const { port, ending } = await running(t, { backend: { ...at(mail.port), introduce: 'dialogue' }, mode: 'prefer' });
  const ended = ending();
  assert.match(await (await client(t, port)).rest(), /^421 /);
  assert.match((await ended).why, /does not let us say who the client is/);
  assert.deepEqual(mail.sessions.flat(), ['EHLO localhost']);
});

test('what a protocol cannot do is refused before anybody comes', () => {
  const common = { certificates: [identity], mode: 'implicit' } as const;
  const tls = { how: 'in-band', name: 'x.example' } as const;
  for (const [profile, backend] of [
    [mysql, { ...at(1), tls }],
    [undefined, { ...at(1), tls }],
    [nntp, { ...at(1), introduce: 'dialogue' }],
  ] as const)
    assert.throws(() => createGateway({ ...common, profile, backend }), { code: 'ERR_HASTLS_OPTION' });
  createGateway({ ...common, profile: smtp, backend: { ...at(1), tls, introduce: 'dialogue' } });
});
