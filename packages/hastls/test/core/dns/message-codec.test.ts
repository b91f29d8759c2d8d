import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeMessage, encodeMessage, type Message, type Name, type ResourceRecord, ROOT, TYPE } from 'hastls/dns';
import { fromHex, toHex } from '#core/bytes/hex.js';

const name = (text: string) => text as Name; // every one below is written in normalised form
const flags = {
  response: true,
  authoritative: false,
  truncated: false,
  recursionDesired: true,
  recursionAvailable: true,
  authenticated: false,
  checkingDisabled: true,
};
const base: Message = {
  id: 0xbeef,
  flags,
  opcode: 0,
  rcode: 0,
  questions: [{ name: name('_smtp._tcp.mx.example.org.'), type: 65400 }],
  answers: [],
  authorities: [],
  additionals: [],
};
const record = (owner: string, type: number, hex: string): ResourceRecord => ({
  name: name(owner),
  type,
  class: 1,
  ttl: 300,
  rdata: fromHex(hex),
});
const hastls = record('_smtp._tcp.mx.example.org.', 65400, '001900190001');
const edns = { udpSize: 1232, dnssecOk: true, version: 0, options: [{ code: 15, data: fromHex('0006') }] };

function decoded(bytes: Uint8Array): Message {
  const message = decodeMessage(bytes);
  assert.ok(message.ok, message.ok ? '' : message.why);
  return message.value;
}

const headed = (counts: string, body: string) => fromHex(`beef8180${counts}${body}`);
const QUESTION = '076578616d706c65000001' + '0001'; // example. A IN, at offset 12

test('a message comes back as it was written', () => {
  const message: Message = {
    ...base,
    rcode: 3,
    answers: [hastls, record('example.org.', TYPE.MX, '000a' + '026d78076578616d706c65036f726700')],
    authorities: [record('.', TYPE.NS, '0161' + '00')],
    additionals: [record('mx.example.org.', TYPE.A, 'c0000201')],
    edns,
  };
  assert.deepEqual(decoded(encodeMessage(message)), message);
});

test('[RFC6891 §6.1.3] a response code above 15 is split between the header and OPT', () => {
  assert.equal(decoded(encodeMessage({ ...base, rcode: 16, edns })).rcode, 16);
  assert.equal(decoded(encodeMessage({ ...base, rcode: 0xfff, edns })).rcode, 0xfff);
  assert.throws(() => encodeMessage({ ...base, rcode: 16 }), RangeError);
});

test('[RFC1035 §4.1.4] owners that were written before are pointed to, in the letters they were written in', () => {
  const once = encodeMessage(base).length;
  const again = encodeMessage({ ...base, answers: [hastls] });
  assert.equal(again.length, once + 2 + 10 + 6);
  assert.equal(toHex(again.subarray(once, once + 2)), 'c00c');
  const shouted = { ...base, answers: [{ ...hastls, name: name('_SMTP._tcp.mx.example.org.') }] };
  assert.deepEqual(decoded(encodeMessage(shouted)), shouted);
});

test('[RFC2181 §9] what is over the limit goes as question and EDNS alone, marked as truncated', () => {
  const long: Message = { ...base, edns, answers: Array.from({ length: 40 }, () => hastls) };
  assert.equal(decoded(encodeMessage(long)).answers.length, 40);
  const cut = encodeMessage(long, 512);
  assert.ok(cut.length <= 512);
  assert.deepEqual(decoded(cut), { ...long, flags: { ...flags, truncated: true }, answers: [] });
});

test('a message over 65535 octets cannot be written', () => {
  const answers = Array.from({ length: 5000 }, () => hastls);
  assert.throws(() => encodeMessage({ ...base, answers }), RangeError);
});

test('names within the data of known types are written out in full', () => {
  const rows: readonly (readonly [type: number, wire: string, full: string])[] = [
    [TYPE.NS, 'c00c', '076578616d706c6500'],
    [TYPE.CNAME, '0161c00c', '0161076578616d706c6500'],
    [TYPE.PTR, 'c00c', '076578616d706c6500'],
    [TYPE.DNAME, 'c00c', '076578616d706c6500'],
    [TYPE.MX, '000ac00c', '000a076578616d706c6500'],
    [TYPE.SOA, `c00cc00c${'00000001'.repeat(5)}`, `076578616d706c6500076578616d706c6500${'00000001'.repeat(5)}`],
    [TYPE.SRV, '000000000019c00c', '000000000019076578616d706c6500'],
    [
      TYPE.RRSIG,
      `00010801${'00000001'.repeat(3)}abcdc00cff`,
      `00010801${'00000001'.repeat(3)}abcd076578616d706c6500ff`,
    ],
    [TYPE.NSEC, 'c00c000140', '076578616d706c6500000140'],
    [TYPE.RP, 'c00c00', '076578616d706c650000'],
  ];
  for (const [type, wire, full] of rows) {
    const length = (wire.length / 2).toString(16).padStart(4, '0');
    const number = type.toString(16).padStart(4, '0');
    const message = decoded(headed('0001000100000000', `${QUESTION}c00c${number}00010000012c${length}${wire}`));
    assert.equal(toHex(message.answers[0]?.rdata as Uint8Array), full, `type ${type}`);
  }
});

test('[RFC3597 §4] data of unknown types is left untouched, a pointer in it included', () => {
  const message = decoded(headed('0001000100000000', `${QUESTION}c00cff7800010000012c0002c00c`));
  assert.equal(toHex(message.answers[0]?.rdata as Uint8Array), 'c00c');
});

test('[RFC2181 §8] a TTL with the top bit set is 0', () => {
  const message = decoded(headed('0001000100000000', `${QUESTION}c00cff7800018000012c0000`));
  assert.equal(message.answers[0]?.ttl, 0);
});

test('[RFC2136 §2.4] an update may speak of records without data', () => {
  const message = decoded(fromHex(`beef2800${'0001000100000000'}${QUESTION}c00c000100ff000000000000`));
  assert.equal(message.opcode, 5);
  assert.deepEqual(message.answers[0], { name: 'example.', type: 1, class: 255, ttl: 0, rdata: new Uint8Array(0) });
});

const OPT = '00002904d0000000000000';
const bad: readonly (readonly [bytes: Uint8Array, why: RegExp])[] = [
  [new Uint8Array(0), /ends early/],
  [fromHex('beef81800000000000'), /ends early/],
  [new Uint8Array(65536), /at most 65535/],
  [headed('ffffffffffffffff', QUESTION), /counts more records/],
  [headed('0001000000000000', `${QUESTION}00`), /left over/],
  [headed('0001000000000000', '076578616d706c65000001' + '0003'), /class 3/],
  [headed('0001000000000000', 'c00c00010001'), /backwards/],
  [headed('0001000000000000', 'c01000010001'), /backwards/],
  [headed('0001000000000000', '4161000001000100'), /label type/],
  [headed('0001000100000000', `${QUESTION}c00c000100010000012c0003c00002`), /ends early/],
  [headed('0001000100000000', `${QUESTION}c00c000100010000012c0005c000020100`), /left over/],
  [headed('0001000100000000', `${QUESTION}c00c000200010000012c0003c00c00`), /left over/],
  [headed('0001000100000000', `${QUESTION}c00c001000010000012c0000`), /ends early/],
  [headed('0001000100000000', `${QUESTION}c00c002f00010000012c0004000002ff`), /ends early/],
  [headed('0000000000000002', OPT + OPT), /more than one OPT/],
  [headed('0000000100000000', OPT), /outside of the additionals/],
  [headed('0000000000000001', '0161002904d0000000000000'.replace('016100', '01610000')), /root/],
  [headed('0000000000000001', '00002904d0000000000003000a00'), /ends early/],
];
for (const [bytes, why] of bad)
  test(`refused, ${why.source}: ${toHex(bytes.subarray(0, 40))}`, () => {
    const message = decodeMessage(bytes);
    assert.equal(message.ok, false);
    assert.match(message.ok ? '' : message.why, why);
  });

/** A message whose first record's data is a ladder of pointers, each to the one before, and whose others start at `rungs`. */
function pointerBomb(rungs: number, records: number): Uint8Array {
  const data = 12 + 11; // behind the header, and the first record's root, type, class, TTL, length
  const pointer = (to: number) => [0xc0 | (to >> 8), to & 0xff];
  const ladder = [0, 0, ...Array.from({ length: rungs }, (_, rung) => pointer(data + rung * 2)).flat()];
  const body = [0xff, 0x78, 0, 1, 0, 0, 0, 0];
  const others = Array.from({ length: records }, () => [...pointer(data + rungs * 2), ...body, 0, 0]).flat();
  const counts = [0, 0, (records + 1) >> 8, (records + 1) & 0xff, 0, 0, 0, 0];
  const length = [ladder.length >> 8, ladder.length & 0xff];
  return Uint8Array.from([0, 0, 0x81, 0x80, ...counts, 0, ...body, ...length, ...ladder, ...others]);
}

test('pointers to pointers are followed only so far', () => {
  assert.equal(decoded(pointerBomb(126, 1)).answers[1]?.name, ROOT);
  const refused = decodeMessage(pointerBomb(127, 1));
  assert.match(refused.ok ? '' : refused.why, /too many compression pointers/);
  assert.equal(decodeMessage(pointerBomb(8000, 4000)).ok, false);
});

test('[RFC1035 §2.3.4] a name is no longer for being written in pieces: with what it points to it has 255 octets at most', () => {
  const tail = `${`3f${'61'.repeat(63)}`.repeat(3)}00`; // 193 octets, from 12 on
  const named = (label: number) =>
    headed('0001000100000000', `${tail}00010001${toHex(octetsOf(label))}c00cff7800010000012c0000`);
  assert.equal(decoded(named(61)).answers[0]?.name.length, 254); // dots instead of lengths, and none for the root
  const refused = decodeMessage(named(62));
  assert.match(refused.ok ? '' : refused.why, /at most 255 octets/);
});

/** A label of so many octets. */
const octetsOf = (length: number): Uint8Array => Uint8Array.from([length, ...new Array<number>(length).fill(0x62)]);

test('the root can be asked about', () => {
  const message: Message = { ...base, questions: [{ name: ROOT, type: TYPE.DNSKEY }] };
  assert.deepEqual(decoded(encodeMessage(message)), message);
});
