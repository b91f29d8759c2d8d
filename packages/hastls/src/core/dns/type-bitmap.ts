import { type Reader, reader } from '../bytes/reader.ts';
import { writer } from '../bytes/writer.ts';
import type { Field } from './fields.ts';
import { parseType, typeToText } from './type-names.ts';

/** Whether a type bitmap, as NSEC and NSEC3 end with, has the type. [RFC4034 §4.1.2] @throws RangeError when malformed. */
export function hasType(bitmap: Uint8Array, type: number): boolean {
  for (const { window, octets } of readWindows(reader(bitmap)))
    if (window === type >> 8) return ((octets[(type & 0xff) >> 3] ?? 0) & (0x80 >> (type & 7))) !== 0;
  return false;
}

/** The types in a bitmap, ascending. @throws RangeError when it is malformed. */
export function typesOf(bitmap: Uint8Array): readonly number[] {
  const types: number[] = [];
  for (const { window, octets } of readWindows(reader(bitmap)))
    for (const [index, octet] of octets.entries())
      for (let bit = 0; bit < 8; bit++) if (octet & (0x80 >> bit)) types.push(window * 256 + index * 8 + bit);
  return types;
}

/** The bitmap of these types, in any order. */
export function toBitmap(types: Iterable<number>): Uint8Array {
  const held = new Map<number, Uint8Array>();
  for (const type of [...new Set(types)].sort((a, b) => a - b)) {
    const index = (type & 0xff) >> 3;
    const octets = new Uint8Array(index + 1);
    octets.set(held.get(type >> 8) ?? []);
    octets[index] = (octets[index] as number) | (0x80 >> (type & 7));
    held.set(type >> 8, octets);
  }
  const to = writer();
  for (const [window, octets] of held) to.uint8(window).uint8(octets.length).bytes(octets);
  return to.finish();
}

/** A type bitmap, to the end of the data; it may be empty. */
export const bitmap: Field = {
  read: (from) => void readWindows(from),
  toText: (from, hastlsType) =>
    typesOf(from.rest())
      .map((type) => typeToText(type, hastlsType))
      .join(' '),
  fromText(from, to) {
    const types: number[] = [];
    while (from.left > 0) types.push(parseType(from.next('').text, from.hastlsType));
    to.bytes(toBitmap(types));
  },
};

interface Window {
  /** The upper octet of the types in it. */
  readonly window: number;
  readonly octets: Uint8Array;
}

/** The windows of a bitmap, to the end of the data. */
function readWindows(from: Reader): readonly Window[] {
  const windows: Window[] = [];
  for (let last = -1; from.left > 0; ) {
    const window = from.uint8();
    const octets = from.take(from.uint8());
    if (window <= last) throw new RangeError('the windows of a type bitmap must ascend');
    if (octets.length < 1 || octets.length > 32) throw new RangeError('a window of a type bitmap has 1 to 32 octets');
    if (octets.at(-1) === 0) throw new RangeError('a window of a type bitmap ends in a zero octet');
    last = window;
    windows.push({ window, octets });
  }
  return windows;
}
