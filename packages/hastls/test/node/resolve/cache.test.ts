import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseName } from '#core/dns/index.js';
import type { Link, Proof } from '#core/dnssec/index.js';
import { type Answer, toAnswer } from '#node/resolve/answer.js';
import { believable, createCache, keepAnswer, octetsOf } from '#node/resolve/cache.js';

const AT = 1_800_000_000;

const proven = (proof: Proof, expires?: number, chain: readonly Link[] = []): Answer =>
  toAnswer({
    question: { name: parseName('example.'), type: 1 },
    proof,
    answer: 'nodata',
    rcode: 0,
    records: [],
    aliases: [],
    expires,
    extendedErrors: [],
    because: [proof],
    chain,
    unsigned: false,
    learnt: [],
  });

test('an entry lives exactly its seconds of monotonic time', () => {
  let elapsed = 5;
  const cache = createCache<string>(10, () => elapsed);
  cache.keep('key', 'value', 2);
  elapsed += 1999;
  assert.equal(cache.find('key'), 'value');
  elapsed += 1;
  assert.equal(cache.find('key'), undefined);
});

test('an entry of 0 or fewer seconds is not kept, and ends the one before', () => {
  const cache = createCache<string>(10, () => 0);
  for (const seconds of [0, -1]) {
    cache.keep('key', 'old', 10);
    cache.keep('key', 'new', seconds);
    assert.equal(cache.find('key'), undefined);
  }
});

test('a full cache gives up its oldest entry, and an entry kept again is young', () => {
  const cache = createCache<number>(3, () => 0);
  for (const key of ['a', 'b', 'c']) cache.keep(key, 1, 10);
  cache.keep('a', 2, 10);
  cache.keep('d', 1, 10);
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((key) => cache.find(key)),
    [2, undefined, 1, 1],
  );
});

test('a cache holds what weighs no more than its limit, whatever it takes to make room', () => {
  const cache = createCache<number>(
    10,
    () => 0,
    (weight) => weight,
  );
  for (const weight of [3, 4, 3, 6, 11]) cache.keep(`w${weight}`, weight, 10);
  assert.deepEqual(
    [3, 4, 6, 11].map((weight) => cache.find(`w${weight}`)),
    [3, undefined, 6, undefined],
  );
  cache.keep('w3', 0, 10);
  cache.keep('w4', 4, 10);
  assert.deepEqual([cache.find('w6'), cache.find('w4')], [6, 4]);
});

test('what nobody asks for goes when its time is over, as others are kept', () => {
  let elapsed = 0;
  const cache = createCache<string>(1000, () => elapsed);
  const old = Array.from({ length: 100 }, (_, index) => `old${index}`);
  for (const key of old) cache.keep(key, 'old', 1);
  cache.keep('long', 'old', 1000);
  elapsed = 1000;
  for (let index = 0; index < 160; index++) cache.keep('new', 'new', 10);
  elapsed = 0; // no clock goes back: it shows what is still there
  assert.deepEqual(
    [...old, 'long', 'new'].filter((key) => cache.find(key) !== undefined),
    ['long', 'new'],
  );
});

test('an answer weighs as its proof does: whoever sends large records has few of them kept', () => {
  const record = { name: parseName('example.'), type: 48, class: 1, ttl: 60, rdata: new Uint8Array(60_000) };
  const link: Link = { kind: 'dnskey', zone: record.name, name: record.name, type: 48, says: '', records: [record] };
  const [light, heavy] = [
    octetsOf(proven('secure', AT)),
    octetsOf(proven('secure', AT, [link, { ...link, signature: record }])),
  ];
  assert.equal(heavy - light, 180_000);
});

const rows: readonly (readonly [proof: Proof, expires: number | undefined, seconds: number])[] = [
  ['secure', AT + 300, 300],
  ['insecure', AT + 300, 300],
  ['secure', AT + 10 * 86_400, 86_400],
  ['secure', AT, 0],
  ['secure', undefined, 0],
  ['bogus', undefined, 60],
  ['bogus', AT + 300, 60],
  ['indeterminate', AT + 300, 0],
];
for (const [proof, expires, seconds] of rows)
  test(`an answer that is ${proof} and expires in ${expires && expires - AT} s is kept for ${seconds} s`, () => {
    let elapsed = 0;
    const cache = createCache<Answer>(10, () => elapsed);
    keepAnswer(cache, 'key', proven(proof, expires), AT);
    elapsed = Math.max(0, seconds * 1000 - 1);
    assert.equal(cache.find('key') !== undefined, seconds > 0);
    elapsed += 1;
    assert.equal(cache.find('key'), undefined);
  });

test('bogus never takes the place of secure, and secure takes that of bogus', () => {
  const cache = createCache<Answer>(10, () => 0);
  keepAnswer(cache, 'key', proven('bogus'), AT);
  keepAnswer(cache, 'key', proven('secure', AT + 300), AT);
  keepAnswer(cache, 'key', proven('bogus'), AT);
  assert.equal(cache.find('key')?.proof, 'secure');
});

test('what could not be found out does not end what was known', () => {
  const cache = createCache<Answer>(10, () => 0);
  keepAnswer(cache, 'key', proven('secure', AT + 300), AT);
  keepAnswer(cache, 'key', proven('indeterminate'), AT);
  assert.equal(cache.find('key')?.proof, 'secure');
});

test('nothing is believed for more than a day', () => assert.equal(believable(AT + 86_401, AT), 86_400));
