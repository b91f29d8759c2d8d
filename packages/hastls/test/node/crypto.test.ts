import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { concatBytes } from '#core/bytes/index.js';
import type { Check } from '#core/dnssec/index.js';
import { hashes, verify, verifyAll } from '#node/crypto.js';

const signed = new TextEncoder().encode('what was signed');

const field = (key: KeyObject, name: 'n' | 'e' | 'x' | 'y'): Uint8Array =>
  new Uint8Array(Buffer.from(String(key.export({ format: 'jwk' })[name]), 'base64url'));

const rsaOctets = (key: KeyObject): Uint8Array =>
  concatBytes(Uint8Array.of(field(key, 'e').length), field(key, 'e'), field(key, 'n'));
const pointOctets = (key: KeyObject): Uint8Array => concatBytes(field(key, 'x'), field(key, 'y'));

type Pair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
const rsa = (bits: number): Pair => generateKeyPairSync('rsa', { modulusLength: bits });
const rows: readonly (readonly [number, string, Pair, (key: KeyObject) => Uint8Array, string | null])[] = [
  [5, 'RSA/SHA-1', rsa(1024), rsaOctets, 'sha1'],
  [7, 'RSA/SHA-1', rsa(1024), rsaOctets, 'sha1'],
  [8, 'RSA/SHA-256', rsa(2048), rsaOctets, 'sha256'],
  [10, 'RSA/SHA-512', rsa(1024), rsaOctets, 'sha512'],
  [13, 'ECDSA P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' }), pointOctets, 'sha256'],
  [14, 'ECDSA P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' }), pointOctets, 'sha384'],
  [15, 'Ed25519', generateKeyPairSync('ed25519'), (key) => field(key, 'x'), null],
  [16, 'Ed448', generateKeyPairSync('ed448'), (key) => field(key, 'x'), null],
];
const checkOf = ([algorithm, , pair, toOctets, digest]: (typeof rows)[number]): Check => ({
  algorithm,
  publicKey: toOctets(pair.publicKey),
  signed,
  signature: sign(digest, signed, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }),
});

for (const row of rows) {
  const [algorithm, name] = row;
  test(`algorithm ${algorithm}, ${name}: a good signature holds, a changed anything does not`, async () => {
    const good = checkOf(row);
    const flipped = (bytes: Uint8Array) => bytes.with(bytes.length - 1, (bytes.at(-1) as number) ^ 1);
    const given = await verifyAll([
      good,
      { ...good, signed: flipped(signed) },
      { ...good, signature: flipped(good.signature) },
      { ...good, publicKey: flipped(good.publicKey) },
      { ...good, signature: good.signature.subarray(1) },
      { ...good, signature: concatBytes(good.signature, Uint8Array.of(0)) },
      { ...good, publicKey: concatBytes(good.publicKey, Uint8Array.of(0)) },
      { ...good, algorithm: 12 },
      good,
    ]);
    assert.deepEqual(given, [true, false, false, false, false, false, false, false, true]);
    for (const [check, valid] of [
      [good, true],
      [{ ...good, signature: flipped(good.signature) }, false],
    ] as const) {
      await setImmediate(); // the first one of a turn of the event loop is verified in place, the others by threads
      assert.equal(await verify(check), valid);
    }
  });
}

test('keys and signatures of any octets under any algorithm give false, and never an error', async () => {
  const octets = fc.uint8Array({ maxLength: 140 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 255 }), octets, octets, async (algorithm, publicKey, signature) => {
      const check = { algorithm, publicKey, signed, signature };
      await setImmediate();
      assert.deepEqual(await verifyAll([check, check]), [false, false]);
    }),
    { numRuns: 500 },
  );
});

test('an RSA key whose exponent has its length in three octets is read too [RFC3110 §2]', async () => {
  const row = rows[2] as (typeof rows)[number];
  const key = row[2].publicKey;
  const publicKey = concatBytes(Uint8Array.of(0, 0, 3), field(key, 'e'), field(key, 'n'));
  assert.equal(await verify({ ...checkOf(row), publicKey }), true);
});

test('the hashes are those of their names', () => {
  for (const name of ['sha1', 'sha256', 'sha384'] as const)
    assert.deepEqual(Buffer.from(hashes[name](signed)), createHash(name).update(signed).digest());
});
