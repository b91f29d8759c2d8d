import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ResourceRecord, ROOT, TYPE } from '#core/dns/index.js';
import {
  type Anchor,
  type KeyState,
  observe,
  type Sighting,
  type TrackedKey,
  type TrackedZone,
  trustedAnchors,
  withAnchors,
} from '#core/dnssec/index.js';
import { hashes } from '#node/crypto.js';
import { dnskeyRdata, dsRdata } from '#node/testing/index.js';
import { AT } from './driver.js';

const DAY = 86_400;
const HOUR = 3600;

/** A key that is told from others by its number; nobody can sign with it, and here nobody has to. */
const key = (number: number, flags = 257): ResourceRecord => ({
  name: ROOT,
  type: TYPE.DNSKEY,
  class: 1,
  ttl: 0,
  rdata: dnskeyRdata(flags, 15, new Uint8Array(32).fill(number)),
});
const revoked = (number: number): ResourceRecord => key(number, 257 + 128);
const ds = (number: number, digest: 2 | 4 = 2): ResourceRecord => {
  const { rdata } = key(number);
  const tag = new DataView(dsRdata(ROOT, { algorithm: 15, tag: 0, rdata }, digest).buffer);
  return { ...key(number), type: TYPE.DS, rdata: new Uint8Array(tag.buffer) };
};
const anchor = (record: ResourceRecord): Anchor => ({ zone: ROOT, record });

const seen = (keys: readonly ResourceRecord[] | undefined, gone: readonly ResourceRecord[] = []): Sighting => ({
  keys,
  revoked: gone,
  ttl: 2 * DAY,
  validFor: 10 * DAY,
});
const zoneOf = (...keys: readonly TrackedKey[]): TrackedZone => ({ zone: ROOT, keys, next: AT });
const stateOf = ({ keys }: TrackedZone, number: number): KeyState | 'start' =>
  keys.find(({ record }) => record.rdata.at(-1) === number)?.state ?? 'start';
const trusted = (zone: TrackedZone): readonly number[] =>
  trustedAnchors(zone)
    .map(({ record }) => record.rdata.at(-1) ?? -1)
    .sort();

/** A key in this state, since long ago or only just. */
const inState = (state: KeyState, age: 'old' | 'young' = 'young'): TrackedKey => ({
  record: key(1),
  state,
  since: AT - 40 * DAY,
  ...((state === 'pending' || state === 'revoked') && { until: age === 'old' ? AT : AT + 1 }),
});

/** State · what is seen of the key · state afterwards. */
const table: readonly (readonly [from: TrackedKey, event: string, sighting: Sighting, to: KeyState | 'start'])[] = [
  [inState('pending'), 'is there', seen([key(1), key(2)]), 'pending'],
  [inState('pending'), 'is gone', seen([key(2)]), 'start'],
  [inState('pending', 'old'), 'is there, and its time is over', seen([key(1), key(2)]), 'valid'],
  [inState('pending', 'old'), 'is gone, and its time is over', seen([key(2)]), 'start'],
  [inState('pending', 'old'), 'cannot be seen, and its time is over', seen(undefined, [revoked(2)]), 'pending'],
  [inState('pending'), 'revokes itself', seen([key(2)], [revoked(1)]), 'start'],
  [inState('valid'), 'is there', seen([key(1)]), 'valid'],
  [inState('valid'), 'is gone', seen([key(2)]), 'missing'],
  [inState('valid'), 'revokes itself', seen([key(2)], [revoked(1)]), 'revoked'],
  [inState('valid'), 'revokes itself, and nothing else is sure', seen(undefined, [revoked(1)]), 'revoked'],
  [inState('valid'), 'cannot be seen', seen(undefined, [revoked(2)]), 'valid'],
  [inState('missing'), 'is there', seen([key(1)]), 'valid'],
  [inState('missing'), 'is gone', seen([key(2)]), 'missing'],
  [inState('missing'), 'revokes itself', seen([key(2)], [revoked(1)]), 'revoked'],
  [inState('revoked'), 'is there, as if nothing had been', seen([key(1)]), 'revoked'],
  [inState('revoked', 'old'), 'is gone, and its time is over', seen([key(2)]), 'removed'],
  [inState('removed'), 'is there, as if nothing had been', seen([key(1)]), 'removed'],
  [inState('removed'), 'revokes itself again', seen([key(2)], [revoked(1)]), 'removed'],
];
for (const [from, event, sighting, to] of table)
  test(`[RFC5011 §4.2] a key that is ${from.state} and ${event}: ${to}`, () => {
    assert.equal(stateOf(observe(zoneOf(from), sighting, AT, hashes), 1), to);
  });

test('[RFC5011 §4.1] only keys that are entry points, and of a protocol that there is, begin to be tracked', () => {
  const strange = { ...key(4), rdata: key(4).rdata.with(2, 4) };
  const after = observe(zoneOf(inState('valid')), seen([key(1), key(2), key(3, 256), strange]), AT, hashes);
  assert.deepEqual(
    [1, 2, 3, 4].map((number) => stateOf(after, number)),
    ['valid', 'pending', 'start', 'start'],
  );
});

test('[RFC5011 §2.4.1] a new key waits 30 days, or as long as its RRset may be cached, whichever is longer', () => {
  const until = (ttl: number) =>
    observe(zoneOf(), { ...seen([key(2)]), ttl }, AT, hashes).keys.map((each) => (each.until ?? 0) - AT);
  assert.deepEqual([until(DAY), until(31 * DAY)], [[30 * DAY], [31 * DAY]]);
});

for (const [ttl, validFor, expected] of [
  [2 * DAY, 10 * DAY, DAY],
  [20 * DAY, 10 * DAY, 5 * DAY],
  [60 * DAY, 60 * DAY, 15 * DAY],
  [60, 10 * DAY, HOUR],
] as const)
  test(`[RFC5011 §2.3] keys of ${ttl} seconds, signed for ${validFor} more, are looked at again after ${expected}`, () => {
    assert.equal(observe(zoneOf(), { ...seen([key(2)]), ttl, validFor }, AT, hashes).next - AT, expected);
  });

test('[RFC5011 §5] a configured DS is trusted, and becomes the key when that is seen', () => {
  const before = withAnchors(ROOT, undefined, [anchor(ds(1)), anchor(ds(1, 4)), anchor(ds(2))], AT, hashes);
  assert.equal(trustedAnchors(before).length, 3);
  const after = observe(before, seen([key(1)]), AT, hashes);
  assert.deepEqual(
    after.keys.map(({ record, state }) => [record.type, state]),
    [
      [TYPE.DNSKEY, 'valid'],
      [TYPE.DS, 'missing'],
    ],
  );
});

for (const state of ['revoked', 'removed'] as const)
  test(`[RFC5011 §2.1] a ${state} key is not trusted again because it is configured`, () => {
    for (const record of [key(1), ds(1)])
      assert.deepEqual(trusted(withAnchors(ROOT, zoneOf(inState(state)), [anchor(record)], AT, hashes)), []);
  });

test('a pending key is trusted at once when it is configured', () => {
  assert.deepEqual(trusted(withAnchors(ROOT, zoneOf(inState('pending')), [anchor(ds(1))], AT, hashes)), [1]);
});

test('[F8] of hundreds of new keys some are tracked, and no tracked one is lost', () => {
  const many = Array.from({ length: 200 }, (_, number) => key(number + 2));
  const after = observe(zoneOf(inState('revoked')), seen(many), AT, hashes);
  assert.equal(after.keys.length, 32);
  assert.equal(stateOf(after, 1), 'revoked');
});

const NUMBERS: readonly number[] = [1, 2, 3, 4];
const some = fc.subarray([...NUMBERS]);
/** What is seen over time: hours since the last sighting, what is there and what revokes itself. */
const sightings = fc.array(
  fc.record({ hours: fc.integer({ min: 1, max: 24 * 40 }), there: fc.option(some, { nil: undefined }), gone: some }),
  { maxLength: 12 },
);

test('[RFC5011] whatever is seen: no key is trusted before its time, and none that was revoked ever again', () => {
  fc.assert(
    fc.property(sightings, (story) => {
      let zone = withAnchors(ROOT, undefined, [anchor(key(1))], AT, hashes);
      const firstSeen = new Map<number, number>();
      const revokedOnce = new Set<number>();
      let at = AT;
      for (const { hours, there, gone } of story) {
        at += hours * HOUR;
        const before = trusted(zone);
        const keys = there?.filter((number) => !gone.includes(number)).map((number) => key(number));
        for (const number of gone) if (before.includes(number)) revokedOnce.add(number);
        if (there !== undefined)
          for (const number of NUMBERS)
            if (!there.includes(number) || gone.includes(number)) firstSeen.delete(number);
            else if (!firstSeen.has(number)) firstSeen.set(number, at);
        for (const number of gone) firstSeen.delete(number);
        zone = observe(zone, seen(keys, gone.map(revoked)), at, hashes);
        for (const number of trusted(zone)) {
          assert.ok(!revokedOnce.has(number), `key ${number} was revoked`);
          if (number === 1 || before.includes(number)) continue;
          assert.ok(at - (firstSeen.get(number) ?? at) >= 30 * DAY, `key ${number} is trusted too early`);
        }
        const lost = before.filter((number) => !trusted(zone).includes(number));
        assert.deepEqual(
          lost.filter((number) => !gone.includes(number)),
          [],
          'only a key itself ends its trust',
        );
        assert.equal(new Set(zone.keys.map(({ record }) => record.rdata.at(-1))).size, zone.keys.length);
      }
    }),
    { numRuns: 500 },
  );
});

test('[RFC5011] in which order the keys come makes no difference', () => {
  fc.assert(
    fc.property(some, (there: readonly number[]) => {
      const zone = withAnchors(ROOT, undefined, [anchor(key(1))], AT, hashes);
      const states = (keys: readonly number[]) => {
        const after = observe(zone, seen(keys.map((number) => key(number))), AT, hashes);
        return NUMBERS.map((number) => stateOf(after, number));
      };
      assert.deepEqual(states(there), states([...there].reverse()));
    }),
  );
});
