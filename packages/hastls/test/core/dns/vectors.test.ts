import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { hastlsFromText, hastlsToText, publish, type RecordWish, readHastls, recordInForm } from 'hastls/record';
import { fromHex, toHex } from '#core/bytes/hex.js';

interface Vectors {
  readonly type: number;
  readonly read: readonly {
    name: string;
    wire: string;
    native?: string;
    rfc3597: string;
    expect?: object;
    error?: string;
  }[];
  readonly text: readonly { name: string; text: string; wire?: string; error?: keyof typeof TEXT_ERRORS }[];
  readonly publish: readonly { name: string; wish: RecordWish; native?: string; rfc3597?: string; error?: string }[];
}
const vectors: Vectors = JSON.parse(readFileSync(new URL('../../../vectors/hastls.json', import.meta.url), 'utf8'));

for (const { name, wire, native, rfc3597, expect, error } of vectors.read)
  test(`[A5] [A6] [A7] [A8] [F2] read: ${name}`, () => {
    const record = readHastls(fromHex(wire));
    if (record.kind === 'unusable') assert.equal(record.why, error);
    else assert.deepEqual({ ...record.doors, preference: record.preference }, expect);
    assert.deepEqual(hastlsToText(fromHex(wire)), { native, rfc3597 });
    for (const text of [rfc3597, ...(native === undefined ? [] : [native])])
      assert.deepEqual(hastlsFromText(text), { ok: true, value: fromHex(wire) });
  });

const TEXT_ERRORS = {
  'not-a-number': /is not a number from 0 to 65535/,
  'field-missing': /is missing/,
  'field-left-over': /more than the type has fields for/,
  'length-mismatch': /announces/,
  'not-a-length': /length/,
  'not-hex': /hex/,
  'not-an-entry': /never closed|more than one line/,
};

for (const { name, text, wire, error } of vectors.text)
  test(`[R11] [R13] text: ${name}`, () => {
    const read = hastlsFromText(text);
    if (error === undefined) assert.equal(read.ok && toHex(read.value), wire);
    else assert.match(read.ok ? 'it was read' : read.why, TEXT_ERRORS[error]);
  });

for (const { name, wish, native, rfc3597, error } of vectors.publish)
  test(`publish: ${name}${error ? ` [${error}]` : ''}`, () => {
    const made = publish(wish);
    if (error !== undefined) assert.ok(!made.ok && made.why.includes(`[${error}]`), made.ok ? 'it was made' : made.why);
    else {
      assert.ok(made.ok, made.ok ? '' : made.why);
      assert.deepEqual(recordInForm(made.value, 'native'), { ok: true, value: native });
      assert.deepEqual(recordInForm(made.value, 'rfc3597'), { ok: true, value: rfc3597 });
    }
  });

test('the vectors are there, and about the default type', () => {
  assert.equal(vectors.type, 65400);
  assert.ok(vectors.read.length >= 22 && vectors.text.length >= 35 && vectors.publish.length >= 38);
});
