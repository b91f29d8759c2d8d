import { concatBytes } from '../bytes/compare.ts';
import type { Reader } from '../bytes/reader.ts';
import { text } from '../bytes/text.ts';
import { MAX_LABEL, MAX_NAME, present } from './label.ts';
import type { Name } from './name.ts';

/** No name has more labels, so no honest one has more pointers. */
const MAX_JUMPS = 127;

/**
 * Reads a name, following compression pointers only backwards, so that no message can make it loop. [RFC1035 §4.1.4]
 * @throws RangeError on a forward pointer, an unknown label type, a name over 255 octets.
 */
export const readName = (from: Reader, compression: 'allowed' | 'forbidden' = 'allowed'): Name =>
  (textOf(findName(from, compression, 0), from.whole) || '.') as Name; // built of checked labels

/** Goes past a name as `readName` does, and gives its octets written out where they are not so already. */
export function expandName(from: Reader): Uint8Array | undefined {
  const name = findName(from, 'allowed', 0);
  return name.tail && octetsOf(name, from.whole);
}

/** Where a name is, whose every part was checked; what it comes to is made when somebody wants it, and kept. */
interface FoundName {
  /** Where its own labels begin, and how many octets they have. */
  readonly start: number;
  readonly labelled: number;
  /** What the pointer leads to. */
  readonly tail: FoundName | undefined;
  /** Octets when it is written out. */
  readonly length: number;
  readonly jumps: number;
  /** Its labels, each with its dot. */
  text?: string;
  octets?: Uint8Array;
}

function findName(from: Reader, compression: 'allowed' | 'forbidden', depth: number): FoundName {
  const { at: start, left, whole } = from;
  let labelled = 0; // octets of its own labels
  while (labelled < left) {
    const size = whole[start + labelled] as number; // within bounds
    if (size === 0 || size > MAX_LABEL) break;
    labelled += 1 + size;
    if (labelled + 1 > MAX_NAME) throw new RangeError('a domain name has at most 255 octets');
  }
  from.skip(labelled);
  const size = from.uint8();
  if (size === 0) return { start, labelled, tail: undefined, length: labelled + 1, jumps: 0 };
  if (size < 0xc0) throw new RangeError(`label type 0x${size.toString(16)} is unknown`);
  const target = ((size & 0x3f) << 8) | from.uint8();
  if (compression === 'forbidden') throw new RangeError('a compressed name where none may stand');
  if (target >= start) throw new RangeError('a compression pointer that does not point backwards');
  const tail = pointedTo(from, target, depth + 1);
  const length = labelled + tail.length;
  if (length > MAX_NAME) throw new RangeError('a domain name has at most 255 octets');
  return { start, labelled, tail, length, jumps: tail.jumps + 1 };
}

function textOf(name: FoundName, whole: Uint8Array): string {
  name.text ??= ownText(name, whole) + (name.tail === undefined ? '' : textOf(name.tail, whole));
  return name.text;
}

/** The text of a name's own labels. Octets that stand for themselves, as nearly all do, are not gone through one by one. */
function ownText({ start, labelled }: FoundName, whole: Uint8Array): string {
  if (labelled === 0) return ''; // nothing but a pointer
  const dotted = whole.slice(start + 1, start + 1 + labelled);
  let dot = dotted.indexOf(DOT); // a label's, or the length of one
  for (let at = whole[start] as number; at < labelled; ) {
    if (dot >= 0 && dot < at) return presentedLabels(start, labelled, whole);
    if (dot === at) dot = dotted.indexOf(DOT, at + 1);
    const next = dotted[at] as number; // the next label's length, or what ends the last one
    dotted[at] = DOT;
    at += 1 + next;
  }
  const own = text(dotted);
  return PLAIN_LABELS.test(own) ? own : presentedLabels(start, labelled, whole);
}

const DOT = 0x2e;
/** Labels of octets that stand for themselves. */
const PLAIN_LABELS = /^[-\w*.]*$/;

function presentedLabels(start: number, labelled: number, whole: Uint8Array): string {
  const characters: number[] = []; // one string is made of them: a sum of strings is kept in as many pieces
  for (let at = start; at < start + labelled; ) {
    const size = whole[at++] as number; // within bounds, as was checked
    present(whole, at, at + size, characters);
    characters.push(DOT);
    at += size;
  }
  return String.fromCharCode(...characters);
}

function octetsOf(name: FoundName, whole: Uint8Array): Uint8Array {
  if (name.octets !== undefined) return name.octets;
  const { start, labelled, tail } = name;
  if (tail === undefined)
    name.octets = whole.subarray(start, start + labelled + 1); // with the zero that ends it
  else if (labelled === 0) name.octets = octetsOf(tail, whole);
  else name.octets = concatBytes(whole.subarray(start, start + labelled), octetsOf(tail, whole));
  return name.octets;
}

/** Read once, and kept with the input: thousands of pointers to a long name must not cost thousands of readings. */
function pointedTo(from: Reader, target: number, depth: number): FoundName {
  from.input.found ??= new Map();
  const { found } = from.input;
  const name = found.get(target) as FoundName | undefined; // nothing else is kept there
  if (depth + (name?.jumps ?? 0) > MAX_JUMPS) throw new RangeError('a name of too many compression pointers');
  if (name !== undefined) return name;
  const read = findName(from.part(target), 'allowed', depth);
  found.set(target, read);
  return read;
}
