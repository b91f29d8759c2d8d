import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { type Connection, type ConnectOptions, connect, explain, HastlsError } from 'hastls';
import type { FallbackCause } from 'hastls/policy';
import { imap, smtp } from 'hastls/profiles';
import { createResolver } from 'hastls/resolve';
import {
  type Attack,
  against,
  answerServfail,
  ofType,
  selfSigned,
  spoilSignatures,
  staySilent,
  stripSignatures,
} from 'hastls/testing';
import { freePort } from '../upgrade/peers.js';
import { authority, resolving, serving } from './world.js';

const HASTLS = 65400;
const identity = authority.issue(['mail.example']);
const ca = authority.certificate;

/** Zone `example.` with a host `mail` and these HASTLS records for its imap. */
const promising = (...records: readonly string[]) =>
  ['mail A 127.0.0.1', ...records.map((each) => `_imap._tcp.mail HASTLS ${each}`)].join('\n');

async function refused(connecting: Promise<Connection>): Promise<HastlsError> {
  const outcome = await connecting.then(
    (connection) => {
      connection.socket.destroy();
      return connection.security;
    },
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof HastlsError, `expected a refusal, got ${String(outcome)}`);
  return outcome;
}

async function echoes(connection: Connection): Promise<boolean> {
  connection.socket.write('hello');
  const [chunk] = await once(connection.socket, 'data');
  connection.socket.destroy();
  return String(chunk) === 'over TLS: hello';
}

const stripped = (line: string) =>
  line === ''
    ? '* OK ready\r\n'
    : /capability/i.test(line)
      ? `* CAPABILITY IMAP4rev1\r\n${line.split(' ')[0]} OK done\r\n`
      : `${line.split(' ')[0]} BAD what?\r\n`;

test('[R26] [R7] [R15] secure-only connects by the record, upgrades in-band, and knows the server', async (t) => {
  const server = await serving(t, imap, { identity });
  const dns = await resolving(t, promising(`${server.port} ${server.port} 1`));
  const connection = await connect('imap://mail.example', { dns, ca });
  assert.equal(connection.security, 'tls');
  assert.equal(connection.how, 'in-band');
  assert.equal(connection.explanation.snapshot.evidence.proof, 'secure');
  assert.ok(await echoes(connection));
});

test('[A10] [A14] implicit TLS is tried first, and a dead port leads on to the upgrade on a new connection', async (t) => {
  const inBand = await serving(t, imap, { identity });
  const dns = await resolving(t, promising(`${inBand.port} 1 0`, `${inBand.port} ${inBand.port} 0`));
  const connection = await connect('imap://mail.example', { dns, ca });
  assert.deepEqual(
    connection.tried.map(({ do: how, outcome }) => [how, outcome]),
    [
      ['tls', 'unreachable'],
      ['upgrade', 'connected'],
    ],
  );
  assert.ok(await echoes(connection));
});

test('implicit TLS by the record', async (t) => {
  const server = await serving(t, imap, { identity, implicit: true });
  const dns = await resolving(t, promising(`0 ${server.port} 0`));
  const connection = await connect('imap://mail.example', { dns, ca });
  assert.equal(connection.how, 'implicit');
  assert.ok(await echoes(connection));
});

test('[V1] [R30] [A30] fallback under preference 0: a stripped offer, then plaintext on a new connection, and said so', async (t) => {
  const server = await serving(t, imap, { says: stripped });
  const dns = await resolving(t, promising(`${server.port} ${server.port} 0`));
  const connection = await connect('imap://mail.example', { dns, ca, stance: 'cfb' });
  assert.equal(connection.security, 'plaintext');
  assert.deepEqual(
    connection.tried.map(({ do: how, outcome }) => [how, outcome]),
    [
      ['upgrade', 'not-offered'],
      ['plaintext', 'connected'],
    ],
  );
  assert.equal(server.connections(), 2);
  connection.socket.destroy();
});

for (const [preference, stance, code] of [
  [1, 'cfb', 'ERR_HASTLS_NOT_OFFERED'],
  [0, 'cso', 'ERR_HASTLS_NOT_OFFERED'],
  [1, 'cio', 'ERR_HASTLS_NOT_OFFERED'],
] as const)
  test(`[V1] [R24] [S16] a stripped offer under preference ${preference} ends a ${stance} connection`, async (t) => {
    const server = await serving(t, imap, { says: stripped });
    const dns = await resolving(t, promising(`${server.port} ${server.port} ${preference}`));
    const error = await refused(connect('imap://mail.example', { dns, ca, stance }));
    assert.equal(error.code, code);
    assert.equal(server.connections(), 1);
    assert.ok(server.heard.every((line) => !/LOGIN|AUTHENTICATE/i.test(line)));
  });

test('[V4] [A28] octets behind the go-ahead are an attack, and no step down follows an attack', async (t) => {
  const injecting = (line: string) =>
    line.includes('STARTTLS')
      ? `${line.split(' ')[0]} OK go\r\n* injected\r\n`
      : stripped(line).replace('IMAP4rev1', 'IMAP4rev1 STARTTLS');
  const server = await serving(t, imap, { says: injecting });
  const dns = await resolving(t, promising(`${server.port} ${server.port} 0`));
  const error = await refused(connect('imap://mail.example', { dns, ca, stance: 'cfb' }));
  assert.equal(error.code, 'ERR_HASTLS_GARBLED');
  assert.match(error.because.join('\n'), /plaintext .*barred/s);
  assert.equal(server.connections(), 1);
});

const distrusted: readonly (readonly [what: string, own: Parameters<typeof serving>[2], cfb: string])[] = [
  ['a certificate for another name', { identity: authority.issue(['other.example']) }, 'ERR_HASTLS_NAME_MISMATCH'],
  ['a self-signed certificate', { identity: selfSigned(['mail.example']) }, 'plaintext'],
  [
    'an expired certificate',
    { identity: authority.issue(['mail.example'], { notAfter: new Date(Date.now() - 60_000) }) },
    'plaintext',
  ],
];
for (const [what, own, outcome] of distrusted)
  test(`[V16] [A28] ${what}: cso never connects, cfb under preference 0 ends in ${outcome}`, async (t) => {
    const server = await serving(t, imap, own);
    const dns = await resolving(t, promising(`${server.port} ${server.port} 0`));
    assert.match((await refused(connect('imap://mail.example', { dns, ca }))).code, /UNTRUSTED|NAME_MISMATCH/);
    const fallback = connect('imap://mail.example', { dns, ca, stance: 'cfb' });
    if (outcome !== 'plaintext') return assert.equal((await refused(fallback)).code, outcome);
    const connection = await fallback;
    connection.socket.destroy();
    assert.equal(connection.security, 'plaintext');
  });

/** The switch narrower than its default, and wider. */
const causes: readonly (readonly [
  causes: readonly FallbackCause[],
  own: NonNullable<Parameters<typeof serving>[2]>,
  cfb: string,
])[] = [
  [['timeout'], { says: stripped }, 'ERR_HASTLS_NOT_OFFERED'],
  [['not-offered'], { says: stripped }, 'plaintext'],
  [['name-mismatch'], { identity: authority.issue(['other.example']) }, 'plaintext'],
  [['untrusted'], { identity: authority.issue(['other.example']) }, 'ERR_HASTLS_NAME_MISMATCH'],
];
for (const [fallbackCauses, own, outcome] of causes)
  test(`[A28] with fallbackCauses ${fallbackCauses.join()} ${'says' in own ? 'a stripped offer' : 'another name'} ends in ${outcome}`, async (t) => {
    const server = await serving(t, imap, own);
    const dns = await resolving(t, promising(`${server.port} ${server.port} 0`));
    const connecting = connect('imap://mail.example', { dns, ca, stance: 'cfb', switches: { fallbackCauses } });
    if (outcome !== 'plaintext') return assert.equal((await refused(connecting)).code, outcome);
    const connection = await connecting;
    connection.socket.destroy();
    assert.equal(connection.security, 'plaintext');
  });

test('[A27] nothing is learnt from failures: TLS comes first the next time, too', async (t) => {
  const resolver = createResolver(await resolving(t, promising('1 1 0', '1 2 0')));
  t.after(() => resolver.close());
  const once = async () => {
    const error = await refused(connect('imap://mail.example', { resolver, ca, stance: 'cfb' }));
    return error.because.filter((line) => / on port \d+: /.test(line)).map((line) => line.split(':')[0]);
  };
  const first = await once();
  assert.deepEqual(first, ['upgrade on port 1', 'TLS on port 2', 'plaintext on port 1']);
  assert.deepEqual(await once(), first);
});

test('[A29] [R7] unauthenticated TLS, by choice, comes before plaintext and is never called tls', async (t) => {
  const server = await serving(t, imap, { identity: selfSigned(['mail.example']) });
  const dns = await resolving(t, promising(`${server.port} ${server.port} 0`));
  const connection = await connect('imap://mail.example', {
    dns,
    ca,
    stance: 'cfb',
    switches: { unauthenticatedTls: true },
  });
  assert.equal(connection.security, 'unauthenticated');
  assert.ok(await echoes(connection));
});

const unproven: readonly (readonly [what: string, attack: Attack, proof: string, code: string])[] = [
  [
    'signatures stripped',
    against(ofType(HASTLS), stripSignatures),
    'bogus|indeterminate',
    'ERR_HASTLS_(BOGUS|UNPROVEN)',
  ],
  ['SERVFAIL', against(ofType(HASTLS), answerServfail), 'indeterminate', 'ERR_HASTLS_UNPROVEN'],
  ['silence', against(ofType(HASTLS), staySilent), 'indeterminate', 'ERR_HASTLS_UNPROVEN'],
];
for (const [what, attack, proof, code] of unproven)
  test(`[A23] [R33] ${what}: no plaintext for anybody, authenticated TLS for cso and cfb`, async (t) => {
    const server = await serving(t, imap, { identity });
    const dns = await resolving(t, promising(`${server.port} 0 0`), attack);
    const url = `imap://mail.example:${server.port}`;
    assert.match((await refused(connect(url, { dns, ca, stance: 'cio' }))).code, new RegExp(code));
    for (const stance of ['cso', 'cfb'] as const) {
      const connection: Connection = await connect(url, { dns, ca, stance } as ConnectOptions);
      assert.match(connection.explanation.snapshot.evidence.proof, new RegExp(`^(${proof})$`));
      assert.equal(connection.security, 'tls');
      connection.socket.destroy();
    }
  });

test('[A23] when TLS fails too, what DNS said is told beside', async (t) => {
  const dns = await resolving(t, promising('0 993 1'), against(ofType(HASTLS), spoilSignatures));
  const error = await refused(connect(`imap://mail.example:${await freePort(t)}`, { dns, stance: 'cfb' }));
  assert.equal(error.code, 'ERR_HASTLS_UNREACHABLE');
  assert.match(error.because.join('\n'), /what DNS says of its promise is bogus/);
});

for (const [what, attack, proof] of unproven)
  test(`[A23] ${what}: who finds nobody at the usual ports is told that these are a guess, and why`, async (t) => {
    const dns = await resolving(t, promising('1 1 1'), attack);
    const error = await refused(connect('imap://mail.example:1', { dns, ca }));
    assert.equal(error.code, 'ERR_HASTLS_UNREACHABLE');
    const said = error.because.join('\n');
    assert.match(said, new RegExp(`of its promise is (${proof}), so that its ports are a guess`));
    assert.match(said, new RegExp(`_imap\\._tcp\\.mail\\.example\\. HASTLS is (${proof})`));
  });

test('[A22] [A24] [R34] in a provably unsigned zone the record is not even asked for', async (t) => {
  const asked: number[] = [];
  const spy: Attack = (honest) => (question) => {
    asked.push(question.type);
    return honest(question);
  };
  const dns = await resolving(t, promising(), spy);
  const explanation = await explain('imap://mail.plain', { dns, stance: 'cfb' });
  assert.equal(explanation.snapshot.evidence.proof, 'insecure');
  assert.ok(explanation.flags.includes('unprotected'));
  assert.deepEqual(
    explanation.plan.map(({ do: how, port }) => `${how} ${port}`),
    ['tls 993', 'upgrade 143', 'plaintext 143'],
  );
  assert.ok(!asked.includes(HASTLS));
});

for (const [attack, plan] of [
  [[], ['tls', 'upgrade']],
  [[against(ofType(HASTLS), answerServfail)], ['tls', 'upgrade', 'plaintext']],
] as const)
  test(`[A22] with tightenFromInsecure an unsigned record is asked for, and ${attack.length > 0 ? 'a failure says nothing' : 'forbids'}`, async (t) => {
    const dns = await resolving(t, promising(), ...attack);
    const switches = { tightenFromInsecure: true };
    const explanation = await explain('imap://mail.plain', { dns, stance: 'cfb', switches });
    assert.equal(explanation.snapshot.evidence.proof, 'insecure');
    assert.deepEqual(
      explanation.plan.map(({ do: how }) => how),
      plan,
    );
  });

test('[R19] proven absence leaves the defaults', async (t) => {
  const explanation = await explain('imap://mail.example', { dns: await resolving(t, promising()), stance: 'cfb' });
  assert.deepEqual([explanation.snapshot.evidence.proof, explanation.snapshot.evidence.records.length], ['secure', 0]);
  assert.equal(explanation.plan.at(-1)?.do, 'plaintext');
});

test('[A19] an alias at the host: ports from the first name with records, prohibitions from both', async (t) => {
  const zone =
    'alias CNAME mail\nmail A 127.0.0.1\n_imap._tcp.alias HASTLS 143 143 0\n_imap._tcp.mail HASTLS 143 143 1';
  const both = await explain('imap://alias.example', { dns: await resolving(t, zone), stance: 'cfb' });
  assert.deepEqual(
    both.plan.map((attempt) => attempt.do),
    ['upgrade'],
  );
  const last = await explain('imap://alias.example', {
    dns: await resolving(t, zone.replace(/\n_imap._tcp.alias.*\n/, '\n')),
    stance: 'cfb',
  });
  assert.deepEqual(
    last.plan.map((attempt) => attempt.do),
    ['upgrade'],
  );
});

test('[A34] an address is nobody of whom a record could speak', async (t) => {
  const own = authority.issue(['127.0.0.1']);
  const server = await serving(t, smtp, { identity: own });
  const connection = await connect(`smtp://127.0.0.1:${server.port}`, { ca });
  assert.equal(connection.how, 'in-band');
  assert.ok(connection.explanation.flags.includes('unprotected'));
  connection.socket.destroy();
});

test('[A31] an expired record still forbids, when asking again fails', async (t: TestContext) => {
  let failing = false;
  const turn: Attack = (honest) => (question) =>
    failing && question.type === HASTLS ? answerServfail(honest)(question) : honest(question);
  const resolver = createResolver(await resolving(t, '$TTL 0\nmail A 127.0.0.1\n_imap._tcp.mail HASTLS 143 0 0', turn));
  t.after(() => resolver.close());
  const before = await explain('imap://mail.example', { resolver, stance: 'cfb' });
  assert.deepEqual(
    before.plan.map((attempt) => attempt.do),
    ['plaintext'],
  );
  failing = true;
  const after = await explain('imap://mail.example', { resolver, stance: 'cfb' });
  assert.equal(after.snapshot.evidence.proof, 'indeterminate');
  assert.ok(after.refused);
  assert.ok(after.because.some(({ rule }) => rule === 'A31'));
});

test('a host without an address, and one that does not exist, are told apart from one that could not be asked', async (t) => {
  const dns = await resolving(t, 'mail TXT "no address"');
  assert.equal((await refused(connect('imap://mail.example', { dns }))).code, 'ERR_HASTLS_NO_ADDRESS');
  assert.equal((await refused(connect('imap://nobody.example', { dns }))).code, 'ERR_HASTLS_NO_ADDRESS');
  assert.equal((await refused(connect('imap://nobody.local', { dns }))).code, 'ERR_HASTLS_UNPROVEN');
  const deaf = await resolving(t, promising(), staySilent);
  assert.equal((await refused(connect('imap://mail.example', { dns: deaf }))).code, 'ERR_HASTLS_UNPROVEN');
});

test('[A34] who cannot be reached by an address is told of it as it is written in URLs, and once', async (t) => {
  const port = await freePort(t);
  for (const host of ['[::1]', '127.0.0.1']) {
    const { message } = await refused(connect(`imap://${host}:${port}`, { dns: await resolving(t, promising()) }));
    const bare = host.replace(/[[\]]/g, '');
    assert.equal(
      message,
      `imap://${host}: no connection: port ${port} of ${bare}: connect ECONNREFUSED ${bare}:${port}`,
    );
  }
});

test('a deadline ends everything, and so does the caller', async (t) => {
  const silent = await serving(t, imap, { says: () => '' });
  const dns = await resolving(t, promising(`${silent.port} ${silent.port} 1`));
  assert.equal((await refused(connect('imap://mail.example', { dns, timeoutMs: 300 }))).code, 'ERR_HASTLS_TIMEOUT');
  const caller = new AbortController();
  const connecting = connect('imap://mail.example', { dns, signal: caller.signal });
  setTimeout(() => caller.abort(new Error('enough')), 100);
  await assert.rejects(connecting, /enough/);
});

test("options that make no sense are the caller's mistake", async () => {
  const options: readonly ConnectOptions[] = [
    { stance: 'opportunistic' } as never,
    { stanse: 'cso' } as never,
    { switches: { literalR28: true } } as never,
    { switches: { sioPref1: 'Deny' } } as never,
    { switches: { cioUpgrade: 'no' } } as never,
    { switches: { fallbackScope: true } } as never,
    { switches: { literalR27: 'no' } } as never,
    { switches: { fallbackCauses: ['name-missmatch'] } } as never,
    { switches: { fallbackCauses: 'timeout' } } as never,
    { sources: [{ name: 'STS', forbidPlaintext: true }] } as never,
    { sources: [{ name: 'STS', forbidsPlaintext: false, comitsToTls: true }] } as never,
    { sources: [{ name: 'STS', forbidsPlaintext: 'yes' }] } as never,
    { sources: [{ forbidsPlaintext: true }] } as never,
    { sources: [null] } as never,
    { sources: { name: 'STS', forbidsPlaintext: true } } as never,
    { ca: '' },
    { ca: [ca, Buffer.alloc(0)] },
    { dns: { ca: '' } },
    { ca: '/etc/ssl/ca.pem' },
    { ca: [ca, new Uint8Array(4) as Buffer] },
    { dns: { ca: 'ca.pem' } },
    { timeoutMs: 0 },
    { timeoutMs: Number.NaN },
    { timeoutMs: '100' } as never,
  ];
  for (const each of options)
    assert.equal((await refused(connect('imap://mail.example', each))).code, 'ERR_HASTLS_OPTION');
  assert.equal((await refused(connect('imaps://mail.example', { stance: 'cfb' }))).code, 'ERR_HASTLS_OPTION');
});

test('a pin that is none, and a list without any, are refused before anything is asked', async () => {
  for (const pins of [['sha256/abc'], []])
    assert.equal((await refused(connect('imap://mail.example', { pins }))).code, 'ERR_HASTLS_OPTION');
});

test('[A28] a key that is not pinned is its own kind of failure, after which nobody steps down', async (t) => {
  const server = await serving(t, imap, { identity });
  const dns = await resolving(t, promising(`${server.port} ${server.port} 0`));
  const pins = [`${'A'.repeat(43)}=`];
  const error = await refused(connect('imap://mail.example', { dns, ca, pins, stance: 'cfb' }));
  assert.equal(error.code, 'ERR_HASTLS_PINNED');
  assert.match(error.because.join('\n'), /no step down after "pinned"/);
});
