/** What is rare and allowed: the longest names, the smallest zones, times past 2038, islands of security in unsigned land. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writer } from '#core/bytes/index.js';
import { parseName, TYPE, writeName } from '#core/dns/index.js';
import { createHierarchy, createZoneKey, type DenialKind } from '#node/testing/index.js';
import { AT, outcome } from './driver.js';

const DENIALS: readonly DenialKind[] = [{ kind: 'nsec' }, { kind: 'nsec3' }, { kind: 'nsec3', optOut: true }];

/** The longest name below `test.`, of 255 octets, beginning with this letter. */
const longest = (letter: string): string => [letter.repeat(56), ...Array(3).fill('m'.repeat(63)), 'test', ''].join('.');

for (const denial of DENIALS)
  test(`names of 255 octets are proven, present and absent, by ${JSON.stringify(denial)}`, async () => {
    const wire = writer();
    writeName(wire, parseName(longest('h')));
    assert.equal(wire.finish().length, 255);
    const world = createHierarchy({
      at: AT,
      zones: [{ apex: 'test.', denial, records: `${longest('h')} A 192.0.2.1` }],
    });
    assert.equal(await outcome(`${longest('h')} A`, world), 'secure data');
    assert.equal(await outcome(`${longest('h')} TXT`, world), 'secure nodata');
    const absent = 'optOut' in denial ? 'insecure nxdomain' : 'secure nxdomain'; // [RFC5155 §9.2]
    assert.equal(await outcome(`${longest('a')} A`, world), absent);
    assert.equal(await outcome(`${longest('z')} A`, world), absent);
  });

for (const denial of DENIALS)
  test(`zones of one name and of two are denied in, ${JSON.stringify(denial)}`, async () => {
    const world = createHierarchy({
      at: AT,
      zones: [
        { apex: '.', denial },
        { apex: 'one.', denial },
        { apex: 'two.', denial, records: 'm A 192.0.2.1' },
      ],
    });
    const absent = 'optOut' in denial ? 'insecure nxdomain' : 'secure nxdomain'; // [RFC5155 §9.2]
    for (const [asked, expected] of [
      ['one. SOA', 'secure data'],
      ['one. A', 'secure nodata'],
      ['a.one. A', absent],
      ['z.z.one. A', absent],
      ['m.two. A', 'secure data'],
      ['m.two. TXT', 'secure nodata'],
      ['a.two. A', absent],
      ['z.two. A', absent],
      ['x.m.two. A', absent],
      ['\\000.two. A', absent],
      ['m.two. DS', 'secure nodata'],
    ] as const)
      assert.equal(await outcome(asked, world), expected, asked);
  });

const END_OF_31_BITS = 2 ** 31; // 2038-01-19T03:14:08Z
for (const [from, until] of [
  [END_OF_31_BITS - 1000, END_OF_31_BITS + 1000],
  [END_OF_31_BITS, END_OF_31_BITS + 1000],
  [END_OF_31_BITS - 1000, END_OF_31_BITS - 1],
] as const)
  test(`[RFC4034 §3.1.5] signatures from ${from} to ${until}, about 2038, hold then and only then`, async () => {
    const world = createHierarchy({
      at: from,
      zones: [
        { apex: 'test.', validity: { from, until } },
        { apex: 'signed.test.', validity: { from, until } },
      ],
    });
    for (const at of [from, Math.floor((from + until) / 2), until])
      assert.equal(await outcome('signed.test. SOA', world, { at }), 'secure data');
    for (const at of [from - 1, until + 1])
      assert.equal(await outcome('signed.test. SOA', world, { at }), 'bogus error');
  });

const island = createZoneKey();
for (const denial of DENIALS)
  test(`an island of security: signed land below unsigned land, ${JSON.stringify(denial)}`, async () => {
    const world = createHierarchy({
      at: AT,
      zones: [
        { apex: '.', denial },
        { apex: 'test.', denial },
        { apex: 'plain.test.', keys: [] },
        { apex: 'island.plain.test.', denial, keys: [island], records: 'host A 192.0.2.1' },
        { apex: 'below.island.plain.test.', denial, records: 'host A 192.0.2.2' },
        { apex: 'lost.island.plain.test.', keys: [], records: 'host A 192.0.2.3' },
      ],
    });
    const zone = parseName('island.plain.test.');
    const record = { name: zone, type: TYPE.DNSKEY, class: 1, ttl: 0, rdata: island.rdata };
    const withIsland = { ...world, anchors: [...world.anchors, { zone, record }] };
    const expected: readonly (readonly [asked: string, alone: string, anchored: string])[] = [
      ['plain.test. SOA', 'insecure data', 'insecure data'],
      ['host.island.plain.test. A', 'insecure data', 'secure data'],
      ['host.below.island.plain.test. A', 'insecure data', 'secure data'],
      ['host.lost.island.plain.test. A', 'insecure data', 'insecure data'],
      ['host.island.plain.test. TXT', 'insecure nodata', 'secure nodata'],
      // its DS is the zone's above, which says nothing that could be proven
      ['island.plain.test. DS', 'insecure data', 'insecure data'],
    ];
    for (const [asked, alone, anchored] of expected) {
      assert.equal(await outcome(asked, world), alone, asked);
      assert.equal(await outcome(asked, withIsland), anchored, asked);
    }
  });
