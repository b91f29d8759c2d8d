/** Zones whose keys change: at every stage of every kind of rollover they stay secure, and what was done too early is bogus. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseName, TYPE } from '#core/dns/index.js';
import {
  type Attack,
  against,
  createHierarchy,
  createZoneKey,
  dnskeyRdata,
  dsRdata,
  ofType,
  replay,
  type ZoneKey,
  type ZoneOptions,
} from '#node/testing/index.js';
import { AT, run } from './driver.js';

const APEX = parseName('signed.test.');
const [old, next, standby] = [createZoneKey(), createZoneKey(), createZoneKey()];
const [oldRsa, nextRsa] = [createZoneKey({ algorithm: 8 }), createZoneKey({ algorithm: 10 })];
const [zsk, nextZsk] = zoneSigningKeys();

/** Told apart by their tags, which chance makes equal now and then. */
function zoneSigningKeys(): readonly [ZoneKey, ZoneKey] {
  for (;;) {
    const [one, another] = [createZoneKey({ flags: 256 }), createZoneKey({ flags: 256 })];
    if (new Set([old.tag, one.tag, another.tag]).size === 3) return [one, another];
  }
}

/** The same key with the flag by which its owner gives it up. [RFC5011 §2.1] */
const revoked = (key: ZoneKey): ZoneKey => {
  const rdata = dnskeyRdata(257 | 0x80, key.algorithm, key.rdata.subarray(4));
  return { ...key, rdata, tag: (key.tag + 0x80) & 0xffff };
};

type Zone = Pick<ZoneOptions, 'keys' | 'deadKeys'>;

/** A zone at this stage; `ds` are the keys that the parent vouches for, by which digests. */
function world(zone: Zone, ds: readonly ZoneKey[], digests: readonly (1 | 2 | 4)[] = [2]) {
  const lines = ds.flatMap((key) =>
    digests.map((digest) => {
      const rdata = dsRdata(APEX, key, digest);
      const hex = Buffer.from(rdata.subarray(4)).toString('hex');
      return `signed DS ${key.tag} ${key.algorithm} ${digest} ${hex}`;
    }),
  );
  return createHierarchy({
    at: AT,
    zones: [
      { apex: 'test.', records: ['signed NS ns.signed', ...lines].join('\n') },
      { apex: 'signed.test.', records: 'host A 192.0.2.1', ...zone },
    ],
  });
}

type Row = readonly [
  stage: string,
  zone: Zone,
  ds: readonly ZoneKey[],
  outcome: RegExp,
  digests?: readonly (1 | 2 | 4)[],
];

const SECURE = /^secure data/;
const rows: readonly Row[] = [
  ['pre-publish: the next key is there, and signs nothing', { keys: [old], deadKeys: [next.rdata] }, [old], SECURE],
  ['pre-publish of a zone-signing key', { keys: [old, zsk], deadKeys: [nextZsk.rdata] }, [old], SECURE],
  [
    'after a pre-publish: the next zone-signing key signs, the old one is still there',
    { keys: [old, nextZsk], deadKeys: [zsk.rdata] },
    [old],
    SECURE,
  ],
  ['double signature, the parent knows the old key', { keys: [old, next] }, [old], SECURE],
  ['double signature, the parent knows both keys', { keys: [old, next] }, [old, next], SECURE],
  ['double signature, the parent knows the next key', { keys: [old, next] }, [next], SECURE],
  ['double DS: the parent knows a key that is not published yet', { keys: [old] }, [old, next], SECURE],
  ['double DS, after the change: the old DS is still there', { keys: [next] }, [old, next], SECURE],
  ['algorithm roll: both algorithms sign, DS of the old', { keys: [oldRsa, next] }, [oldRsa], SECURE],
  ['algorithm roll: both algorithms sign, DS of both', { keys: [oldRsa, next] }, [oldRsa, next], SECURE],
  ['algorithm roll: both algorithms sign, DS of the new', { keys: [oldRsa, next] }, [next], SECURE],
  ['algorithm roll between two kinds of RSA', { keys: [oldRsa, nextRsa] }, [nextRsa], SECURE],
  // any one valid path suffices [RFC6840 §5.11]
  ['algorithm roll done in one go: the DS names two, only one signs', { keys: [next] }, [oldRsa, next], SECURE],
  ['DS of several keys, each by several digests', { keys: [old, next] }, [old, next], SECURE, [1, 2, 4]],
  ['DS by SHA-384 only', { keys: [old] }, [old], SECURE, [4]],
  [
    'a standby key: vouched for, published, and not in use',
    { keys: [old], deadKeys: [standby.rdata] },
    [old, standby],
    SECURE,
  ],
  ['a standby key that is vouched for and hidden', { keys: [old] }, [old, standby], SECURE],
  ['a revoked key beside the one in use', { keys: [revoked(old), next] }, [old, next], SECURE],
  [
    'a revoked key, and the parent knows no other',
    { keys: [revoked(old), next] },
    [revoked(old)],
    /^bogus error\n.*DS of another key/,
  ],
  [
    'the old key removed before its DS was replaced',
    { keys: [next] },
    [old],
    /^bogus error\n.*the parent has the DS of another key/,
  ],
  [
    'the DS replaced before the next key was published',
    { keys: [old] },
    [next],
    /^bogus error\n.*the parent has the DS of another key/,
  ],
  ['the only key revoked', { keys: [revoked(old)] }, [old], /^bogus error\n/],
];
for (const [stage, zone, ds, outcome, digests] of rows)
  test(`${stage}: ${outcome.source.slice(1, 7)}`, async () => {
    const { proven } = await run('host.signed.test. A', world(zone, ds, digests));
    assert.match(`${proven.proof} ${proven.answer}\n${proven.because.at(-1)}`, outcome);
  });

test('signatures of a zone-signing key that was removed too early are bogus, and the reason names the key', async () => {
  const before = world({ keys: [old, zsk] }, [old]);
  const after = createHierarchy({
    at: AT,
    zones: [
      { apex: 'test.', keys: [], records: '' },
      { apex: 'signed.test.', keys: [old, nextZsk], records: 'host A 192.0.2.1' },
    ],
  });
  const keysOnly: Attack = against((asked) => ofType(TYPE.DNSKEY)(asked) && asked.name === APEX, replay(after.answer));
  const { proven } = await run('host.signed.test. A', { ...before, answer: keysOnly(before.answer) });
  assert.equal(proven.proof, 'bogus');
  assert.match(
    proven.because.at(-1) ?? '',
    new RegExp(`key ${zsk.tag} .* does not have.*its DNSKEY must be published`),
  );
});

test('an anchor that is rolled: the old, the next, and both lead to the zone while both are in it', async () => {
  const both = createHierarchy({ at: AT, zones: [{ apex: 'test.', keys: [old, next], records: 'host A 192.0.2.1' }] });
  const [first, second] = both.anchors;
  assert.ok(first && second);
  for (const anchors of [[first], [second], [first, second]]) {
    const { proven } = await run('host.test. A', { ...both, anchors });
    assert.equal(proven.proof, 'secure');
  }
});
