import {
  base64Rest,
  exactName,
  type Field,
  hash,
  hexRest,
  ip4,
  ip6,
  name,
  salt,
  seconds,
  string,
  stringRest,
  strings,
  tag,
  time,
  typeNumber,
  u8,
  u16,
  u32,
} from './fields.ts';
import { svcParams } from './svc-params.ts';
import { bitmap } from './type-bitmap.ts';
import { TYPE } from './type-names.ts';

/**
 * The table of record types: each row lists the fields of the type's data. Reading and writing the wire, the canonical
 * form and the presentation all follow from it; a type without a row is octets. [RFC3597 §3 §5]
 *
 * `name` or `exactName` is the list of types whose names are lower-cased where they are signed. [RFC4034 §6.2]
 * [RFC6840 §5.1]
 */
const FORMATS: ReadonlyMap<number, readonly Field[]> = new Map<number, readonly Field[]>([
  [TYPE.A, [ip4]],
  [TYPE.NS, [name]],
  [TYPE.MD, [name]],
  [TYPE.MF, [name]],
  [TYPE.CNAME, [name]],
  [TYPE.SOA, [name, name, u32, seconds, seconds, seconds, seconds]],
  [TYPE.MB, [name]],
  [TYPE.MG, [name]],
  [TYPE.MR, [name]],
  [TYPE.PTR, [name]],
  [TYPE.HINFO, [string, string]],
  [TYPE.MINFO, [name, name]],
  [TYPE.MX, [u16, name]],
  [TYPE.TXT, [strings]],
  [TYPE.RP, [name, name]],
  [TYPE.AFSDB, [u16, name]],
  [TYPE.RT, [u16, name]],
  [TYPE.PX, [u16, name, name]],
  [TYPE.AAAA, [ip6]],
  [TYPE.SRV, [u16, u16, u16, name]],
  [TYPE.NAPTR, [u16, u16, string, string, string, name]],
  [TYPE.KX, [u16, name]],
  [TYPE.DNAME, [name]],
  [TYPE.DS, [u16, u8, u8, hexRest]],
  [TYPE.SSHFP, [u8, u8, hexRest]],
  [TYPE.RRSIG, [typeNumber, u8, u8, u32, time, time, u16, name, base64Rest]],
  [TYPE.NSEC, [exactName, bitmap]],
  [TYPE.DNSKEY, [u16, u8, u8, base64Rest]],
  [TYPE.NSEC3, [u8, u8, u16, salt, hash, bitmap]],
  [TYPE.NSEC3PARAM, [u8, u8, u16, salt]],
  [TYPE.TLSA, [u8, u8, u8, hexRest]],
  [TYPE.SVCB, [u16, exactName, svcParams]],
  [TYPE.HTTPS, [u16, exactName, svcParams]],
  [TYPE.CAA, [u8, tag, stringRest]],
]);

/** Ports and preference, each of two octets. [F2] [R13] */
const HASTLS_FORMAT: readonly Field[] = [u16, u16, u16];

/**
 * How the wire form of a type is built. HASTLS is not told: a record of the wrong length is an answer all the same,
 * and what it means is for `readHastls` to say. [A8]
 */
export const wireFormat = (type: number): readonly Field[] | undefined => FORMATS.get(type);

/** How the presentation of a type is built. */
export const textFormat = (type: number, hastlsType: number): readonly Field[] | undefined =>
  type === hastlsType ? HASTLS_FORMAT : FORMATS.get(type);
