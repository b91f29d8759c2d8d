import { concatBytes } from '../bytes/index.ts';
import type { Framer } from './conversation.ts';

/** One value of BER: its tag, and what it holds. */
export interface Element {
  readonly tag: number;
  readonly body: Uint8Array;
}

/** Frames one element with this tag. Lengths may be written longer than need be, but never left open. [X.690 §8.1.3] */
export const berFrame =
  (tag: number): Framer =>
  (buffer) => {
    if (buffer[0] !== undefined && buffer[0] !== tag) return -1;
    const head = headOf(buffer);
    return typeof head === 'number' ? head : head.length + head.holds;
  };

/** The elements that lie side by side, or none when they do not fill these octets. What they hold is not looked into. */
export function elements(octets: Uint8Array): readonly Element[] {
  const found: Element[] = [];
  for (let at = 0; at < octets.length; ) {
    const head = headOf(octets.subarray(at));
    if (typeof head === 'number' || at + head.length + head.holds > octets.length) return [];
    const from = at + head.length;
    at = from + head.holds;
    found.push({ tag: octets[from - head.length] as number, body: octets.subarray(from, at) }); // as: a head has a tag
  }
  return found;
}

/** The first element, and what lies behind it: as much of either as is there. Undefined when not even its head is. */
export function beginning(octets: Uint8Array): (Element & { readonly behind: Uint8Array }) | undefined {
  const head = headOf(octets);
  if (typeof head === 'number') return undefined;
  const end = head.length + head.holds;
  return { tag: octets[0] ?? 0, body: octets.subarray(head.length, end), behind: octets.subarray(end) };
}

/** Writes an element, in the shortest form that lengths below 256 have. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(...parts);
  const length = body.length < 0x80 ? [body.length] : [0x81, body.length];
  return concatBytes(Uint8Array.of(tag, ...length), body);
}

/** How long tag and length are, and how much they announce; 0 when more octets are needed, -1 when it is nothing we read. */
function headOf(octets: Uint8Array): { readonly length: number; readonly holds: number } | 0 | -1 {
  const [tag, first] = octets;
  if (tag !== undefined && (tag & 0x1f) === 0x1f) return -1; // tags of several octets: nobody here has any
  if (first === undefined) return 0;
  if (first < 0x80) return { length: 2, holds: first };
  const width = first & 0x7f;
  if (width === 0 || width > 4) return -1;
  if (octets.length < 2 + width) return 0;
  return { length: 2 + width, holds: octets.subarray(2, 2 + width).reduce((sum, each) => sum * 256 + each, 0) };
}
