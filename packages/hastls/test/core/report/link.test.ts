import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HASTLS_TYPE, parseName, readZone } from '#core/dns/index.js';
import type { Link } from '#core/dnssec/index.js';
import { drawTree, linkObject, plain } from '#core/report/index.js';
import { linkTree } from '#core/report/link.js';

const KEY = 'AwEAAQ==';
const HASHED = '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom';
const NEXT = '2t7b4g4vsa5smi47k61mv5bv1a22bojr';

/** A link's kind, its records in presentation form · what is drawn below it. */
const rows: readonly (readonly [kind: Link['kind'], records: string, details: readonly string[]])[] = [
  ['anchor', 'example. DS 60485 8 2 ABCD', ['key 60485, RSA/SHA-256, SHA-256 ABCD']],
  [
    'ds',
    'example. DS 1 13 4 00FF\nexample. DS 1 99 99 11',
    ['key 1, ECDSA P-256/SHA-256, SHA-384 00FF', 'key 1, algorithm 99, digest 99 11'],
  ],
  [
    'dnskey',
    `example. DNSKEY 257 3 15 ${KEY}\nexample. DNSKEY 256 3 8 ${KEY}\nexample. DNSKEY 385 3 13 ${KEY}`,
    [
      'key 1810, Ed25519, entry point, signed these keys',
      'key 1802, RSA/SHA-256',
      'key 1936, ECDSA P-256/SHA-256, entry point, revoked',
    ],
  ],
  ['denial', 'a.example. NSEC c.example. A MX', ['a.example. has A MX, and nothing comes between it and c.example.']],
  [
    'denial',
    `${HASHED}.example. NSEC3 1 0 1 AABB ${NEXT} MX`,
    [`${HASHED} has MX, and nothing comes between it and ${NEXT} (salt AABB, 1 iteration)`],
  ],
  [
    'denial',
    `${HASHED}.example. NSEC3 1 1 0 - ${NEXT}`,
    [`${HASHED} has nothing, and nothing signed (opt-out) comes between it and ${NEXT} (no salt, 0 iterations)`],
  ],
  ['rrset', 'a.example. A 192.0.2.1', []],
];
for (const [kind, text, details] of rows)
  test(`below ${kind} "${text}" stands ${details.join('; ') || 'nothing'}`, () => {
    const records = readZone(text, { ttl: 300 });
    assert.ok(records.ok, JSON.stringify(records));
    const [first] = records.value;
    assert.ok(first);
    const link: Link = {
      kind,
      zone: parseName('example.'),
      name: first.name,
      type: first.type,
      records: records.value,
      keyTag: 1810,
      says: '',
    };
    assert.deepEqual(
      linkTree(link, plain).below.map(({ says }) => says),
      details,
    );
    assert.equal(linkObject(link, HASTLS_TYPE).records.length, records.value.length);
  });

test('a denial says first what it shows, in the words of the question', () => {
  const link: Link = {
    kind: 'denial',
    zone: parseName('example.'),
    name: parseName('a.example.'),
    type: 47,
    keyTag: 7,
    inception: 0,
    expiration: 86_400,
    says: 'signed',
    shows: [
      { how: 'covers', name: parseName('b.example.') },
      { how: 'matches', name: parseName('example.') },
      { how: 'empty', name: parseName('c.example.') },
    ],
  };
  assert.deepEqual(drawTree(linkTree(link, plain)), [
    'NSEC signed by key 7, 1970-01-01T00:00:00Z to 1970-01-02T00:00:00Z',
    '├─ there is no b.example.',
    '├─ all there is at example.',
    '└─ nothing but names below it has c.example.',
  ]);
});

test('records that cannot be read are left out, and do no harm', () => {
  const broken = { name: parseName('example.'), type: 43, class: 1, ttl: 0, rdata: Uint8Array.of(1) };
  const link: Link = { kind: 'ds', zone: broken.name, name: broken.name, type: 43, records: [broken], says: '' };
  assert.deepEqual(linkTree(link, plain).below, []);
});
