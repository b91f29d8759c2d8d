import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  canonical,
  canonicalRdata,
  canonicalRrset,
  compareNames,
  decodeMessage,
  encodeMessage,
  HASTLS_TYPE,
  isWithin,
  labelCount,
  type Name,
  parent,
  rdataFromText,
  rdataToText,
  readName,
  readRdata,
  readZone,
  suffix,
  TYPE,
  toName,
  zoneToText,
} from 'hastls/dns';
import { compareBytes, equalBytes } from '#core/bytes/compare.js';
import { reader } from '#core/bytes/reader.js';
import { message, name, record, toWire, wireName, wireOf } from './arbitraries.ts';

const holds = <T>(what: fc.Arbitrary<T>, check: (value: T) => void, numRuns = 500) =>
  fc.assert(fc.property(what, check), { numRuns });

test('a message is read back as it was written', () =>
  holds(message, (given) => {
    assert.deepEqual(decodeMessage(encodeMessage(given)), { ok: true, value: given });
  }));

test('a message cut down to a limit keeps to it, is marked, and is a message', () =>
  holds(message, (given) => {
    const limit = 512;
    const bytes = encodeMessage(
      { ...given, questions: given.questions.slice(0, 1), ...(given.edns && { edns: { ...given.edns, options: [] } }) },
      limit,
    );
    assert.ok(bytes.length <= limit);
    const cut = decodeMessage(bytes);
    assert.ok(cut.ok);
    assert.ok(cut.value.flags.truncated || cut.value.answers.length === given.answers.length);
  }));

test('octets of any kind are either a message or refused with a sentence', () =>
  holds(fc.uint8Array({ maxLength: 600 }), (bytes) => {
    const read = decodeMessage(bytes);
    assert.ok(read.ok || read.why.length > 0);
  }));

test('a message that was damaged is refused, or means what it says when it is written again', () => {
  const damage = fc.tuple(
    message,
    fc.array(fc.tuple(fc.nat(2000), fc.nat(0xff)), { minLength: 1, maxLength: 4 }),
    fc.nat(2000),
  );
  holds(
    damage,
    ([given, changes, cut]) => {
      const bytes = encodeMessage(given);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      for (const some of [bytes, bytes.subarray(0, cut % bytes.length)]) {
        const read = decodeMessage(some);
        if (read.ok) assert.deepEqual(decodeMessage(encodeMessage(read.value)), read);
      }
    },
    2000,
  );
});

test('a message that ends anywhere before its end is refused', () =>
  holds(
    message,
    (given) => {
      const bytes = encodeMessage(given);
      for (let end = 0; end < bytes.length; end++) assert.equal(decodeMessage(bytes.subarray(0, end)).ok, false);
    },
    50,
  ));

test('a name has one presentation, and it is read back to the same octets', () =>
  holds(wireName, (wire) => {
    const read = readName(reader(wire));
    assert.deepEqual(toName(read), { ok: true, value: read });
    assert.deepEqual(toWire(read), wire);
    assert.match(read, /^[\x21-\x7e]+$/);
  }));

test('a string of any kind is either a name in its one presentation or refused', () => {
  const strings = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: fc.constantFrom('a', 'B', '.', '\\', '0', '2', '5', '@', '*', 'é', ' '), maxLength: 40 }),
  );
  holds(
    strings,
    (text) => {
      const read = toName(text);
      if (!read.ok) return;
      assert.deepEqual(toName(read.value), read);
      assert.equal(readName(reader(toWire(read.value))), read.value);
    },
    2000,
  );
});

test('[RFC4034 §6.1] names are ordered as their labels are from the right', () => {
  const reversed = (of: Name) => {
    const parts: Uint8Array[] = [];
    for (let left = canonical(of); left !== '.'; left = parent(left))
      parts.unshift(toWire(left).slice(1, 1 + (toWire(left)[0] as number)));
    return parts;
  };
  holds(fc.tuple(name, name), ([a, b]) => {
    const [left, right] = [reversed(a), reversed(b)];
    let expected = 0;
    for (let at = 0; expected === 0 && at < Math.min(left.length, right.length); at++)
      expected = compareBytes(left[at] as Uint8Array, right[at] as Uint8Array);
    assert.equal(Math.sign(compareNames(a, b)), Math.sign(expected || left.length - right.length));
    assert.equal(Math.sign(compareNames(b, a)), 0 - Math.sign(compareNames(a, b)));
  });
});

test('a name lies within each of its own tails, and within nothing else of their length', () =>
  holds(fc.tuple(name, name), ([a, b]) => {
    for (let count = 0; count <= labelCount(a); count++) assert.ok(isWithin(a, suffix(a, count)));
    const tail = labelCount(b) <= labelCount(a) ? suffix(canonical(a), labelCount(b)) : undefined;
    assert.equal(isWithin(a, b), tail === canonical(b));
  }));

for (const [type, wire] of Object.entries(wireOf)) {
  const number = TYPE[type as keyof typeof wireOf]; // a key of that table
  test(`data of type ${type} is the same in octets, in text and in octets again`, () =>
    holds(
      wire,
      (rdata) => {
        assert.deepEqual(readRdata(number, reader(rdata)), rdata);
        const text = rdataToText(number, rdata);
        assert.match(text, /^[\x20-\x7e]+$/);
        assert.deepEqual(rdataFromText(number, text), { ok: true, value: rdata }, text);
      },
      200,
    ));

  test(`[RFC4034 §6.2] the canonical form of ${type} is that of itself, and as long`, () =>
    holds(
      wire,
      (rdata) => {
        const once = canonicalRdata(number, rdata);
        assert.equal(once.length, rdata.length);
        assert.deepEqual(canonicalRdata(number, once), once);
      },
      50,
    ));
}

test('octets of any kind have a presentation under every type, and HASTLS reads its own back', () =>
  holds(
    fc.tuple(fc.constantFrom(...Object.values(TYPE), 0, 1234, HASTLS_TYPE), fc.uint8Array({ maxLength: 60 })),
    ([type, rdata]) => {
      const read = rdataFromText(type, rdataToText(type, rdata));
      if (read.ok) assert.deepEqual(read.value, rdata);
      else assert.ok(type !== HASTLS_TYPE && type !== 1234);
    },
    3000,
  ));

test('[RFC4034 §6.3] an RRset in canonical order is ascending, without doubles, and in any order the same', () =>
  holds(
    fc.tuple(record, fc.array(fc.uint8Array({ maxLength: 3 }), { minLength: 1, maxLength: 8 })),
    ([first, data]) => {
      const rrset = data.map((rdata) => ({ ...first, type: 1234, rdata }));
      const sorted = canonicalRrset(rrset).map(({ rdata }) => rdata);
      for (let at = 1; at < sorted.length; at++)
        assert.ok(compareBytes(sorted[at - 1] as Uint8Array, sorted[at] as Uint8Array) < 0);
      assert.ok(data.every((each) => sorted.some((other) => equalBytes(each, other))));
      assert.deepEqual(canonicalRrset([...rrset].reverse()), canonicalRrset(rrset));
    },
  ));

test('records of any kind survive being written to a zone file', () =>
  holds(fc.array(record, { maxLength: 6 }), (records) => {
    assert.deepEqual(readZone(zoneToText(records)), { ok: true, value: records });
  }));

test('a text of any kind is either a zone file, which is read back, or refused with the number of a line', () => {
  const pieces = fc.constantFrom(
    ...[
      'a',
      'a.',
      '@',
      'IN',
      'CH',
      '1',
      '1h',
      'A',
      'TXT',
      'MX',
      'HASTLS',
      'SOA',
      '192.0.2.1',
      '25',
      '\\#',
      '6',
      '00',
      '0019',
    ],
    ...[
      '"',
      '"x"',
      '(',
      ')',
      ';',
      '\n',
      '\r\n',
      '\t',
      ' ',
      '\\',
      '\\065',
      '$TTL',
      '$ORIGIN',
      '$INCLUDE',
      '=',
      '\0',
      'é',
    ],
  );
  const text = fc
    .array(pieces, { maxLength: 30 })
    .chain((all) => fc.constantFrom(' ', '').map((between) => `$TTL 1\n${all.join(between)}`));
  holds(
    text,
    (each) => {
      const zone = readZone(each);
      if (zone.ok) assert.deepEqual(readZone(zoneToText(zone.value)), zone);
      else assert.match(zone.why, /^line [0-9]+: ./);
    },
    5000,
  );
});
