import { fromHex, toHex } from '../bytes/hex.ts';
import { fromBase32hex, fromBase64, toBase32hex, toBase64 } from '../bytes/radix.ts';
import type { Reader } from '../bytes/reader.ts';
import { text } from '../bytes/text.ts';
import type { Writer } from '../bytes/writer.ts';
import { ip4FromText, ip4ToText, ip6FromText, ip6ToText } from './address.ts';
import { decodeEscapes, quote } from './character-string.ts';
import { parseName, writeName } from './name.ts';
import { expandName, readName } from './name-reader.ts';
import { ttlFromText } from './ttl.ts';
import { parseType, typeToText } from './type-names.ts';
import type { Words } from './words.ts';

/** `canonical` is the form in which data is signed and compared. [RFC4034 §6.2] */
export type Form = 'as-is' | 'canonical';

/**
 * One field of a record's data, in the three ways that everything else follows from. Each consumes exactly the field,
 * and throws a `RangeError` when there is none.
 */
export interface Field {
  /** Goes past the field. Gives what is to stand in its place where its octets are not to stay: names are written out in full. */
  read(from: Reader, form: Form): Uint8Array | undefined;
  /** Wire to presentation. */
  toText(from: Reader, hastlsType: number): string;
  /** Presentation to wire. */
  fromText(from: Words, to: Writer): void;
}

/** Unsigned numbers, decimal in the presentation. */
export const u8: Field = number(1);
/** Of two octets. */
export const u16: Field = number(2);
/** Of four octets. */
export const u32: Field = number(4);

/** A span of time, which the presentation may give with units. */
export const seconds: Field = {
  ...u32,
  fromText: (from, to) => void to.uint32(ttlFromText(from.next('a time').text, 0xffffffff)),
};

/** A moment: `YYYYMMDDHHmmSS` in UTC, or seconds since 1970. [RFC4034 §3.2] */
export const time: Field = {
  ...u32,
  toText: (from) => new Date(from.uint32() * 1000).toISOString().replace(/\.000Z$|[-T:]/g, ''),
  fromText: (from, to) => void to.uint32(timeFromText(from.next('a time').text)),
};

/** A type's number, by its mnemonic in the presentation. */
export const typeNumber: Field = {
  ...u16,
  toText: (from, hastlsType) => typeToText(from.uint16(), hastlsType),
  fromText(from, to) {
    to.uint16(parseType(from.next('a type').text, from.hastlsType));
  },
};

/** A name that is lower-cased where it is signed. */
export const name: Field = nameField('lowered');
/** A name that is signed as it stands: those of types newer than RFC 3597, and NSEC's. [RFC3597 §7] [RFC6840 §5.1] */
export const exactName: Field = nameField('as it stands');

/** An address of four octets. */
export const ip4: Field = fixed(4, ip4ToText, ip4FromText);
/** An address of sixteen octets. */
export const ip6: Field = fixed(16, ip6ToText, ip6FromText);

/** All that is left, which is something; its presentation may be cut into words. */
export const hexRest: Field = rest(toHex, fromHex);
/** The same in base64. */
export const base64Rest: Field = rest(toBase64, fromBase64);

/** Octets after their count; none at all is written `-`. [RFC5155 §3.3] */
export const salt: Field = counted(
  (octets) => (octets.length === 0 ? '-' : toHex(octets)),
  (written) => (written === '-' ? new Uint8Array(0) : fromHex(written)),
);
/** A hashed name: octets after their count, one at least, in base32hex. [RFC5155 §3.2 §3.3] */
export const hash: Field = counted(toBase32hex, fromBase32hex, 1);
/** A character string. [RFC1035 §3.3] */
export const string: Field = counted(quote, decodeEscapes);
/** A word of letters and digits after its length. [RFC8659 §4.1] */
export const tag: Field = counted(
  (octets) => checkedTag(text(octets)),
  (written) => decodeEscapes(checkedTag(written)),
);

/** Character strings to the end, one at least. [RFC1035 §3.3.14] */
export const strings: Field = {
  read(from, form) {
    do string.read(from, form);
    while (from.left > 0);
    return undefined;
  },
  toText(from, hastlsType) {
    const written: string[] = [];
    do written.push(string.toText(from, hastlsType));
    while (from.left > 0);
    return written.join(' ');
  },
  fromText(from, to) {
    do string.fromText(from, to);
    while (from.left > 0);
  },
};

/** One string to the end, without a length. [RFC8659 §4.1] */
export const stringRest: Field = {
  read: (from) => void from.skip(from.left),
  toText: (from) => quote(from.rest()),
  fromText: (from, to) => void to.bytes(decodeEscapes(from.next('a value').text)),
};

function number(octets: 1 | 2 | 4): Field {
  const max = 2 ** (octets * 8) - 1;
  const value = (from: Reader) => (octets === 1 ? from.uint8() : octets === 2 ? from.uint16() : from.uint32());
  const write = (to: Writer, value: number) =>
    void (octets === 1 ? to.uint8(value) : octets === 2 ? to.uint16(value) : to.uint32(value));
  return {
    read: (from) => void from.skip(octets),
    toText: (from) => String(value(from)),
    fromText: (from, to) => write(to, numberFromText(from.next('a number').text, max)),
  };
}

/** Decimal digits only: no sign, not even a plus. */
function numberFromText(word: string, max: number): number {
  if (!/^[0-9]{1,10}$/.test(word) || Number(word) > max)
    throw new RangeError(`"${word.slice(0, 20)}" is not a number from 0 to ${max}`);
  return Number(word);
}

function nameField(when: 'lowered' | 'as it stands'): Field {
  return {
    read(from, form) {
      const start = from.at;
      const writtenOut = expandName(from);
      if (form === 'as-is' || when === 'as it stands') return writtenOut;
      const octets = writtenOut ?? from.whole.subarray(start, from.at);
      return octets.some(isUpper) ? octets.map(lowered) : writtenOut;
    },
    toText: (from) => readName(from, 'forbidden'),
    fromText: (from, to) => writeName(to, parseName(from.next('a name').text, from.origin)),
  };
}

/** ASCII letters: the lengths of labels lie below them. */
const isUpper = (octet: number): boolean => octet >= 0x41 && octet <= 0x5a;
const lowered = (octet: number): number => (isUpper(octet) ? octet | 0x20 : octet);

function fixed(octets: number, toText: (of: Uint8Array) => string, fromText: (word: string) => Uint8Array): Field {
  return {
    read: (from) => void from.skip(octets),
    toText: (from) => toText(from.take(octets)),
    fromText: (from, to) => void to.bytes(fromText(from.next('an address').text)),
  };
}

function rest(toText: (of: Uint8Array) => string, fromText: (words: string) => Uint8Array): Field {
  const some = (length: number): number => {
    if (length === 0) throw new RangeError('the last field is empty');
    return length;
  };
  return {
    read: (from) => void from.skip(some(from.left)),
    toText: (from) => toText(from.take(some(from.left))),
    fromText(from, to) {
      let written = '';
      while (from.left > 0) written += from.next('').text;
      const octets = fromText(written);
      some(octets.length);
      to.bytes(octets);
    },
  };
}

function counted(toText: (of: Uint8Array) => string, fromText: (word: string) => Uint8Array, least = 0): Field {
  const length = (from: Reader): number => {
    const octets = from.uint8();
    if (octets < least) throw new RangeError('a string of no octets where one is wanted');
    return octets;
  };
  return {
    read: (from) => void from.skip(length(from)),
    toText: (from) => toText(from.take(length(from))),
    fromText(from, to) {
      const octets = fromText(from.next('a string').text);
      if (octets.length > 255) throw new RangeError(`a string has at most 255 octets, this one ${octets.length}`);
      to.uint8(octets.length).bytes(octets);
    },
  };
}

function checkedTag(written: string): string {
  if (!/^[a-zA-Z0-9]+$/.test(written)) throw new RangeError('a tag is made of letters and digits');
  return written;
}

function timeFromText(word: string): number {
  if (!/^[0-9]{14}$/.test(word)) return numberFromText(word, 0xffffffff);
  const [, year, month, day, hour, minute, second] = /^(.{4})(..)(..)(..)(..)(..)$/.exec(word) as RegExpExecArray;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const at = Date.parse(iso) / 1000;
  if (!(at >= 0 && at <= 0xffffffff) || new Date(at * 1000).toISOString() !== iso)
    throw new RangeError(`"${word}" is not a moment between 1970 and 2106`);
  return at;
}
