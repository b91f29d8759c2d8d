/** The proof that every answer carries: from the anchor to what was asked for, each step with its records. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signedOctets } from '#core/dns/canonical.js';
import { parseName, readDs, readRrsig, recordToText, TYPE, typeToText } from '#core/dns/index.js';
import type { Link } from '#core/dnssec/index.js';
import { keysOf } from '#core/dnssec/key.js';
import { verify } from '#node/crypto.js';
import { createHierarchy, createZoneKey, type DenialKind } from '#node/testing/index.js';
import { AT, remembering, run } from './driver.js';

const DAY = 86_400;
const key = createZoneKey();
const world = (denial: DenialKind) =>
  createHierarchy({
    at: AT,
    zones: [
      { apex: '.', denial },
      { apex: 'test.', denial },
      {
        apex: 'signed.test.',
        denial,
        keys: [key],
        records: 'host A 192.0.2.1\n*.wild A 192.0.2.2\na.empty A 192.0.2.3\nalias CNAME host\nplain NS ns.plain',
      },
      { apex: 'plain.signed.test.', keys: [], records: 'host A 192.0.2.4' },
    ],
  });
const nsec = world({ kind: 'nsec' });
const nsec3 = world({ kind: 'nsec3', salt: 'ab', iterations: 1 });

const outline = (chain: readonly Link[]): readonly string[] =>
  chain.map(({ kind, zone, name, type }) => `${zone} ${kind} ${typeToText(type)} of ${name}`);

test('an answer carries its whole proof, from the anchor down', async () => {
  const { proven } = await run('host.signed.test. A', nsec);
  assert.deepEqual(outline(proven.chain), [
    '. anchor DS of .',
    '. dnskey DNSKEY of .',
    '. ds DS of test.',
    'test. dnskey DNSKEY of test.',
    'test. ds DS of signed.test.',
    'signed.test. dnskey DNSKEY of signed.test.',
    'signed.test. rrset A of host.signed.test.',
  ]);
  for (const { kind, keyTag, algorithm, inception, expiration } of proven.chain)
    assert.deepEqual(
      [typeof keyTag, algorithm, inception, expiration],
      kind === 'anchor' ? ['undefined', undefined, undefined, undefined] : ['number', 13, AT - DAY, AT + 30 * DAY],
    );
});

test('key tags and digests are in the records of anchor and DS, and each signature is by a key of the link before', async () => {
  const { proven } = await run('host.signed.test. A', nsec);
  const ds = proven.chain.find(({ kind, name }) => kind === 'ds' && name === 'signed.test.');
  const [delegation] = ds?.records ?? [];
  assert.ok(delegation);
  const { keyTag, digestType, digest } = readDs(delegation.rdata);
  assert.deepEqual([keyTag, digestType, digest.length], [key.tag, 2, 32]);

  for (const { kind, zone, records = [], signature } of proven.chain) {
    if (kind === 'anchor') continue;
    const [first, ...more] = records;
    assert.ok(first && signature);
    const { keyTag: by, signature: octets } = readRrsig(signature.rdata);
    const keys = keysOf(proven.chain.find((each) => each.kind === 'dnskey' && each.zone === zone)?.records ?? []);
    const signer = keys.find(({ tag }) => tag === by);
    assert.ok(signer);
    const { algorithm, publicKey } = signer;
    const check = { algorithm, publicKey, signed: signedOctets(signature.rdata, [first, ...more]), signature: octets };
    assert.ok(await verify(check), `${kind} of ${zone}: the proof can be checked again`);
  }
});

/** What is asked for · what each record of the denial shows, with NSEC and with NSEC3. */
const denials: readonly (readonly [asked: string, byNsec: readonly string[], byNsec3: readonly string[]])[] = [
  [
    'x.y.signed.test. A',
    ['covers *.signed.test.', 'covers x.y.signed.test.'],
    ['covers *.signed.test.', 'covers y.signed.test.', 'matches signed.test.'],
  ],
  ['host.signed.test. AAAA', ['matches host.signed.test.'], ['matches host.signed.test.']],
  ['empty.signed.test. A', ['empty empty.signed.test.'], ['matches empty.signed.test.']],
  [
    'x.wild.signed.test. AAAA',
    ['covers x.wild.signed.test.', 'matches *.wild.signed.test.'],
    ['covers x.wild.signed.test.', 'matches *.wild.signed.test.', 'matches wild.signed.test.'],
  ],
  ['x.wild.signed.test. A', ['covers x.wild.signed.test.'], ['covers x.wild.signed.test.']],
  ['plain.signed.test. DS', ['matches plain.signed.test.'], ['matches plain.signed.test.']],
];
for (const [asked, byNsec, byNsec3] of denials)
  for (const [world, expected] of [
    [nsec, byNsec],
    [nsec3, byNsec3],
  ] as const)
    test(`the denial of ${asked} says what it ${expected.join(', ')}`, async () => {
      const { proven } = await run(asked, world);
      const links = proven.chain.filter(({ kind }) => kind === 'denial');
      const shows = links.flatMap((link) => link.shows ?? []).map(({ how, name }) => `${how} ${name}`);
      assert.deepEqual([...new Set(shows)].sort(), expected);
      for (const { records = [], signature, type } of links) {
        assert.deepEqual(
          records.map((each) => each.type),
          [type],
        );
        assert.equal(signature?.type, TYPE.RRSIG);
      }
    });

test('insecurity carries the denial that proves it, when the zone is known from before, too', async () => {
  for (const world of [nsec, nsec3]) {
    const first = await run('host.plain.signed.test. A', world);
    assert.equal(first.proven.proof, 'insecure');
    const again = await run('ns.plain.signed.test. A', world, { known: remembering(first.proven.learnt) });
    for (const { proven } of [first, again]) {
      const [denial, cut] = proven.chain.slice(-2);
      assert.deepEqual(denial?.shows, [{ how: 'matches', name: 'plain.signed.test.' }]);
      assert.equal(cut?.kind, 'insecure-delegation');
    }
  }
});

test('a trusted key is in the proof as it was configured', async () => {
  const [anchor] = nsec.anchors;
  const { proven } = await run('. SOA', nsec);
  const [link] = proven.chain;
  assert.deepEqual(
    link?.records?.map((each) => recordToText(each)),
    anchor && [recordToText(anchor.record)],
  );
  assert.equal(link?.zone, parseName('.'));
});
