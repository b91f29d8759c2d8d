import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLASS_IN, parseName, RCODE, type ResourceRecord, readRrsig, TYPE } from '#core/dns/index.js';
import type { Context } from '#core/dnssec/index.js';
import { keysOf } from '#core/dnssec/key.js';
import type { Rrset } from '#core/dnssec/rrset.js';
import { startSession } from '#core/dnssec/session.js';
import { verifyRrset } from '#core/dnssec/signature.js';
import { hashes } from '#node/crypto.js';
import {
  type Attack,
  against,
  createHierarchy,
  createZoneKey,
  dnskeyRdata,
  dsRdata,
  type Hierarchy,
  type KeyAlgorithm,
  ofType,
  readRecords,
  replay,
  response,
  signRrset,
  type ZoneKey,
  type ZoneOptions,
} from '#node/testing/index.js';
import { AT, outcome, remembering, run, type World } from './driver.js';
import { withExponentOf } from './rsa-exponent.js';

const DAY = 86_400;
const HOST = 'host.signed.test. A';
const APEX = parseName('signed.test.');

const world = (zone: Partial<ZoneOptions> = {}, parent: Partial<ZoneOptions> = {}): Hierarchy =>
  createHierarchy({
    at: AT,
    zones: [
      { apex: 'test.', ...parent },
      { apex: 'signed.test.', records: 'host A 192.0.2.1', ...zone },
    ],
  });

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex').toUpperCase();
const dsLine = (rdata: Uint8Array): string => {
  const [high = 0, low = 0, algorithm, digestType] = rdata;
  return `signed DS ${(high << 8) | low} ${algorithm} ${digestType} ${hex(rdata.subarray(4))}`;
};
/** The parent's records for the delegation, where they are not to be the true ones. */
const delegation = (...ds: readonly Uint8Array[]): Partial<ZoneOptions> => ({
  records: ['signed NS ns.signed', ...ds.map(dsLine)].join('\n'),
});
const renumbered = (ds: Uint8Array, at: number, value: number): Uint8Array =>
  ds.map((octet, index) => (index === at ? value : octet));
const [ALGORITHM, DIGEST_TYPE] = [2, 3];

for (const algorithm of [8, 10, 13, 14, 15, 16] satisfies KeyAlgorithm[])
  test(`a zone signed with algorithm ${algorithm} is secure`, async () => {
    assert.equal(await outcome(HOST, world({ keys: [createZoneKey({ algorithm })] })), 'secure data');
  });

test('[RFC4034 §2.1.1] a zone with a key-signing and a zone-signing key is secure', async () => {
  const keys = [createZoneKey(), createZoneKey({ flags: 256 })];
  assert.equal(await outcome(HOST, world({ keys })), 'secure data');
});

const key = createZoneKey();
const [sha1, sha256, sha384] = ([1, 2, 4] as const).map((digest) => dsRdata(APEX, key, digest)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
]; // three in, three out
const wrong = (ds: Uint8Array): Uint8Array => renumbered(ds, ds.length - 1, (ds.at(-1) ?? 0) ^ 1);

/** What the parent signs as the zone's DS records · what becomes of the zone. */
const delegations: readonly (readonly [why: string, ds: readonly Uint8Array[], expected: string])[] = [
  ['SHA-256', [sha256], 'secure data'],
  ['SHA-384', [sha384], 'secure data'],
  ['SHA-1 alone', [sha1], 'secure data'],
  ['a right SHA-1 beside a wrong SHA-256 [RFC4509 §3]', [sha1, wrong(sha256)], 'bogus error'],
  ['a wrong SHA-1 beside a right SHA-256', [wrong(sha1), sha256], 'secure data'],
  ['a wrong digest', [wrong(sha256)], 'bogus error'],
  ['only an unknown digest type [RFC4035 §5.2]', [renumbered(sha256, DIGEST_TYPE, 99)], 'insecure data'],
  ['only an unknown algorithm [RFC4035 §5.2]', [renumbered(sha256, ALGORITHM, 99)], 'insecure data'],
  ['only an algorithm that is no longer validated', [renumbered(sha256, ALGORITHM, 5)], 'insecure data'],
  ['an unknown algorithm beside a known one', [renumbered(sha256, ALGORITHM, 99), sha256], 'secure data'],
  [
    'an unknown algorithm beside a known one that leads nowhere [RFC6840 §5.11]',
    [renumbered(sha256, ALGORITHM, 99), wrong(sha256)],
    'bogus error',
  ],
];
for (const [why, ds, expected] of delegations)
  test(`a zone with DS of ${why} is ${expected}`, async () => {
    assert.equal(await outcome(HOST, world({ keys: [key] }, delegation(...ds))), expected);
  });

const flagged = (of: ZoneKey, flags: number, protocol = 3): ZoneKey => {
  const rdata = dnskeyRdata(flags, of.algorithm, of.rdata.subarray(4));
  rdata[2] = protocol;
  const tag = rdata.reduce((sum, octet, index) => sum + (index % 2 === 0 ? octet << 8 : octet), 0);
  return { ...of, rdata, tag: (tag + (tag >> 16)) & 0xffff };
};
const keyCases: readonly (readonly [why: string, key: () => ZoneKey, expected: string])[] = [
  ['revoked', () => flagged(key, 257 | 0x80), 'bogus error'],
  ['no zone key', () => flagged(key, 1), 'bogus error'],
  ['of another protocol', () => flagged(key, 257, 4), 'bogus error'],
  ['an RSA key of 1024 bits', () => createZoneKey({ algorithm: 8, bits: 1024 }), 'secure data'],
  ['an RSA key of 1016 bits', () => createZoneKey({ algorithm: 8, bits: 1016 }), 'bogus error'],
  ['an RSA key with an exponent of 8 octets', () => withExponentOf(8, createZoneKey({ algorithm: 8 })), 'secure data'],
  ['an RSA key with an exponent of 9 octets', () => withExponentOf(9, createZoneKey({ algorithm: 8 })), 'bogus error'],
  ['an RSA key of 4104 bits', () => createZoneKey({ algorithm: 8, bits: 4104 }), 'bogus error'],
];
for (const [why, make, expected] of keyCases)
  test(`a zone whose only key is ${why} is ${expected}`, async () => {
    assert.equal(await outcome(HOST, world({ keys: [make()] })), expected);
  });

test('a longer least length of RSA keys can be demanded', async () => {
  const hierarchy = world({ keys: [createZoneKey({ algorithm: 8, bits: 1024 })] });
  assert.equal(await outcome(HOST, hierarchy, { minRsaBits: 1024 }), 'secure data');
  assert.equal(await outcome(HOST, hierarchy, { minRsaBits: 2048 }), 'bogus error');
});

test('[RFC9905] RSA/SHA-1 counts as unsigned, and says so, unless it is accepted', async () => {
  for (const algorithm of [5, 7] satisfies KeyAlgorithm[]) {
    const hierarchy = world({ keys: [createZoneKey({ algorithm })] });
    const { proven } = await run(HOST, hierarchy);
    assert.equal(`${proven.proof} ${proven.answer}`, 'insecure data');
    assert.match(proven.because.join('\n'), /signed\.test\. has only DS records .*RSA\/SHA-1/);
    assert.equal(await outcome(HOST, hierarchy, { acceptSha1: true }), 'secure data');
  }
});

test('a shorter least length of RSA keys can be allowed', async () => {
  for (const bits of [512, 768]) {
    const hierarchy = world({ keys: [createZoneKey({ algorithm: 8, bits })] });
    assert.equal(await outcome(HOST, hierarchy), 'bogus error');
    assert.equal(await outcome(HOST, hierarchy, { minRsaBits: 512 }), 'secure data');
  }
});

/** Signatures hold from AT to AT + 100; when they are looked at · what comes of it. */
const times: readonly (readonly [at: number, settings: Partial<Context>, expected: string])[] = [
  [AT - 1, {}, 'bogus error'],
  [AT, {}, 'secure data'],
  [AT + 100, {}, 'secure data'],
  [AT + 101, {}, 'bogus error'],
  [AT - 60, { skew: 60 }, 'secure data'],
  [AT + 160, { skew: 60 }, 'secure data'],
  [AT + 161, { skew: 60 }, 'bogus error'],
  [AT, { notBefore: AT }, 'secure data'],
  [AT, { notBefore: AT + 1 }, 'indeterminate error'],
];
for (const [at, settings, expected] of times)
  test(`a signature of ${AT} to ${AT + 100} at ${at} with ${JSON.stringify(settings)} is ${expected}`, async () => {
    const hierarchy = world({ validity: { from: AT, until: AT + 100 } });
    assert.equal(await outcome(HOST, hierarchy, { at, ...settings }), expected);
  });

test("[RFC1982 §3.2] a signature's time may pass the end of 32 bits", async () => {
  const late = 2 ** 32 - 10;
  const validity = { from: late, until: 20 };
  const hierarchy = createHierarchy({ at: AT, zones: [{ apex: 'test.', validity, records: 'host A 192.0.2.1' }] });
  for (const at of [late, late + 9, late + 30])
    assert.equal(await outcome('host.test. A', hierarchy, { at }), 'secure data');
  for (const at of [late - 1, late + 31]) assert.equal(await outcome('host.test. A', hierarchy, { at }), 'bogus error');
});

test('[RFC4034 §3.1.5] a signature that ends before it begins, by serial arithmetic, never holds', async () => {
  const span = 2 ** 31;
  for (const from of [AT + DAY - span, AT + DAY - span - 1])
    assert.equal(await outcome(HOST, world({ validity: { from, until: AT + DAY } })), 'bogus error');
  assert.equal(await outcome(HOST, world({ validity: { from: AT + DAY - span + 1, until: AT + DAY } })), 'secure data');
});

test('[A31] an answer lasts no longer than TTL, original TTL and signature', async () => {
  const expiry = async (at: number) => {
    const hierarchy = world({ validity: { from: AT - DAY, until: AT + 1000 } });
    return (await run(HOST, hierarchy, { at })).proven.expires;
  };
  assert.equal(await expiry(AT), AT + 300);
  assert.equal(await expiry(AT + 900), AT + 1000);
});

test('[A31] an absence lasts no longer than the signatures that prove it', async () => {
  const hierarchy = world({ validity: { from: AT - DAY, until: AT + 1000 } });
  const { proven } = await run('nothing.signed.test. A', hierarchy, { at: AT + 900 });
  assert.equal(proven.answer, 'nxdomain');
  assert.equal(proven.expires, AT + 1000);
});

test('[RFC9077] an absence lasts no longer than the SOA minimum', async () => {
  const records = 'host A 192.0.2.1\n@ SOA ns hostmaster 1 7200 3600 1209600 30';
  const { proven } = await run('nothing.signed.test. A', world({ records }));
  assert.equal(proven.proof, 'secure');
  assert.equal(proven.expires, AT + 30);
});

test('without an anchor that covers the name nothing is asked, and nothing proven', async () => {
  const { proven, roundTrips } = await run('host.elsewhere.example. A', world());
  assert.equal(proven.proof, 'indeterminate');
  assert.match(proven.because.join('\n'), /no-anchor/);
  assert.equal(roundTrips, 0);
});

test('the longest anchor wins: neither its parent nor a wrong key of its own is followed', async () => {
  const islands = createHierarchy({
    at: AT,
    zones: [{ apex: 'test.' }, { apex: 'signed.test.', keys: [key], ds: [], records: 'host A 192.0.2.1' }],
  });
  const anchor = (zoneKey: ZoneKey, zone = APEX) => ({ zone, record: dnskey(zoneKey) });
  assert.equal(await outcome(HOST, islands), 'insecure data');
  const withIsland: World = { ...islands, anchors: [...islands.anchors, anchor(key)] };
  assert.equal(await outcome(HOST, withIsland), 'secure data');
  const { roundTrips, asked } = await run(HOST, withIsland);
  assert.equal(roundTrips, 2);
  assert.deepEqual(
    asked.map(({ type }) => type),
    [TYPE.A, TYPE.DNSKEY],
  );
  assert.equal(
    await outcome(HOST, { ...islands, anchors: [...islands.anchors, anchor(createZoneKey())] }),
    'bogus error',
  );
  assert.equal(await outcome('host.signed.test. A', { ...world(), anchors: [anchor(key)] }), 'bogus error');
});

test('where a zone has an anchor of its own, the zone above cannot sign for it', async () => {
  const above = createZoneKey();
  const hierarchy = createHierarchy({
    at: AT,
    zones: [
      { apex: 'test.', keys: [above] },
      { apex: 'signed.test.', keys: [key], records: 'host A 192.0.2.1' },
    ],
  });
  const [forged] = readRecords('host.signed.test. A 192.0.2.66', APEX);
  assert.ok(forged);
  const signature = signRrset([forged], above, parseName('test.'), { from: AT - DAY, until: AT + DAY });
  const forgery: Attack = () => (asked) => response(asked, RCODE.NOERROR, [forged, signature]);
  const anchors = [...hierarchy.anchors, { zone: APEX, record: dnskey(key) }];
  assert.equal(
    await outcome(HOST, { answer: against(ofType(TYPE.A), forgery)(hierarchy.answer), anchors }),
    'bogus error',
  );
});

test('[RFC4035 §5.3.1] a zone signs nothing outside of itself', () => {
  const [stranger] = readRecords('host.other.test. A 192.0.2.66', APEX);
  assert.ok(stranger);
  const { rdata } = signRrset([stranger], key, APEX, { from: AT - DAY, until: AT + DAY });
  const rrset: Rrset = { ...stranger, records: [stranger], signatures: [{ ...readRrsig(rdata), rdata }] };
  const session = startSession({ anchors: [], at: AT, hashes });
  const { value } = verifyRrset(session, rrset, APEX, keysOf([dnskey(key)])).next();
  assert.ok(value && 'failed' in value); // and no signature was checked
});

test('an anchor of an algorithm that is not validated proves nothing: it never makes a zone insecure', async () => {
  const hierarchy = world();
  const anchors = hierarchy.anchors.map(({ zone, record }) => ({
    zone,
    record: { ...record, rdata: renumbered(record.rdata, ALGORITHM, 99) },
  }));
  assert.equal(await outcome(HOST, { ...hierarchy, anchors }), 'indeterminate error');
});

test('a DNSKEY anchor of an algorithm that is not validated, or revoked, proves nothing and spoils nothing', async () => {
  const signer = createZoneKey();
  const hierarchy = createHierarchy({
    at: AT,
    zones: [{ apex: 'signed.test.', keys: [signer], records: 'host A 192.0.2.1' }],
  });
  const anchor = (rdata: Uint8Array) => ({ zone: APEX, record: { ...dnskey(signer), rdata } });
  for (const useless of [renumbered(signer.rdata, 3, 99), flagged(signer, 257 | 0x80).rdata]) {
    assert.equal(await outcome(HOST, { ...hierarchy, anchors: [anchor(useless)] }), 'indeterminate error');
    const both = [anchor(useless), anchor(signer.rdata)];
    assert.equal(await outcome(HOST, { ...hierarchy, anchors: both }), 'secure data');
  }
});

test('of several anchors of a zone one that fits suffices, as while a key is rolled', async () => {
  const hierarchy = world();
  const other = { name: parseName('test.'), type: TYPE.DS, class: CLASS_IN, ttl: 0 };
  const next = { zone: other.name, record: { ...other, rdata: dsRdata(other.name, createZoneKey()) } };
  assert.equal(await outcome(HOST, { ...hierarchy, anchors: [next, ...hierarchy.anchors] }), 'secure data');
  assert.equal(await outcome(HOST, { ...hierarchy, anchors: [next] }), 'bogus error');
});

const dnskey = (of: ZoneKey): ResourceRecord => ({
  name: APEX,
  type: TYPE.DNSKEY,
  class: CLASS_IN,
  ttl: 300,
  rdata: of.rdata,
});

test('opt-out makes absence insecure, but neither data nor a secure delegation', async () => {
  const denial = { kind: 'nsec3', optOut: true } as const;
  const hierarchy = createHierarchy({
    at: AT,
    zones: [
      { apex: 'test.', denial, records: 'host A 192.0.2.9\n*.wild A 192.0.2.8' },
      { apex: 'signed.test.', denial, records: 'host A 192.0.2.1' },
      { apex: 'plain.test.', keys: [], records: 'host A 192.0.2.4' },
    ],
  });
  const cases = {
    'host.test. A': 'secure data',
    'host.test. AAAA': 'secure nodata',
    'nothing.test. A': 'insecure nxdomain', // [RFC5155 §9.2]
    'plain.test. DS': 'insecure nodata',
    'x.wild.test. A': 'insecure data',
    'host.signed.test. A': 'secure data',
    'host.plain.test. A': 'insecure data',
  };
  for (const [asked, expected] of Object.entries(cases)) assert.equal(await outcome(asked, hierarchy), expected, asked);
});

test('[RFC5155 §8.6] an opt-out span leaves room for an unsigned delegation, whatever the wildcard beside it says', async () => {
  const children = ['one.test.', 'two.test.', 'three.test.', 'four.test.'];
  const hierarchy = createHierarchy({
    at: AT,
    zones: [
      { apex: 'test.', denial: { kind: 'nsec3', optOut: true }, records: '* CNAME host.elsewhere.example.' },
      ...children.map((apex) => ({ apex, keys: [], records: 'host A 192.0.2.4' })),
    ],
  });
  for (const apex of children) {
    assert.equal(await outcome(`host.${apex} A`, hierarchy), 'insecure data', apex);
    assert.equal(await outcome(`${apex} DS`, hierarchy), 'insecure nodata', apex);
  }
});

test('cuts that could not be guessed cost one round trip each', async () => {
  const zones = ['test.', 'a.test.', 'b.a.test.', 'c.b.a.test.'].map((apex) => ({ apex }));
  const plain = { apex: 'd.c.b.a.test.', keys: [], records: 'host A 192.0.2.1' };
  const hierarchy = createHierarchy({ at: AT, zones: [...zones, plain] });
  const { proven, roundTrips } = await run('host.d.c.b.a.test. A', hierarchy);
  assert.equal(proven.proof, 'insecure', proven.because.join('\n'));
  assert.equal(roundTrips, 2 + 3); // the answer and a.test. together with test.; then b, c and d
});

test('a zone that was proven insecure needs no second walk, and is walked again when that has expired', async () => {
  const hierarchy = createHierarchy({
    at: AT,
    zones: [{ apex: 'test.' }, { apex: 'plain.test.', keys: [], records: 'host A 192.0.2.4' }],
  });
  const first = await run('host.plain.test. A', hierarchy);
  const known = remembering(first.proven.learnt);
  assert.equal((await run('host.plain.test. AAAA', hierarchy, { known })).roundTrips, 1);
  assert.equal((await run('host.plain.test. AAAA', hierarchy, { known, at: AT + 300 })).roundTrips, 2);
  assert.equal(first.proven.expires, AT + 300);
});

test('[A23] the reasons begin with the question and end with the first broken link', async () => {
  const hierarchy = world();
  const stale = createHierarchy({ at: AT - 90 * DAY, zones: [{ apex: 'test.' }, { apex: 'signed.test.' }] });
  const { proven } = await run(HOST, {
    ...hierarchy,
    answer: against(ofType(TYPE.DNSKEY), replay(stale.answer))(hierarchy.answer),
  });
  assert.equal(proven.because[0], `${HOST} is bogus`);
  assert.match(proven.because.at(-1) ?? '', /fits its DS records/);
});

test('the chain leads from the anchor to the answer', async () => {
  const { proven } = await run(HOST, world());
  assert.deepEqual(
    proven.chain.map(({ kind, name }) => `${kind} ${name}`),
    ['anchor test.', 'dnskey test.', 'ds signed.test.', 'dnskey signed.test.', 'rrset host.signed.test.'],
  );
});
