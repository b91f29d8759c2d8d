import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HastlsError } from 'hastls';
import { type Answer, createResolver, type ResolverOptions } from 'hastls/resolve';
import {
  type Answerer,
  answerServfail,
  attacked,
  createHierarchy,
  createZoneKey,
  type DnsServer,
  type DnsServerOptions,
  spoilSignatures,
  startDnsServer,
  staySilent,
  stripSignatures,
} from 'hastls/testing';
import { type Question, TYPE } from '#core/dns/index.js';
import { BUILD_DATE } from '#node/resolve/build-date.js';
import { resolverOf } from '#node/resolve/resolver.js';
import { toSettings } from '#node/resolve/settings.js';

const AT = BUILD_DATE + 1_000_000;

const many = Array.from({ length: 100 }, (_, index) => `big TXT "${'x'.repeat(60)}${index}"`).join('\n');
const ROOT_KEY = createZoneKey();
const world = createHierarchy({
  at: AT,
  zones: [
    { apex: '.', keys: [ROOT_KEY] },
    { apex: 'test.' },
    {
      apex: 'signed.test.',
      records: `
        host A 192.0.2.1
        zero 0 A 192.0.2.2
        brief 5 A 192.0.2.3
        _smtp._tcp.host HASTLS 25 25 1
        _smtp._tcp.host TYPE65401 \\# 6 000001d10000
        alias CNAME host
        astray CNAME host.plain.test.
        ${many}
      `,
    },
    { apex: 'below.signed.test.', records: 'host A 192.0.2.5' },
    { apex: 'plain.test.', records: 'host A 192.0.2.4', keys: [] },
    { apex: 'under.plain.test.', records: 'host A 192.0.2.6', keys: [] },
  ],
});

interface Serving {
  readonly server: DnsServer;
  readonly asked: Question[];
}

/** Serves an answerer for as long as the body runs, and remembers what was asked. */
async function serving<T>(answer: Answerer, body: (it: Serving) => Promise<T>, options?: DnsServerOptions): Promise<T> {
  const asked: Question[] = [];
  const server = await startDnsServer((question) => {
    asked.push(question);
    return answer(question);
  }, options);
  try {
    return await body({ server, asked });
  } finally {
    await server.close();
  }
}

const at = AT;
const resolverAt = (server: DnsServer, options: ResolverOptions = {}) =>
  createResolver({ servers: [server.url], anchors: world.anchors, at, ...options });

const inBrief = ({ proof, answer, rcode, records }: Answer): string => `${proof} ${answer} ${rcode} ${records.length}`;

const rows: readonly (readonly [name: string, type: string, brief: string])[] = [
  ['host.signed.test', 'A', 'secure data NOERROR 1'],
  ['HOST.Signed.TEST.', 'a', 'secure data NOERROR 1'],
  ['_smtp._tcp.host.signed.test', 'HASTLS', 'secure data NOERROR 1'],
  ['_imap._tcp.host.signed.test', 'HASTLS', 'secure nxdomain NXDOMAIN 0'],
  ['host.signed.test', 'AAAA', 'secure nodata NOERROR 0'],
  ['host.below.signed.test', 'A', 'secure data NOERROR 1'],
  ['alias.signed.test', 'A', 'secure data NOERROR 1'],
  ['astray.signed.test', 'A', 'insecure data NOERROR 1'],
  ['host.plain.test', 'A', 'insecure data NOERROR 1'],
  ['host.under.plain.test', 'A', 'insecure data NOERROR 1'],
  ['big.signed.test', 'TXT', 'secure data NOERROR 100'],
];
for (const [name, type, brief] of rows)
  test(`[R34] [R35] ${name} ${type}: ${brief}, the same from memory`, () =>
    serving(world.answer, async ({ server, asked }) => {
      const resolver = resolverAt(server);
      const first = await resolver.lookup(name, type);
      assert.equal(inBrief(first), brief);
      assert.ok(first.expires !== null && first.expires > AT);
      const count = asked.length;
      assert.deepEqual(await resolver.lookup(name, type), { ...first, asked: [] });
      assert.equal(asked.length, count);
    }));

test('an answer says what was asked for it, by which way it was answered, and what was tried in vain, and why', () =>
  serving(world.answer, async ({ server: { url } }) => {
    const dead = 'udp://127.0.0.1:9';
    const resolver = createResolver({ servers: [dead, url], anchors: world.anchors, at });
    const { asked } = await resolver.lookup('big.signed.test', 'TXT');
    resolver.close();
    const [inquiry] = asked.filter(({ question }) => question.type === TYPE.TXT);
    assert.equal(inquiry?.way, `${url} over TCP`);
    assert.deepEqual(
      inquiry?.inVain.map(({ way }) => way),
      [`${dead} over UDP`, `${url} over UDP`],
    );
    assert.match(inquiry?.inVain[1]?.why ?? '', /truncated/);
    assert.ok(asked.some(({ question: { name, type } }) => name === 'test.' && type === TYPE.DNSKEY));
  }));

test('what nobody answered is in the list too', () =>
  serving(attacked(world.answer, staySilent), async ({ server }) => {
    const { asked } = await resolverAt(server, { timeoutMs: 100 }).lookup('host.signed.test', 'A');
    assert.deepEqual(
      asked.map(({ way, inVain }) => [way, inVain[0]?.why]),
      [[null, 'limit timeoutMs (100) was reached']],
    );
  }));

const attacks: readonly (readonly [what: string, answer: Answerer, proof: RegExp, why: RegExp])[] = [
  [
    'no signatures',
    attacked(world.answer, stripSignatures),
    /^(indeterminate|bogus)$/,
    /the resolver strips DNSSEC records/,
  ],
  ['SERVFAIL', attacked(world.answer, answerServfail), /^indeterminate$/, /SERVFAIL/],
  ['silence', attacked(world.answer, staySilent), /^indeterminate$/, /limit timeoutMs \(1000\)/],
];
for (const [what, answer, proof, why] of attacks)
  test(`[A23] ${what} is never insecure, and is not remembered as an answer`, () =>
    serving(answer, async ({ server, asked }) => {
      const resolver = resolverAt(server, { timeoutMs: 1000 });
      const found = await resolver.lookup('_smtp._tcp.host.signed.test', 'HASTLS');
      assert.match(found.proof, proof);
      assert.match(found.because.join('\n'), why);
      assert.equal(found.records.length, 0);
      const count = asked.length;
      await resolver.lookup('_smtp._tcp.host.signed.test', 'HASTLS');
      assert.ok(found.proof === 'bogus' || asked.length > count);
    }));

test('in the midst of a second, signatures are told with the times they have', () =>
  serving(world.answer, async ({ server }) => {
    const [there, between] = [resolverAt(server), resolverAt(server, { at: AT + 0.5 })];
    const told = await between.lookup('host.signed.test', 'A');
    assert.deepEqual(told, await there.lookup('host.signed.test', 'A'));
  }));

test('truncation with TCP blocked is indeterminate', () =>
  serving(
    world.answer,
    async ({ server }) => {
      const found = await resolverAt(server).lookup('big.signed.test', 'TXT');
      assert.equal(found.proof, 'indeterminate');
      assert.match(found.because.join('\n'), /truncated/);
    },
    { tcp: false },
  ));

test('nobody there: indeterminate, with the reason', async () => {
  const server = await startDnsServer(world.answer);
  await server.close();
  const found = await resolverAt(server).lookup('host.signed.test', 'A');
  assert.deepEqual([found.proof, found.answer, found.rcode], ['indeterminate', 'error', null]);
  assert.match(found.because.join('\n'), /ECONNREFUSED/);
});

test('a dead server before a living one costs time and nothing else', async () => {
  const dead = await startDnsServer(world.answer);
  await dead.close();
  await serving(world.answer, async ({ server }) => {
    const resolver = createResolver({ servers: [dead.url, server.url], anchors: world.anchors, at });
    assert.equal((await resolver.lookup('host.signed.test', 'A')).proof, 'secure');
  });
});

test('the same question asked by many at once goes out once, and one abort does not end it for the others', () =>
  serving(world.answer, async ({ server, asked }) => {
    const resolver = resolverAt(server);
    const off = new AbortController();
    const gone = resolver.lookup('host.signed.test', 'A', { signal: off.signal });
    const others = Array.from({ length: 20 }, () => resolver.lookup('host.signed.test', 'A'));
    off.abort(new Error('not interested'));
    await assert.rejects(gone, /not interested/);
    for (const answer of await Promise.all(others)) assert.equal(answer.proof, 'secure');
    const questions = asked.map(({ name, type }) => `${name} ${type}`);
    assert.equal(new Set(questions).size, questions.length);
  }));

test('questions that several proofs need at once go out once too', () =>
  serving(world.answer, async ({ server, asked }) => {
    const resolver = resolverAt(server);
    await Promise.all(['A', 'AAAA', 'TXT', 'MX'].map((type) => resolver.lookup('host.signed.test', type)));
    const questions = asked.map(({ name, type }) => `${name} ${type}`);
    assert.equal(new Set(questions).size, questions.length);
  }));

test('when the last caller leaves, the work ends, and whoever comes then begins anew', () =>
  serving(attacked(world.answer, staySilent), async ({ server }) => {
    const resolver = resolverAt(server, { timeoutMs: 60_000 });
    const off = new AbortController();
    const gone = resolver.lookup('host.signed.test', 'A', { signal: off.signal });
    setTimeout(() => off.abort(new Error('enough')), 50);
    await assert.rejects(gone, /enough/);
    await assert.rejects(resolver.lookup('host.signed.test', 'A', { signal: off.signal }), /enough/);
  }));

test('close() ends what is under way, and no more is taken', () =>
  serving(attacked(world.answer, staySilent), async ({ server }) => {
    const resolver = resolverAt(server, { timeoutMs: 60_000 });
    const pending = resolver.lookup('host.signed.test', 'A');
    setTimeout(() => resolver.close(), 50);
    await assert.rejects(pending, /closed/);
    await assert.rejects(resolver.lookup('host.signed.test', 'A'), /closed/);
  }));

/** A resolver whose time is the test's. */
function timed(server: DnsServer, options: ResolverOptions = {}) {
  const time = { now: AT, elapsedMs: 0 };
  const settings = toSettings({ servers: [server.url], anchors: world.anchors, ...options });
  const resolver = resolverOf(settings, { now: () => time.now, elapsedMs: () => time.elapsedMs });
  return { resolver, time };
}

test('[A31] an answer is asked for again when its time is over, by the monotonic clock or by the other', () =>
  serving(world.answer, async ({ server, asked }) => {
    const { resolver, time } = timed(server);
    const fresh = async () => {
      const count = asked.length;
      assert.equal((await resolver.lookup('brief.signed.test', 'A')).proof, 'secure');
      return asked.slice(count).map(({ name }) => name);
    };
    await fresh();
    time.elapsedMs = 4900;
    assert.deepEqual(await fresh(), []);
    time.elapsedMs = 5000;
    assert.deepEqual(await fresh(), ['brief.signed.test.'], 'and no more, as the zones are known');
    time.now += 6;
    assert.deepEqual(await fresh(), ['brief.signed.test.']);
    time.now -= 3;
    assert.deepEqual(await fresh(), [], 'a clock set back ends nothing');
    time.elapsedMs += 5000;
    assert.deepEqual(await fresh(), ['brief.signed.test.'], 'and prolongs nothing');
  }));

test('with prefetch, an answer that is asked for at the end of its time is given still, and proven anew', () =>
  serving(world.answer, async ({ server, asked }) => {
    const { resolver, time } = timed(server, { prefetch: true });
    const count = () => asked.filter(({ name }) => name === 'brief.signed.test.').length;
    const ask = async () => assert.equal((await resolver.lookup('brief.signed.test', 'A')).proof, 'secure');
    await ask();
    time.elapsedMs = 4499;
    await ask();
    assert.equal(count(), 1);
    time.elapsedMs = 4500;
    await ask();
    for (let patience = 200; count() < 2 && patience > 0; patience--) await new Promise((done) => setTimeout(done, 10));
    assert.equal(count(), 2);
    await new Promise((done) => setTimeout(done, 100));
    time.elapsedMs = 8900;
    await ask();
    assert.equal(count(), 2, 'what is new counts from when it was proven');
  }));

test('a clock set back again and again does not prolong what is known of a zone', () =>
  serving(world.answer, async ({ server, asked }) => {
    const { resolver, time } = timed(server);
    const keysAsked = () => asked.filter(({ type }) => type === TYPE.DNSKEY).length;
    await resolver.lookup('host.signed.test', 'A');
    const first = keysAsked();
    for (let hour = 1; hour <= 23; hour++) {
      time.now -= 3600 / 24;
      time.elapsedMs = hour * 150_000;
      await resolver.lookup(`h${hour}.signed.test`, 'A');
    }
    assert.ok(keysAsked() > first);
  }));

test('an answer with TTL 0 is not kept', () =>
  serving(world.answer, async ({ server, asked }) => {
    const resolver = resolverAt(server);
    for (const times of [1, 2]) {
      await resolver.lookup('zero.signed.test', 'A');
      assert.equal(asked.filter(({ name }) => name === 'zero.signed.test.').length, times);
    }
  }));

test('bogus is kept for a minute', () => {
  let strip = true;
  const honest = world.answer;
  const answer: Answerer = (question) =>
    (strip && question.name === 'host.signed.test.' ? attacked(honest, stripSignatures) : honest)(question);
  return serving(answer, async ({ server }) => {
    const { resolver, time } = timed(server);
    assert.equal((await resolver.lookup('host.signed.test', 'A')).proof, 'bogus');
    strip = false;
    time.elapsedMs = 59_999;
    assert.equal((await resolver.lookup('host.signed.test', 'A')).proof, 'bogus');
    time.elapsedMs = 60_000;
    assert.equal((await resolver.lookup('host.signed.test', 'A')).proof, 'secure');
  });
});

test('a clock that stands before the build date proves nothing, whereas a time that was asked for may lie there', () =>
  serving(world.answer, async ({ server }) => {
    const { resolver, time } = timed(server);
    time.now = BUILD_DATE - 1;
    const found = await resolver.lookup('host.signed.test', 'A');
    assert.equal(found.proof, 'indeterminate');
    assert.match(found.because.join('\n'), /before this program was built/);
    const past = createHierarchy({ at: BUILD_DATE - 1_000_000, zones: [{ apex: '.', records: 'host A 192.0.2.1' }] });
    await serving(past.answer, async ({ server: old }) => {
      const options = { servers: [old.url], anchors: past.anchors, at: BUILD_DATE - 1_000_000 };
      assert.equal((await createResolver(options).lookup('host', 'A')).proof, 'secure');
    });
  }));

test('[RFC7646] a zone with a negative anchor counts as unsigned, and the answer says so, until that ends', () => {
  const broken: Answerer = (question) =>
    (question.name.endsWith('signed.test.') && question.type !== TYPE.DS
      ? attacked(world.answer, spoilSignatures)
      : world.answer)(question);
  return serving(broken, async ({ server }) => {
    const until = new Date((AT + 60) * 1000);
    const { resolver, time } = timed(server, { negativeAnchors: [{ zone: 'signed.test', until }] });
    const found = await resolver.lookup('host.signed.test', 'A');
    assert.equal(inBrief(found), 'insecure data NOERROR 1');
    assert.match(found.because.join('\n'), /signed\.test\. counts as unsigned by local decision, until 20/);
    assert.ok((found.expires ?? 0) <= AT + 60);
    time.now += 61;
    time.elapsedMs += 61_000;
    assert.equal((await resolver.lookup('host.signed.test', 'A')).proof, 'bogus');
  });
});

const pins: readonly (readonly [pinned: string, name: string, proof: string])[] = [
  ['plain.test', 'host.plain.test', 'bogus'],
  ['test', 'host.plain.test', 'bogus'],
  ['under.plain.test', 'host.under.plain.test', 'bogus'],
  ['under.plain.test', 'host.plain.test', 'insecure'],
  ['signed.test', 'host.plain.test', 'insecure'],
  ['signed.test', 'host.signed.test', 'secure'],
  ['signed.test', 'astray.signed.test', 'insecure'],
  ['plain.test', 'astray.signed.test', 'bogus'],
];
for (const [zone, name, proof] of pins)
  test(`with ${zone} pinned as signed, ${name} is ${proof}`, () =>
    serving(world.answer, async ({ server }) => {
      const resolver = resolverAt(server, { pinnedZones: [zone] });
      const found = await resolver.lookup(name, 'A');
      assert.equal(found.proof, proof);
      if (proof === 'bogus') assert.match(found.because[0], /pinned/);
      // what is known of zones by then must not make a difference
      assert.equal((await resolver.lookup(name, 'AAAA')).proof, proof);
    }));

/** The same names, and `signed.test.` is provably unsigned. */
const unsigned = createHierarchy({
  at: AT,
  zones: [
    { apex: '.', keys: [ROOT_KEY] },
    { apex: 'test.' },
    { apex: 'signed.test.', records: 'host A 192.0.2.1\nother A 192.0.2.2', keys: [] },
  ],
});
for (const pinSecureZones of [true, false])
  test(`a zone that was signed, and is provably unsigned from then on, with pinSecureZones ${pinSecureZones}`, () => {
    let now = world;
    return serving(
      (question) => now.answer(question),
      async ({ server }) => {
        const { resolver, time } = timed(server, { pinSecureZones });
        const proofOf = async (name: string) => (await resolver.lookup(name, 'A')).proof;
        assert.equal(await proofOf('host.signed.test'), 'secure');
        now = unsigned;
        time.elapsedMs += 86_401_000; // longer than anything is remembered
        assert.equal(await proofOf('other.signed.test'), pinSecureZones ? 'bogus' : 'insecure');
        assert.equal(await proofOf('host.signed.test'), pinSecureZones ? 'bogus' : 'insecure');
      },
    );
  });

test('a set that one resolver has put zones in pins them for the next one', () => {
  let now = world;
  return serving(
    (question) => now.answer(question),
    async ({ server }) => {
      const pinSecureZones = new Set<string>();
      const proofOf = async () => (await resolverAt(server, { pinSecureZones }).lookup('host.signed.test', 'A')).proof;
      assert.equal(await proofOf(), 'secure');
      now = unsigned;
      assert.equal(await proofOf(), 'bogus');
    },
  );
});

test('with pinSecureZones, land that was unsigned from the beginning stays so, and a signed zone stays secure', () =>
  serving(world.answer, async ({ server }) => {
    const resolver = resolverAt(server, { pinSecureZones: true });
    for (const [name, proof] of [
      ['host.signed.test', 'secure'],
      ['host.plain.test', 'insecure'],
      ['host.under.plain.test', 'insecure'],
      ['astray.signed.test', 'insecure'],
      ['host.below.signed.test', 'secure'],
    ] as const)
      assert.equal((await resolver.lookup(name, 'A')).proof, proof, name);
  }));

test('[F1] during a migration the records of several type numbers are one set', () =>
  serving(world.answer, async ({ server }) => {
    const resolver = resolverAt(server, { rrtype: [65_400, 65_401] });
    const both = await resolver.lookup('_smtp._tcp.host.signed.test', 'HASTLS');
    assert.deepEqual(
      both.records.map(({ type, rdata }) => [type, Buffer.from(rdata).toString('hex')]),
      [
        [65_400, '001900190001'],
        [65_400, '000001d10000'],
      ],
    );
    assert.equal(inBrief(both), 'secure data NOERROR 2');
    const one = await resolver.lookup('_smtp._tcp.host.signed.test', 'TYPE65401');
    assert.equal(one.records.length, 1);
    const none = await resolver.lookup('_imap._tcp.host.signed.test', 65_400);
    assert.equal(inBrief(none), 'secure nxdomain NXDOMAIN 0');
  }));

test('[F1] of several type numbers one that fails makes all fail', () => {
  const answer: Answerer = (question) => (question.type === 65_401 ? undefined : world.answer(question));
  return serving(answer, async ({ server }) => {
    const resolver = resolverAt(server, { rrtype: [65_400, 65_401], timeoutMs: 300 });
    const found = await resolver.lookup('_smtp._tcp.host.signed.test', 'HASTLS');
    assert.deepEqual([found.type, found.proof, found.records], [65_400, 'indeterminate', []]);
  });
});

const badOptions: readonly (readonly [options: object, why: RegExp])[] = [
  [{ server: [] }, /unknown option "server"/],
  [{ servers: [] }, /"servers"/],
  [{ servers: ['8.8.8.8'] }, /write it like/],
  [{ servers: ['tls://dns.example@192.0.2.1#pin'] }, /a pin is/],
  [{ timeoutMs: 0 }, /"timeoutMs"/],
  [{ timeoutMs: Number.NaN }, /"timeoutMs"/],
  [{ timeoutMs: Number.POSITIVE_INFINITY }, /"timeoutMs"/],
  [{ at: Number.NaN }, /"at"/],
  [{ minRsaBits: 0 }, /"minRsaBits"/],
  [{ anchors: 'test. DS 1 13 2 00' }, /"anchors" is a list/],
  [{ ca: '/etc/ssl/ca.pem' }, /"ca" holds no certificate/],
  [{ negativeAnchors: [{ zone: 'test', until: new Date() }] }, /switch off too much/],
  [{ negativeAnchors: [{ zone: '.', until: new Date() }] }, /switch off too much/],
  [{ negativeAnchors: [{ zone: 'a.test', until: new Date(Date.now() + 8 * 86_400_000) }] }, /within a week/],
  [{ negativeAnchors: [{ zone: 'a.test', until: new Date(Number.NaN) }] }, /within a week/],
  [{ pinnedZones: ['a..b'] }, /no domain name/],
  [{ pinSecureZones: 'yes' }, /"pinSecureZones"/],
  [{ rrtype: 65_534 }, /BIND/],
  [{ rrtype: [65_400, 65_282] }, /another server product/],
  [{ rrtype: 65_535 }, /private-use range/],
  [{ rrtype: 257 }, /private-use range/],
  [{ rrtype: 16, rrtypeOutsidePrivateRange: true }, /means something else/],
  [{ rrtype: 70_000, rrtypeOutsidePrivateRange: true }, /not a number from 1 to 65535/],
  [{ rrtype: [] }, /numbers/],
];
for (const [options, why] of badOptions)
  test(`[R31] options ${JSON.stringify(options)} are refused as the caller's mistake`, () =>
    assert.throws(
      () => createResolver(options),
      (error) => error instanceof HastlsError && error.code === 'ERR_HASTLS_OPTION' && why.test(error.message),
    ));

test('[R31] a look-up refuses what only a resolver takes, and a type that is none', () =>
  serving(world.answer, async ({ server }) => {
    const resolver = resolverAt(server);
    for (const [asked, why] of [
      [['host.signed.test', 'A', { anchors: [] }], /unknown option "anchors"/],
      [['host.signed.test'], /"undefined" is no record type/],
    ] as const)
      await assert.rejects(
        Reflect.apply(resolver.lookup, resolver, asked),
        (error) => error instanceof HastlsError && error.code === 'ERR_HASTLS_OPTION' && why.test(error.message),
      );
  }));

test('[R31] a type number outside of the private range can be insisted on', () => {
  assert.deepEqual(toSettings({ rrtype: 300, rrtypeOutsidePrivateRange: true }).rrtypes, [300]);
});

test('a name that is none is an error, and no answer', () =>
  serving(world.answer, async ({ server }) => {
    await assert.rejects(resolverAt(server).lookup('a..b', 'A'), { code: 'ERR_HASTLS_OPTION' });
    await assert.rejects(resolverAt(server).lookup('a.b', 'AXFR'), { code: 'ERR_HASTLS_OPTION' });
  }));
