import type { Reader } from '../bytes/reader.ts';
import { reader } from '../bytes/reader.ts';
import { type Writer, writer } from '../bytes/writer.ts';
import type { Field } from './fields.ts';
import { typeFromText, typeToText } from './type-names.ts';

/** Whether a type bitmap, as NSEC and NSEC3 end with, has the type. [RFC4034 §4.1.2] */
export const hasType = (bitmap: Uint8Array, type: number): boolean => typesOf(bitmap).includes(type);

/** The types in a bitmap, ascending. @throws RangeError when it is malformed. */
export function typesOf(bitmap: Uint8Array): readonly number[] {
  const types: number[] = [];
  const from = reader(bitmap);
  for (let last = -1; from.left > 0; ) {
    const { window, octets } = readWindow(from, last);
    last = window;
    for (const [index, octet] of octets.entries())
      for (let bit = 0; bit < 8; bit++) if (octet & (0x80 >> bit)) types.push(window * 256 + index * 8 + bit);
  }
  return types;
}

/** The bitmap of these types, in any order. */
export function toBitmap(types: Iterable<number>): Uint8Array {
  const windows = new Map<number, Uint8Array>();
  for (const type of [...new Set(types)].sort((a, b) => a - b)) {
    const index = (type & 0xff) >> 3;
    const held = windows.get(type >> 8);
    const octets = new Uint8Array(index + 1);
    octets.set(held ?? []);
    octets[index] = (octets[index] as number) | (0x80 >> (type & 7));
    windows.set(type >> 8, octets);
  }
  const to = writer(64);
  for (const [window, octets] of windows) to.uint8(window).uint8(octets.length).bytes(octets);
  return to.finish();
}

/** A type bitmap, to the end of the data; it may be empty. */
export const bitmap: Field = {
  copy(from: Reader, to: Writer) {
    for (let last = -1; from.left > 0; ) {
      const { window, octets } = readWindow(from, last);
      last = window;
      to.uint8(window).uint8(octets.length).bytes(octets);
    }
  },
  toText: (from, hastlsType) =>
    typesOf(from.rest())
      .map((type) => typeToText(type, hastlsType))
      .join(' '),
  fromText(from, to) {
    const types: number[] = [];
    while (from.left > 0) {
      const word = from.next('').text;
      const type = typeFromText(word, from.hastlsType);
      if (type === undefined) throw new RangeError(`"${word}" is not a record type`);
      types.push(type);
    }
    to.bytes(toBitmap(types));
  },
};

function readWindow(from: Reader, last: number): { window: number; octets: Uint8Array } {
  const window = from.uint8();
  const octets = from.take(from.uint8());
  if (window <= last) throw new RangeError('the windows of a type bitmap must ascend');
  if (octets.length < 1 || octets.length > 32) throw new RangeError('a window of a type bitmap has 1 to 32 octets');
  if (octets.at(-1) === 0) throw new RangeError('a window of a type bitmap ends in a zero octet');
  return { window, octets };
}
