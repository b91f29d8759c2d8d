import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extendedErrorsOf, extendedErrorToText } from '#core/dns/index.js';
import { response } from '#node/testing/index.js';

const utf8 = (said: string): Uint8Array => new TextEncoder().encode(said);
const latin1 = (said: string): Uint8Array => Uint8Array.from(Buffer.from(said, 'latin1'));
const withOptions = (options: readonly { code: number; data: Uint8Array }[]) => ({
  ...response({ name: '.' as never, type: 1 }, 2), // as: the root's name
  edns: { udpSize: 1232, dnssecOk: true, version: 0, options },
});
const said = (octets: Uint8Array) =>
  extendedErrorsOf(withOptions([{ code: 15, data: Uint8Array.of(0, 6, ...octets) }]));

/** Octets behind the code · how they are read. */
const rows: readonly (readonly [what: string, octets: Uint8Array, text: string])[] = [
  ['nothing', utf8(''), ''],
  ['UTF-8', utf8('Größe 不合法 100%'), 'Größe 不合法 100%'],
  ['no UTF-8', latin1('Gr\xf6\xdfe'), 'Größe'],
  ['what a NUL ends', utf8('expired\0\0'), 'expired'],
  ['what is too long', utf8('x'.repeat(5000)), 'x'.repeat(512)],
];
for (const [what, octets, text] of rows)
  test(`[RFC8914 §2] an extended error's text of ${what}`, () => assert.deepEqual(said(octets), [{ code: 6, text }]));

test('other options, and options that are too short, are no extended errors; more than 16 are cut off', () => {
  const short = { code: 15, data: Uint8Array.of(1) };
  const cookie = { code: 10, data: new Uint8Array(8) };
  assert.deepEqual(extendedErrorsOf(withOptions([short, cookie])), []);
  assert.equal(extendedErrorsOf(withOptions(Array(100).fill({ code: 15, data: new Uint8Array(2) }))).length, 16);
});

test('codes have the names of the registry', () => {
  assert.deepEqual([0, 6, 12, 27, 999].map(extendedErrorToText), [
    'Other Error',
    'DNSSEC Bogus',
    'NSEC Missing',
    'Unsupported NSEC3 Iterations Value',
    undefined,
  ]);
});
