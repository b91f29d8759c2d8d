import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBase32hex, fromHex, toBase32hex } from '#core/bytes/index.js';
import { type Name, parseName, typeFromText } from '#core/dns/index.js';
import { type NsecRecord, nsecCovers, nsecDenial } from '#core/dnssec/nsec.js';
import { type Nsec3Record, nsec3Covers, nsec3Denial } from '#core/dnssec/nsec3.js';
import { createNsec3Hasher, nsec3Hash } from '#core/dnssec/nsec3-hash.js';
import { createWitness } from '#core/dnssec/witness.js';
import { hashes } from '#node/crypto.js';
import { question } from './driver.js';

const ZONE = parseName('example.');
const typesOf = (words: string): readonly number[] => words.split(' ').map((word) => typeFromText(word) ?? 0);

/** `owner next TYPES…` */
function nsec(line: string): NsecRecord {
  const [owner = '', next = '', ...types] = line.split(' ');
  return { owner: parseName(owner), next: parseName(next), types: typesOf(types.join(' ')) };
}

const shown = (denied: object): string =>
  'answer' in denied
    ? [
        denied.answer,
        'delegation' in denied && denied.delegation && 'delegation',
        'optOut' in denied && denied.optOut && 'opt-out',
      ]
        .filter(Boolean)
        .join(' ')
    : String(Object.values(denied)[0]);

const APEX = 'example. a.example. SOA NS RRSIG NSEC DNSKEY';

/** Question · records · what they prove. */
const nsecCases: readonly (readonly [asked: string, records: readonly string[], proves: string, why: string])[] = [
  ['a.example. MX', ['a.example. d.example. A'], 'nodata', 'the name is there, the type is not'],
  ['a.example. A', ['a.example. d.example. A'], 'bogus', 'the type is there'],
  ['a.example. A', ['a.example. d.example. CNAME'], 'bogus', 'the name is an alias [RFC6840 §4.3]'],
  ['b.example. A', ['a.example. d.example. A', APEX], 'nxdomain', 'neither the name nor the wildcard is there'],
  ['b.example. A', ['a.example. d.example. A'], 'bogus', 'the wildcard is not denied'],
  ['d.example. A', ['a.example. d.example. A', APEX], 'bogus', "a record's next name exists"],
  ['b.example. A', ['a.example. b.b.example. A'], 'nodata', 'an empty non-terminal'],
  [
    'x.w.example. A',
    ['*.w.example. x.example. MX', 'a.w.example. y.w.example. A'],
    'nodata',
    'a wildcard without the type',
  ],
  [
    'x.w.example. MX',
    ['*.w.example. x.example. MX', 'a.w.example. y.w.example. A'],
    'bogus',
    'the wildcard has the type',
  ],
  [
    'x.w.example. A',
    ['*.w.example. x.example. CNAME', 'a.w.example. y.w.example. A'],
    'bogus',
    'the wildcard is an alias',
  ],
  ['z.example. A', ['y.example. example. A', APEX], 'nxdomain', 'the last record leads back to the apex'],
  ['z.example. A', ['y.example. b.example. A', APEX], 'bogus', 'wrap-around to anything else proves nothing'],
  ['a.example. A', ['y.example. example. A', APEX], 'bogus', 'nothing before the last record is in its span'],
  ['sub.example. DS', ['sub.example. t.example. NS'], 'nodata delegation', 'an insecure delegation'],
  ['sub.example. A', ['sub.example. t.example. NS'], 'bogus', 'the parent cannot deny the child’s data [RFC6840 §4.1]'],
  ['x.sub.example. A', ['sub.example. t.example. NS', APEX], 'bogus', 'nor its names'],
  ['x.w.example. A', ['w.example. y.example. A'], 'nxdomain', 'one record may deny the name and the wildcard'],
  ['x.d.example. A', ['d.example. t.example. DNAME', APEX], 'bogus', 'names below a DNAME are rewritten, not absent'],
  ['sub.example. DS', ['sub.example. t.example. NS SOA'], 'bogus', 'the child cannot deny its own DS'],
  ['a.example. A', ['a.example. \\000.a.example. NXNAME'], 'nxdomain', 'the record says that it was made up [RFC9824]'],
  ['a.example. DS', ['a.example. \\000.a.example. NXNAME'], 'nxdomain', 'and so is no delegation'],
  ['a.example. A', ['a.example. \\000.a.example. RRSIG NSEC'], 'nodata', 'a name made up without saying so'],
  ['a.example. MX', ['a.example. \\000.a.example. A NXNAME'], 'nodata', 'a name with records is there'],
  ['b.a.example. A', ['a.example. \\000.a.example. NXNAME'], 'bogus', 'of another name a made-up record says nothing'],
  ['a.example. ANY', ['a.example. d.example. A'], 'bogus', 'there is something, and the answer has nothing'],
  ['a.example. ANY', ['a.example. d.example. RRSIG NSEC'], 'nodata', 'there is nothing but the record itself'],
  ['b.example. ANY', ['a.example. b.b.example. A'], 'nodata', 'an empty non-terminal has nothing at all'],
  ['host.example. DS', ['host.example. t.example. A'], 'nodata', 'no delegation: a name of the zone'],
];

for (const [asked, records, proves, why] of nsecCases)
  test(`NSEC: ${asked} by "${records.join('", "')}" is ${proves}: ${why}`, () => {
    assert.equal(shown(nsecDenial(records.map(nsec), ZONE, question(asked), createWitness())), proves);
  });

test('[A21] NSEC denies a closer name only if nothing exists at or below it', () => {
  const covers = (name: string, record: string) => nsecCovers([nsec(record)], ZONE, parseName(name), createWitness());
  assert.equal(covers('x.w.example.', '*.w.example. xw.example. MX'), true);
  assert.equal(covers('x.w.example.', '*.w.example. a.x.w.example. MX'), false);
  assert.equal(covers('x.w.example.', 'x.w.example. xw.example. MX'), false);
  assert.equal(covers('x.w.example.', 'w.example. xw.example. NS'), false);
});

/** [RFC5155 appendix A] with salt aabbccdd and 12 iterations. */
const VECTORS: readonly (readonly [name: string, hash: string])[] = [
  ['example.', '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom'],
  ['a.example.', '35mthgpgcu1qg68fab165klnsnk3dpvl'],
  ['ai.example.', 'gjeqe526plbf1g8mklp59enfd789njgi'],
  ['ns1.example.', '2t7b4g4vsa5smi47k61mv5bv1a22bojr'],
  ['ns2.example.', 'q04jkcevqvmu85r014c7dkba38o0ji5r'],
  ['w.example.', 'k8udemvp1j2f7eg6jebps17vp3n8i58h'],
  ['*.w.example.', 'r53bq7cc2uvmubfu5ocmm6pers9tk9en'],
  ['x.w.example.', 'b4um86eghhds6nea196smvmlo4ors995'],
  ['y.w.example.', 'ji6neoaepv8b5o6k4ev33abha8ht9fgc'],
  ['x.y.w.example.', '2vptu5timamqttgl4luu9kg21e0aor3s'],
  ['xx.example.', 't644ebqk9bibcna874givr6joj62mlhv'],
];
const SALT = fromHex('aabbccdd');

for (const [name, hash] of VECTORS)
  test(`[RFC5155 appendix A] the hash of ${name} is ${hash}`, () => {
    assert.equal(toBase32hex(nsec3Hash(parseName(name), { salt: SALT, iterations: 12 }, hashes)), hash);
    assert.equal(toBase32hex(nsec3Hash(parseName(name.toUpperCase()), { salt: SALT, iterations: 12 }, hashes)), hash);
  });

/** `hash next-hash flags TYPES…`, in the zone of the vectors. */
function nsec3(line: string, more: Partial<Nsec3Record> = {}): Nsec3Record {
  const [hash = '', next = '', flags = '0', ...types] = line.split(' ');
  return {
    owner: `${hash}.example.` as Name,
    hash: fromBase32hex(hash),
    nextHash: fromBase32hex(next),
    algorithm: 1,
    flags: Number(flags),
    iterations: 12,
    salt: SALT,
    types: types.length === 0 ? [] : typesOf(types.join(' ')),
    ...more,
  };
}

/** The zone of [RFC5155 appendix A], whose delegation c.example. is left out by opt-out. */
const CHAIN = [
  '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom 2t7b4g4vsa5smi47k61mv5bv1a22bojr 1 MX DNSKEY NS SOA NSEC3PARAM RRSIG', // example.
  '2t7b4g4vsa5smi47k61mv5bv1a22bojr 2vptu5timamqttgl4luu9kg21e0aor3s 1 A RRSIG', // ns1
  '2vptu5timamqttgl4luu9kg21e0aor3s 35mthgpgcu1qg68fab165klnsnk3dpvl 1 MX RRSIG', // x.y.w
  '35mthgpgcu1qg68fab165klnsnk3dpvl b4um86eghhds6nea196smvmlo4ors995 1 NS DS RRSIG', // a
  'b4um86eghhds6nea196smvmlo4ors995 gjeqe526plbf1g8mklp59enfd789njgi 1 MX RRSIG', // x.w
  'gjeqe526plbf1g8mklp59enfd789njgi ji6neoaepv8b5o6k4ev33abha8ht9fgc 1 A HINFO AAAA RRSIG', // ai
  'ji6neoaepv8b5o6k4ev33abha8ht9fgc k8udemvp1j2f7eg6jebps17vp3n8i58h 1', // y.w
  'k8udemvp1j2f7eg6jebps17vp3n8i58h q04jkcevqvmu85r014c7dkba38o0ji5r 1', // w
  'q04jkcevqvmu85r014c7dkba38o0ji5r r53bq7cc2uvmubfu5ocmm6pers9tk9en 1 A RRSIG', // ns2
  'r53bq7cc2uvmubfu5ocmm6pers9tk9en t644ebqk9bibcna874givr6joj62mlhv 1 MX RRSIG', // *.w
  't644ebqk9bibcna874givr6joj62mlhv 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom 1 HINFO A AAAA RRSIG', // xx
];
const chain = (which: readonly number[], more: Partial<Nsec3Record> = {}): readonly Nsec3Record[] =>
  which.map((index) => nsec3(CHAIN[index] ?? '', more));

/** Question · records · what they prove. */
const nsec3Cases: readonly (readonly [asked: string, records: readonly Nsec3Record[], proves: string, why: string])[] =
  [
    ['a.c.x.w.example. A', chain([4, 0, 3], { flags: 0 }), 'nxdomain', '[RFC5155 B.1]'],
    ['a.c.x.w.example. A', chain([4, 0, 3]), 'nxdomain opt-out', 'the next closer name lies in an opt-out span'],
    ['ns1.example. MX', chain([1]), 'nodata', '[RFC5155 B.2]'],
    ['y.w.example. A', chain([6]), 'nodata', 'an empty non-terminal [RFC5155 B.2.1]'],
    ['c.example. DS', chain([0, 3]), 'nodata opt-out', 'an opt-out delegation [RFC5155 B.3]'],
    ['c.example. DS', chain([0, 3], { flags: 0 }), 'bogus', 'without opt-out a delegation has a record'],
    ['a.z.w.example. AAAA', chain([7, 8, 9], { flags: 0 }), 'nodata', 'a wildcard without the type [RFC5155 B.5]'],
    ['a.z.w.example. MX', chain([7, 8, 9], { flags: 0 }), 'bogus', 'the wildcard has the type'],
    ['example. DS', chain([0]), 'bogus', 'the child cannot deny its own DS [RFC5155 B.6]'],
    ['xx.example. A', chain([10, 0, 9]), 'bogus', 'the name and its type exist: an owner’s hash is never in a span'],
    ['ns1.example. MX', chain([0, 2]), 'bogus', 'a span ends before the next name'],
    [
      'b.a.example. A',
      chain([3, 0, 5], { flags: 0 }),
      'bogus',
      'the parent cannot deny names of the child [RFC5155 §8.3]',
    ],
    ['ns1.example. MX', [...chain([1]), ...chain([0], { iterations: 1 })], 'bogus', 'not of one chain'],
    ['ns1.example. MX', chain([1], { algorithm: 2 }), 'bogus', 'an unknown hash [RFC5155 §8.1]'],
    ['ns1.example. MX', chain([1], { flags: 2 }), 'bogus', 'an unknown flag [RFC5155 §8.2]'],
    [
      'ns1.example. MX',
      chain([1], { owner: parseName('2t7b4g4vsa5smi47k61mv5bv1a22bojr.x.example.') }),
      'bogus',
      'not right below the apex',
    ],
  ];

for (const [asked, records, proves, why] of nsec3Cases)
  test(`NSEC3: ${asked} is ${proves}: ${why}`, () => {
    assert.equal(
      shown(nsec3Denial(records, ZONE, question(asked), createNsec3Hasher(hashes), createWitness())),
      proves,
    );
  });

test('[A21] a chain of one NSEC3 record covers every name but its own', () => {
  const [, own = ''] = VECTORS[0] ?? [];
  const only = [nsec3(`${own} ${own} 0 SOA`)];
  assert.deepEqual(nsec3Covers(only, ZONE, parseName('b.example.'), createNsec3Hasher(hashes), createWitness()), {
    optOut: false,
  });
  assert.equal(shown(nsec3Covers(only, ZONE, ZONE, createNsec3Hasher(hashes), createWitness())), 'bogus');
});
