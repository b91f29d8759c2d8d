import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseName } from '#core/dns/index.js';
import { ROOT_ANCHORS, readAnchors } from '#core/dnssec/index.js';
import { createHierarchy } from '#node/testing/index.js';
import { AT, outcome } from './driver.js';

// In the form that IANA publishes: a key that was, one that is, one that comes.
const XML = `<?xml version="1.0" encoding="UTF-8"?>
<TrustAnchor id="380DC50D-484E-40D0-A3AE-68F2B18F61C7" source="http://data.iana.org/root-anchors/root-anchors.xml">
  <!-- the root -->
  <Zone>.</Zone>
  <KeyDigest id="Kjqmt7v" validFrom="2010-07-15T00:00:00+00:00" validUntil="2019-01-11T00:00:00+00:00">
    <KeyTag>19036</KeyTag>
    <Algorithm>8</Algorithm>
    <DigestType>2</DigestType>
    <Digest>49AAC11D7B6F6446702E54A1607371607A1A41855200FD2CE1CDDE32F24E8FB5</Digest>
  </KeyDigest>
  <KeyDigest id="Klajeyz" validFrom="2017-02-02T00:00:00+00:00">
    <KeyTag>20326</KeyTag>
    <Algorithm>8</Algorithm>
    <DigestType>2</DigestType>
    <Digest>E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D</Digest>
    <PublicKey>AwEAAQ==</PublicKey>
    <Flags>257</Flags>
  </KeyDigest>
  <KeyDigest id="Kmyv6jo" validFrom="2024-07-18T00:00:00+00:00">
    <KeyTag>38696</KeyTag>
    <Algorithm>8</Algorithm>
    <DigestType>2</DigestType>
    <Digest>683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16</Digest>
  </KeyDigest>
</TrustAnchor>
`;

test('[RFC9718 §2] root-anchors.xml gives the anchors that are built in, and when each is to be trusted', () => {
  const read = readAnchors(XML);
  assert.ok(read.ok, JSON.stringify(read));
  const [old, ...current] = read.value;
  assert.deepEqual(
    current.map(({ zone, record }) => ({ zone, record })),
    ROOT_ANCHORS,
  );
  assert.deepEqual([old?.from, old?.until], [Date.UTC(2010, 6, 15) / 1000, Date.UTC(2019, 0, 11) / 1000]);
  assert.deepEqual(
    current.map(({ from, until }) => [from, until]),
    [
      [Date.UTC(2017, 1, 2) / 1000, undefined],
      [Date.UTC(2024, 6, 18) / 1000, undefined],
    ],
  );
});

const bad: readonly (readonly [what: string, text: string, why: RegExp])[] = [
  ['another document', '<html></html>', /<TrustAnchor> is expected, not <html>/],
  ['a declaration of a type', XML.replace('<TrustAnchor', '<!DOCTYPE x><TrustAnchor'), /not root-anchors\.xml/],
  ['an entity', XML.replace('<Zone>.', '<Zone>&x;'), /<Zone> does not end/],
  ['two documents', XML + XML, /not root-anchors\.xml/],
  ['no zone', XML.replace('<Zone>.</Zone>', ''), /begins with its <Zone>/],
  ['no keys', '<TrustAnchor><Zone>.</Zone></TrustAnchor>', /no <KeyDigest>/],
  ['half a document', XML.slice(0, 900), /does not end/],
  ['an unknown element', XML.replaceAll('Flags', 'Flag'), /has no <Flag>/],
  ['a key without a tag', XML.replace('<KeyTag>20326</KeyTag>', ''), /has one <KeyTag>, not 0/],
  ['a key with two tags', XML.replace('<Algorithm>8</Algorithm>', '<KeyTag>1</KeyTag>'), /has one <KeyTag>, not 2/],
  ['a tag that is too large', XML.replace('20326', '65536'), /<KeyTag> is no number/],
  ['a digest that is no hex', XML.replace('E06D44', 'E06D4G'), /./],
  ['a day that is none', XML.replace('2019-01-11', '2019-13-11'), /is no time/],
  ['a time in other words', XML.replace('2019-01-11T00:00:00+00:00', 'tomorrow'), /is no time/],
  ['a key without a beginning', XML.replace(' validFrom="2017-02-02T00:00:00+00:00"', ''), /since when it is valid/],
  ['elements without end', '<a>'.repeat(10_000), /lies too deep/],
  ['more than anybody publishes', XML + ' '.repeat(65_536), /has more than/],
  ['a comment that never ends', `<!-- ${'-a'.repeat(20_000)}`, /not root-anchors\.xml/],
];
for (const [what, text, why] of bad)
  test(`root-anchors.xml with ${what} is refused`, () => {
    const read = readAnchors(text);
    assert.ok(!read.ok);
    assert.match(read.why, why);
  });

const { answer, anchors } = createHierarchy({
  at: AT,
  zones: [
    { apex: '.' },
    { apex: 'test.' },
    { apex: 'signed.test.', records: 'host A 192.0.2.1\nsub.host A 192.0.2.2' },
  ],
});
const validity: readonly (readonly [when: { from?: number; until?: number }, outcome: string])[] = [
  [{ from: AT }, 'secure data'],
  [{ from: AT + 1 }, 'indeterminate error'],
  [{ until: AT + 1 }, 'secure data'],
  [{ until: AT }, 'indeterminate error'],
];
for (const [when, expected] of validity)
  test(`an anchor with ${JSON.stringify(when)} at ${AT}: ${expected}`, async () => {
    const world = { answer, anchors: anchors.map((each) => ({ ...each, ...when })) };
    assert.equal(await outcome('host.signed.test. A', world), expected);
  });

const negative: readonly (readonly [zone: string, until: number, asked: string, outcome: string])[] = [
  ['signed.test.', AT + 1, 'host.signed.test. A', 'insecure data'],
  ['Signed.TEST.', AT + 1, 'host.signed.test. A', 'insecure data'],
  ['signed.test.', AT, 'host.signed.test. A', 'bogus error'],
  ['other.test.', AT + 1, 'host.signed.test. A', 'bogus error'],
  ['sub.host.signed.test.', AT + 1, 'host.signed.test. A', 'bogus error'],
  ['signed.test.', AT + 1, 'test. SOA', 'secure data'],
  ['signed.test.', AT + 1, 'signed.test. DS', 'secure data'],
];
for (const [zone, until, asked, expected] of negative)
  test(`[RFC7646] with a negative anchor for ${zone} until ${until - AT} s from now, ${asked} is ${expected}`, async () => {
    const broken = createHierarchy({
      at: AT,
      zones: [
        { apex: '.' },
        { apex: 'test.' },
        { apex: 'signed.test.', records: 'host A 192.0.2.1', validity: { from: AT - 100, until: AT - 50 } },
      ],
    });
    const negativeAnchors = [{ zone: parseName(zone), until }];
    assert.equal(await outcome(asked, broken, { negativeAnchors }), expected);
  });

test("[RFC7646] an anchor of the zone's own has precedence over a negative one", async () => {
  const top = createHierarchy({ at: AT, zones: [{ apex: 'signed.test.', records: 'host A 192.0.2.1' }] });
  const negativeAnchors = [{ zone: parseName('signed.test.'), until: AT + 1 }];
  assert.equal(await outcome('host.signed.test. A', top, { negativeAnchors }), 'secure data');
});
