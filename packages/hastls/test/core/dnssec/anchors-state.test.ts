import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseName, type ResourceRecord, TYPE } from '#core/dns/index.js';
import { anchorsStateToText, readAnchorsState, type TrackedKey } from '#core/dnssec/index.js';
import { dnskeyRdata } from '#node/testing/index.js';

const times = fc.integer({ min: 0, max: 4_294_967_295 });
const zones = fc.constantFrom('.', 'example.', 'a\\.b.example.').map((text) => parseName(text));
const keyOf = (zone: ResourceRecord['name']): fc.Arbitrary<TrackedKey> =>
  fc
    .record({
      state: fc.constantFrom('pending', 'valid', 'missing', 'revoked', 'removed'),
      since: times,
      until: times,
      isDs: fc.boolean(),
      octets: fc.uint8Array({ minLength: 32, maxLength: 64 }),
    })
    .map(({ state, since, until, isDs, octets }) => ({
      record: {
        name: zone,
        type: isDs ? TYPE.DS : TYPE.DNSKEY,
        class: 1,
        ttl: 0,
        rdata: isDs ? Uint8Array.of(1, 2, 13, 2, ...octets) : dnskeyRdata(257, 13, octets),
      },
      state,
      since,
      ...((state === 'pending' || state === 'revoked') && { until }),
    }));

test('what is tracked is read as it was written', () => {
  const tracked = zones.chain((zone) =>
    fc.record({ zone: fc.constant(zone), next: times, keys: fc.array(keyOf(zone), { maxLength: 5 }) }),
  );
  fc.assert(
    fc.property(fc.uniqueArray(tracked, { selector: ({ zone }) => zone }), (state) => {
      const read = readAnchorsState(anchorsStateToText(state));
      assert.ok(read.ok, read.ok ? '' : read.why);
      assert.deepEqual(
        read.value.map(({ keys, ...zone }) => ({
          ...zone,
          keys: keys.map(({ record, ...rest }) => ({ ...rest, record: { ...record, rdata: [...record.rdata] } })),
        })),
        state.map(({ keys, ...zone }) => ({
          ...zone,
          keys: keys.map(({ record, ...rest }) => ({ ...rest, record: { ...record, rdata: [...record.rdata] } })),
        })),
      );
    }),
  );
});

const KEY = { state: 'valid', since: '2026-01-01T00:00:00Z', record: '. 0 IN DS 1 13 2 00' };
const ZONE = { zone: '.', next: '2026-01-01T00:00:00Z', keys: [KEY] };
const withKey = (change: object) => ({ v: 1, zones: [{ ...ZONE, keys: [{ ...KEY, ...change }] }] });

test('an example is read', () => {
  assert.ok(readAnchorsState(JSON.stringify({ v: 1, zones: [ZONE] })).ok);
});

const bad: readonly (readonly [what: string, text: string | object, why: RegExp])[] = [
  ['nothing', '', /no JSON/],
  ['half of it', '{"v":1,"zones":[{"zone":".","ne', /no JSON/],
  ['a list', [], /no object/],
  ['another version', { v: 2, zones: [] }, /"v" is 1/],
  ['no version', { zones: [] }, /no "v"/],
  ['a field that nobody knows', { v: 1, zones: [], more: 1 }, /has "more"/],
  ['zones that are no list', { v: 1, zones: {} }, /"zones" is no list/],
  ['thousands of zones', { v: 1, zones: Array.from({ length: 2000 }, () => ZONE) }, /at most 1024/],
  ['a zone twice', { v: 1, zones: [ZONE, ZONE] }, /twice/],
  ['a zone twice, in capitals', { v: 1, zones: ['a.', 'A.'].map((zone) => ({ ...ZONE, zone, keys: [] })) }, /twice/],
  ['a zone without a name', { v: 1, zones: [{ ...ZONE, zone: 7 }] }, /"zone" is no text/],
  ['no time to look again', { v: 1, zones: [{ ...ZONE, next: 'soon' }] }, /"soon" is no time/],
  ['a state that there is not', withKey({ state: 'trusted' }), /"state" is one of/],
  ['a pending key without its time', withKey({ state: 'pending' }), /"until" is for/],
  ['a valid key with an end', withKey({ until: KEY.since }), /"until" is for/],
  ['a record of another zone', withKey({ record: 'x. 0 IN DS 1 13 2 00' }), /"record" is of \./],
  ['a record of another type', withKey({ record: '. 0 IN A 192.0.2.1' }), /DNSKEY or DS/],
  ['two records', withKey({ record: '. 0 IN DS 1 13 2 00\n. 0 IN DS 2 13 2 00' }), /one record/],
  ['no record', withKey({ record: '; none' }), /one record/],
  ['a record that is broken', withKey({ record: '. 0 IN DS 1 13' }), /./],
  ['more than anybody needs', ' '.repeat((1 << 20) + 1), /characters/],
  ['a deep nesting', '['.repeat(100_000), /./],
];
for (const [what, content, why] of bad)
  test(`a state with ${what} is refused, and said why`, () => {
    const read = readAnchorsState(typeof content === 'string' ? content : JSON.stringify(content));
    assert.equal(read.ok, false);
    assert.match(read.ok ? '' : read.why, why);
  });
