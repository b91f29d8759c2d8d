import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromBase32hex, fromBase64, fromHex, toBase32hex, toBase64, toHex } from '#core/bytes/index.js';

test('hex, base64 and base32hex give back what they were given', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      assert.deepEqual(fromHex(toHex(bytes)), bytes);
      assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
      assert.deepEqual(fromBase32hex(toBase32hex(bytes)), bytes);
      assert.equal(toBase64(bytes), Buffer.from(bytes).toString('base64'));
    }),
  );
});

const bad: readonly (readonly [parse: (text: string) => Uint8Array, text: string, why: string])[] = [
  [fromHex, 'abc', 'half an octet'],
  [fromHex, 'zz', 'no hex digit'],
  [fromBase64, 'ab', 'a group of two'],
  [fromBase64, 'ab*=', 'a foreign character'],
  [fromBase64, 'ab==cdef', 'padding in the middle'],
  [fromBase32hex, 'w0', 'a letter beyond v'],
];
for (const [parse, text, why] of bad)
  test(`${parse.name} refuses ${why}`, () => assert.throws(() => parse(text), RangeError));
