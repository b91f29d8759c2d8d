import fc from 'fast-check';
import { type Message, type Name, type ResourceRecord, readName, TYPE, toBitmap, writeName } from 'hastls/dns';
import { concatBytes } from '#core/bytes/compare.js';
import { reader } from '#core/bytes/reader.js';
import { writer } from '#core/bytes/writer.js';

// Whatever may stand on the wire, type by type: the properties below are asked of all of it.

/** Objects as people write them, which `deepEqual` compares by their prototype too. */
const object = <T>(of: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(of, { noNullPrototype: true });

const u8 = fc.integer({ min: 0, max: 0xff }).map((value) => Uint8Array.of(value));
const u16 = fc.integer({ min: 0, max: 0xffff }).map((value) => Uint8Array.of(value >> 8, value));
const u32 = fc.tuple(u16, u16).map(([high, low]) => concatBytes(high, low));
const octets = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const counted = (minLength: number, maxLength = 20) =>
  octets(minLength, maxLength).map((data) => concatBytes(Uint8Array.of(data.length), data));
const fields = (...of: fc.Arbitrary<Uint8Array>[]) => fc.tuple(...of).map((parts) => concatBytes(...parts));

/** Labels of any octets: those of people, and those with a meaning in master files. */
const label = fc.oneof(
  fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/).map((text) => Uint8Array.from(text, (each) => each.charCodeAt(0))),
  fc.uint8Array({ minLength: 1, maxLength: 63 }),
  fc
    .constantFrom('.', '\\', '"', '$', '@', '(', ';', ' ', '*', '\0', '\x7f')
    .map((each) => Uint8Array.of(each.charCodeAt(0))),
);

/** A name on the wire, up to its full length. */
export const wireName: fc.Arbitrary<Uint8Array> = fc
  .array(label, { maxLength: 6 })
  .map((of) => concatBytes(...of.flatMap((each) => [Uint8Array.of(each.length), each]), Uint8Array.of(0)))
  .filter((wire) => wire.length <= 255);

export const name: fc.Arbitrary<Name> = wireName.map((wire) => readName(reader(wire)));

const bitmap = fc
  .uniqueArray(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 70 })), { maxLength: 12 })
  .map(toBitmap);

const svcParams = fc
  .uniqueArray(fc.tuple(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 0xffff })), octets(0, 20)), {
    maxLength: 6,
    selector: ([key]) => key,
  })
  .map((params) => {
    const to = writer();
    for (const [key, value] of params.sort(([a], [b]) => a - b)) to.uint16(key).uint16(value.length).bytes(value);
    return to.finish();
  });

/** Types that are no data. */
type NoData = 'OPT' | 'NXNAME' | 'ANY';

/** Data of every type that has a format. A new row there without one here does not compile. */
export const wireOf: Readonly<Record<Exclude<keyof typeof TYPE, NoData>, fc.Arbitrary<Uint8Array>>> = {
  A: octets(4, 4),
  NS: wireName,
  MD: wireName,
  MF: wireName,
  CNAME: wireName,
  SOA: fields(wireName, wireName, u32, u32, u32, u32, u32),
  MB: wireName,
  MG: wireName,
  MR: wireName,
  PTR: wireName,
  HINFO: fields(counted(0), counted(0)),
  MINFO: fields(wireName, wireName),
  MX: fields(u16, wireName),
  TXT: fc.array(counted(0, 255), { minLength: 1, maxLength: 3 }).map((parts) => concatBytes(...parts)),
  RP: fields(wireName, wireName),
  AFSDB: fields(u16, wireName),
  RT: fields(u16, wireName),
  PX: fields(u16, wireName, wireName),
  AAAA: octets(16, 16),
  SRV: fields(u16, u16, u16, wireName),
  NAPTR: fields(u16, u16, counted(0), counted(0), counted(0), wireName),
  KX: fields(u16, wireName),
  DNAME: wireName,
  DS: fields(u16, u8, u8, octets(1, 48)),
  RRSIG: fields(u16, u8, u8, u32, u32, u32, u16, wireName, octets(1, 100)),
  NSEC: fields(wireName, bitmap),
  DNSKEY: fields(u16, u8, u8, octets(1, 100)),
  NSEC3: fields(u8, u8, u16, counted(0), counted(1), bitmap),
  NSEC3PARAM: fields(u8, u8, u16, counted(0)),
  SSHFP: fields(u8, u8, octets(1, 64)),
  TLSA: fields(u8, u8, u8, octets(1, 64)),
  SVCB: fields(u16, wireName, svcParams),
  HTTPS: fields(u16, wireName, svcParams),
  CAA: fields(u8, counted(0), octets(0, 40)),
};

export const record: fc.Arbitrary<ResourceRecord> = fc
  .oneof(
    fc.constantFrom(...Object.keys(wireOf)).chain((type) => {
      const known = type as keyof typeof wireOf; // a key of that table
      return wireOf[known].map((rdata) => ({ type: TYPE[known] as number, rdata }));
    }),
    object({ type: fc.integer({ min: 258, max: 0xffff }), rdata: octets(0, 40) }),
  )
  .chain((data) =>
    object({ name, class: fc.constant(1), ttl: fc.nat(0x7fffffff) }).map((rest) => ({ ...rest, ...data })),
  );

const records = fc.array(record, { maxLength: 4 });
const edns = object({
  udpSize: fc.nat(0xffff),
  dnssecOk: fc.boolean(),
  version: fc.nat(0xff),
  options: fc.array(object({ code: fc.nat(0xffff), data: octets(0, 8) }), { maxLength: 3 }),
});

export const message: fc.Arbitrary<Message> = object({
  id: fc.nat(0xffff),
  flags: object({
    response: fc.boolean(),
    authoritative: fc.boolean(),
    truncated: fc.boolean(),
    recursionDesired: fc.boolean(),
    recursionAvailable: fc.boolean(),
    authenticated: fc.boolean(),
    checkingDisabled: fc.boolean(),
  }),
  opcode: fc.nat(15),
  rcode: fc.nat(15),
  questions: fc.array(object({ name, type: fc.nat(0xffff) }), { maxLength: 2 }),
  answers: records,
  authorities: records,
  additionals: records,
}).chain((bare) =>
  fc.oneof(
    fc.constant(bare),
    object({ edns, rcode: fc.nat(0xfff) }).map((extended) => ({ ...bare, ...extended })),
  ),
);

/** The same name's octets, as `writeName` gives them. */
export function toWire(of: Name): Uint8Array {
  const to = writer();
  writeName(to, of);
  return to.finish();
}
