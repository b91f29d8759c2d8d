import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDs, recordToText } from '#core/dns/index.js';
import { ROOT_ANCHORS, readAnchors } from '#core/dnssec/index.js';
import { createHierarchy } from '#node/testing/index.js';
import { AT, outcome } from './driver.js';

const DS = '. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D';

test('anchors are read from master-file lines, with and without a TTL, comments and line breaks included', () => {
  const read = readAnchors(
    `
    ; the root
    ${DS}
    example.  3600 IN DNSKEY 257 3 15 (
        l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4= ) ; RFC 8080
  `.replace(/^ {4}/gm, ''),
  );
  assert.ok(read.ok, JSON.stringify(read));
  assert.deepEqual(
    read.value.map(({ zone }) => zone),
    ['.', 'example.'],
  );
  assert.deepEqual(read.value[0]?.record.rdata, ROOT_ANCHORS[0]?.record.rdata);
});

const bad: readonly (readonly [text: string, why: RegExp])[] = [
  ['', /no DS or DNSKEY/],
  ['; nothing but a comment', /no DS or DNSKEY/],
  ['. IN NS a.root-servers.net.', /NS of \. is no trust anchor/],
  ['. IN DS 20326 8 2', /line 1/],
  ['not an anchor', /line 1/],
];
for (const [text, why] of bad)
  test(`"${text}" is no anchor`, () => {
    const read = readAnchors(text);
    assert.ok(!read.ok);
    assert.match(read.why, why);
  });

test('the keys of the root are built in: KSK-2017 and KSK-2024', () => {
  assert.deepEqual(
    ROOT_ANCHORS.map(({ zone, record }) => [
      zone,
      readDs(record.rdata).keyTag,
      recordToText(record).split(' ').at(-1)?.slice(0, 8),
    ]),
    [
      ['.', 20326, 'e06d44b8'],
      ['.', 38696, '683d2d0a'],
    ],
  );
});

test('anchor lines of a hierarchy are anchors for it', async () => {
  const hierarchy = createHierarchy({ at: AT, zones: [{ apex: 'test.', records: 'host A 192.0.2.1' }] });
  const read = readAnchors(hierarchy.anchorLines.join('\n'));
  assert.ok(read.ok);
  assert.equal(await outcome('host.test. A', { ...hierarchy, anchors: read.value }), 'secure data');
  assert.equal(await outcome('host.test. A', { ...hierarchy, anchors: ROOT_ANCHORS }), 'indeterminate error');
});
