import { HASTLS_TYPE } from './hastls.ts';

/** Numbers of the record types that have a row in the table of formats, and of those that are no data but mean something. */
export const TYPE = {
  A: 1,
  NS: 2,
  MD: 3,
  MF: 4,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  MG: 8,
  MR: 9,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  RT: 21,
  PX: 26,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  KX: 36,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  SSHFP: 44,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SVCB: 64,
  HTTPS: 65,
  /** In a bitmap: there is no such name. [RFC9824 §2] */
  NXNAME: 128,
  /** In a question: whatever there is. [RFC8482] */
  ANY: 255,
  CAA: 257,
} as const;

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(TYPE).map(([name, number]) => [number, name]));
const NUMBERS: ReadonlyMap<string, number> = new Map(Object.entries(TYPE));
const CLASSES: ReadonlyMap<number, string> = new Map([
  [1, 'IN'],
  [3, 'CH'],
  [4, 'HS'],
]);

/** The type's mnemonic, or `TYPEnnn` where there is none. [RFC3597 §5] */
export const typeToText = (type: number, hastlsType: number = HASTLS_TYPE): string =>
  type === hastlsType ? 'HASTLS' : (NAMES.get(type) ?? `TYPE${type}`);

/** A type's number from its mnemonic or from `TYPEnnn`, in either case; `undefined` for any other word. [RFC3597 §5] */
export function typeFromText(word: string, hastlsType: number = HASTLS_TYPE): number | undefined {
  const upper = word.toUpperCase();
  return upper === 'HASTLS' ? hastlsType : (NUMBERS.get(upper) ?? numbered('TYPE', upper));
}

/** `typeFromText` for parsers that gather their complaints. @throws RangeError when the word is no type. */
export function parseType(word: string, hastlsType: number): number {
  const type = typeFromText(word, hastlsType);
  if (type === undefined) throw new RangeError(`"${word.slice(0, 40)}" is not a record type`);
  return type;
}

/** The class's mnemonic, or `CLASSnnn`. [RFC3597 §5] */
export const classToText = (number: number): string => CLASSES.get(number) ?? `CLASS${number}`;

/** A class's number from `IN`, `CH`, `HS` or `CLASSnnn`; `undefined` for any other word. */
export function classFromText(word: string): number | undefined {
  const upper = word.toUpperCase();
  for (const [number, name] of CLASSES) if (name === upper) return number;
  return numbered('CLASS', upper);
}

function numbered(prefix: string, word: string): number | undefined {
  if (!word.startsWith(prefix) || !/^(0|[1-9][0-9]{0,4})$/.test(word.slice(prefix.length))) return undefined;
  const number = Number(word.slice(prefix.length));
  return number <= 0xffff ? number : undefined;
}
