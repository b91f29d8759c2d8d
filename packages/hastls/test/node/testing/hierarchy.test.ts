import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  keyTag,
  type Message,
  parseName,
  RCODE,
  readRrsig,
  sameName,
  signedOctets,
  TYPE,
  typeFromText,
  typeToText,
} from '#core/dns/index.js';
import { verify } from '#node/crypto.js';
import { createHierarchy, type DenialKind, type Hierarchy } from '#node/testing/index.js';

const AT = 1_780_000_000;

const world = (denial: DenialKind): Hierarchy =>
  createHierarchy({
    at: AT,
    zones: [
      { apex: 'test.', records: 'unsigned-by-hand NS ns.elsewhere.', denial },
      {
        apex: 'signed.test.',
        denial,
        records: `
          host A 192.0.2.1
          _smtp._tcp.host HASTLS 25 25 1
          *.wild A 192.0.2.2
          alias CNAME host
          away CNAME host.plain.test.
          gone CNAME host.nowhere.example.
          old DNAME new
          host.new A 192.0.2.3
        `,
      },
      { apex: 'plain.test.', records: 'host A 192.0.2.4', keys: [] },
    ],
  });

/** What is asked · response code · types in the answer · names that NSEC speaks for, next to the SOA. */
const cases: readonly (readonly [string, string, keyof typeof RCODE, string, string])[] = [
  ['host.signed.test.', 'A', 'NOERROR', 'A RRSIG', ''],
  ['HOST.signed.test.', 'A', 'NOERROR', 'A RRSIG', ''],
  ['_smtp._tcp.host.signed.test.', 'HASTLS', 'NOERROR', 'HASTLS RRSIG', ''],
  ['host.signed.test.', 'AAAA', 'NOERROR', '', 'host.signed.test.'],
  ['_tcp.host.signed.test.', 'A', 'NOERROR', '', 'host.signed.test.'], // an empty non-terminal [RFC4592 §2.2.2]
  ['_imap._tcp.host.signed.test.', 'HASTLS', 'NXDOMAIN', '', 'host.signed.test.'],
  ['zz.signed.test.', 'A', 'NXDOMAIN', '', '*.wild.signed.test. signed.test.'],
  ['any.wild.signed.test.', 'A', 'NOERROR', 'A RRSIG', '*.wild.signed.test.'],
  ['any.wild.signed.test.', 'MX', 'NOERROR', '', '*.wild.signed.test.'],
  ['alias.signed.test.', 'A', 'NOERROR', 'CNAME RRSIG A RRSIG', ''],
  ['alias.signed.test.', 'CNAME', 'NOERROR', 'CNAME RRSIG', ''],
  ['away.signed.test.', 'A', 'NOERROR', 'CNAME RRSIG A', ''],
  ['gone.signed.test.', 'A', 'SERVFAIL', 'CNAME RRSIG', ''],
  ['host.old.signed.test.', 'A', 'NOERROR', 'DNAME RRSIG CNAME A RRSIG', ''],
  ['signed.test.', 'DNSKEY', 'NOERROR', 'DNSKEY RRSIG', ''],
  ['signed.test.', 'DS', 'NOERROR', 'DS RRSIG', ''],
  ['plain.test.', 'DS', 'NOERROR', '', 'plain.test.'],
  ['unsigned-by-hand.test.', 'DS', 'NOERROR', '', 'unsigned-by-hand.test.'],
  ['below.unsigned-by-hand.test.', 'A', 'SERVFAIL', '', ''],
  ['host.plain.test.', 'A', 'NOERROR', 'A', ''],
  ['zz.plain.test.', 'A', 'NXDOMAIN', '', ''],
  ['example.', 'A', 'SERVFAIL', '', ''],
];

const nsec = world({ kind: 'nsec' });
for (const [name, type, rcode, answer, spoken] of cases)
  test(`${name} ${type} is answered ${rcode} with ${answer || 'nothing'}`, () => {
    const message = ask(nsec, name, type);
    assert.equal(message.rcode, RCODE[rcode]);
    assert.equal(message.answers.map((record) => typeToText(record.type)).join(' '), answer);
    const denials = message.authorities.filter((record) => record.type === TYPE.NSEC);
    assert.equal(
      denials
        .map((record) => record.name)
        .sort()
        .join(' '),
      spoken,
    );
  });

for (const denial of [{ kind: 'nsec' }, { kind: 'nsec3', salt: 'aabb', iterations: 2 }] as const)
  test(`every signature that a zone with ${denial.kind} gives holds`, async () => {
    const hierarchy = world(denial);
    for (const [name, type] of cases) {
      const { answers, authorities } = ask(hierarchy, name, type);
      for (const records of [answers, authorities])
        for (const signature of records.filter((record) => record.type === TYPE.RRSIG)) {
          const rrsig = readRrsig(signature.rdata);
          const rrset = records.filter(
            (record) => record.type === rrsig.typeCovered && sameName(record.name, signature.name),
          );
          assert.notEqual(rrset.length, 0, `${signature.name} ${name} ${type}`);
          const keys = ask(hierarchy, rrsig.signer, 'DNSKEY').answers.map(({ rdata }) => rdata);
          const rdata = keys.find((key) => keyTag(key) === rrsig.keyTag);
          assert.ok(rdata);
          const { algorithm, signature: octets } = rrsig;
          const signed = signedOctets(signature.rdata, rrset);
          assert.equal(await verify({ algorithm, publicKey: rdata.subarray(4), signed, signature: octets }), true);
        }
    }
  });

/** Owners and hashes of the example in RFC 5155, appendix A. */
test('[RFC5155 §A] NSEC3 owners are the hashes of their names', () => {
  const hierarchy = createHierarchy({
    at: AT,
    zones: [
      {
        apex: 'example.',
        denial: { kind: 'nsec3', salt: 'aabbccdd', iterations: 12 },
        records: 'a NS ns1.a\nai A 192.0.2.9\n*.w MX 1 ai\nx.y.w MX 1 xx\nxx A 192.0.2.10',
      },
    ],
  });
  const denials = (name: string, type: string) =>
    ask(hierarchy, name, type)
      .authorities.filter((record) => record.type === TYPE.NSEC3)
      .map((record) => record.name.slice(0, -'.example.'.length));
  assert.deepEqual(denials('example.', 'MX'), ['0p9mhaveqvm6t7vbl5lop2u3t2rp3tom']);
  assert.deepEqual(denials('ai.example.', 'MX'), ['gjeqe526plbf1g8mklp59enfd789njgi']);
  assert.deepEqual(denials('w.example.', 'MX'), ['k8udemvp1j2f7eg6jebps17vp3n8i58h']);
});

test('[RFC5155 §6] with opt-out an insecure delegation is denied by a span, a secure one is in the chain', () => {
  const zones = [
    { apex: 'test.', denial: { kind: 'nsec3', optOut: true } },
    { apex: 'plain.test.', keys: [] },
    { apex: 'signed.test.' },
  ] as const;
  const hierarchy = createHierarchy({ at: AT, zones });
  const { answers, authorities } = ask(hierarchy, 'plain.test.', 'DS');
  assert.equal(answers.length, 0);
  assert.ok(authorities.some(({ type, rdata }) => type === TYPE.NSEC3 && rdata[1] === 1));
  assert.equal(ask(hierarchy, 'signed.test.', 'DS').answers.length, 2);
});

test('anchors are the DS records of the topmost signed zones', () => {
  const zones = [{ apex: 'a.test.' }, { apex: 'b.a.test.' }, { apex: 'c.test.' }, { apex: 'd.test.', keys: [] }];
  const { anchors, anchorLines } = createHierarchy({ at: AT, zones });
  assert.deepEqual(anchors.map(({ zone }) => zone).sort(), ['a.test.', 'c.test.']);
  for (const line of anchorLines) assert.match(line, /^[ac]\.test\.\s.*\sDS\s+\d+ 13 2 [0-9a-fA-F]{64}$/);
});

function ask(hierarchy: Hierarchy, name: string, type: string): Message {
  const number = typeFromText(type);
  assert.ok(number);
  return hierarchy.answer({ name: parseName(name), type: number });
}
