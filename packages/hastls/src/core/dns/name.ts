import { concatBytes } from '../bytes/compare.ts';
import { type Parsed, parsed } from '../bytes/parsed.ts';
import type { Reader } from '../bytes/reader.ts';
import { text } from '../bytes/text.ts';
import type { Writer } from '../bytes/writer.ts';

declare const name: unique symbol;
/**
 * An absolute domain name in normalised presentation form: it ends in a dot, its labels are 1 to 63 octets long, the
 * whole at most 255 on the wire, and every octet that is not printable ASCII stands as `\DDD`. [RFC1035 §2.3.4 §5.1]
 * So a `Name` is plain ASCII, and two names are the same if their `canonical()` forms are the same string.
 */
export type Name = string & { readonly [name]: true };

/** The name without labels. */
export const ROOT: Name = '.' as Name; // the one name that needs no parsing

const MAX_LABEL = 63;
const MAX_NAME = 255;
/** No name has more labels, so no honest one has more pointers. */
const MAX_JUMPS = 127;

/** Reads presentation form; a name without a final dot is completed by `origin`, by default the root. */
export const toName = (text: string, origin: Name = ROOT): Parsed<Name> => parsed(() => parseName(text, origin));

/** `toName` for parsers that gather their complaints. @throws RangeError that says what is wrong with the name. */
export function parseName(text: string, origin: Name = ROOT): Name {
  if (text === '.') return ROOT;
  if (text === '@') return origin;
  if (text === '') throw new RangeError('a domain name cannot be empty');
  if (text.length > MAX_NAME * 4) throw new RangeError('a domain name has at most 255 octets');
  const absolute = endsInDot(text);
  const found = splitLabels(absolute ? text.slice(0, -1) : text).map(presented);
  return checkedLength([...found, ...(absolute ? [] : labels(origin))]);
}

/** The name's labels in presentation form, leftmost first; none for the root. */
export function labels(of: Name): readonly string[] {
  if (of === ROOT) return [];
  return splitLabels(of.slice(0, -1));
}

/** How many labels, the root not counted; that of a wildcard is counted. [RFC4034 §3.1.3 counts it out: see there] */
export function labelCount(of: Name): number {
  if (of === ROOT) return 0;
  if (of.includes('\\')) return labels(of).length;
  let count = 0;
  for (let at = of.indexOf('.'); at >= 0; at = of.indexOf('.', at + 1)) count++;
  return count;
}

/** The name without its leftmost label. The root is its own parent. */
export function parent(of: Name): Name {
  if (of === ROOT) return ROOT;
  const [first = ''] = of.includes('\\') ? labels(of) : [of.slice(0, of.indexOf('.'))];
  return (of.slice(first.length + 1) || '.') as Name; // the tail of a name is a name
}

/** The rightmost `count` labels of the name. */
export function suffix(of: Name, count: number): Name {
  let shorter = of;
  for (let left = labelCount(of); left > count; left--) shorter = parent(shorter);
  return shorter;
}

/** Names below `above` down to `below`, shortest first. */
export function namesBetween(above: Name, below: Name): readonly Name[] {
  const names: Name[] = [];
  let name = below;
  for (let left = labelCount(below) - labelCount(above); left > 0; left--) {
    names.push(name);
    name = parent(name);
  }
  return names.reverse();
}

/** `label.of`, for a label in presentation form. @throws RangeError when the result is too long. */
export const child = (label: string, of: Name): Name => checkedLength([presented(label), ...labels(of)]);

/** ASCII letters in lower case: the form names are compared and signed in. [RFC4034 §6.2] */
export const canonical = (of: Name): Name => of.toLowerCase() as Name; // a Name is ASCII, so nothing else changes

/** Whether two names differ at most in the case of ASCII letters. [RFC4343] */
export const sameName = (a: Name, b: Name): boolean => a === b || canonical(a) === canonical(b);

/** Whether `of` is `above` or lies below it. */
export function isWithin(of: Name, above: Name): boolean {
  if (above === ROOT) return true;
  const [long, short] = [canonical(of), canonical(above)];
  if (!long.endsWith(short)) return false;
  if (long.length === short.length) return true;
  // "\." and "\\." differ: only a walk along the labels can tell a dot that separates from one that was escaped
  return long.includes('\\') ? suffix(long, labelCount(short)) === short : long[long.length - short.length - 1] === '.';
}

/** Canonical order: by labels from the right, octet by octet, shorter first. [RFC4034 §6.1] */
export function compareNames(a: Name, b: Name): number {
  const [left, right] = [labels(canonical(a)), labels(canonical(b))];
  for (let back = 1; back <= Math.min(left.length, right.length); back++) {
    const difference = compareLabels(left.at(-back) as string, right.at(-back) as string);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Writes the name without compression. */
export function writeName(out: Writer, of: Name): void {
  for (const label of labels(of)) writeLabel(out, label);
  out.uint8(0);
}

/** Writes one label of a name behind its length. */
export function writeLabel(out: Writer, label: string): void {
  if (label.includes('\\')) {
    const octets = labelOctets(label);
    out.uint8(octets.length).bytes(octets);
  } else out.uint8(label.length).text(label);
}

/**
 * Reads a name, following compression pointers only backwards, so that no message can make it loop. [RFC1035 §4.1.4]
 * @throws RangeError on a forward pointer, an unknown label type, a name over 255 octets.
 */
export const readName = (from: Reader, compression: 'allowed' | 'forbidden' = 'allowed'): Name =>
  (textOf(findName(from, compression, 0), from.whole) || '.') as Name; // built of checked labels

/** The octets of the name that `readName` would read, written out. */
export const readNameOctets = (from: Reader): Uint8Array => octetsOf(findName(from, 'allowed', 0), from.whole);

/** Where a name is, whose every part was checked; what it comes to is made when somebody wants it, and kept. */
interface FoundName {
  /** Where its own labels begin, and how many octets they have. */
  readonly start: number;
  readonly labelled: number;
  /** Up to a pointer, or with the zero that ends them. */
  readonly end: number;
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
  if (size === 0) return { start, labelled, end: from.at, tail: undefined, length: labelled + 1, jumps: 0 };
  if (size < 0xc0) throw new RangeError(`label type 0x${size.toString(16)} is unknown`);
  const target = ((size & 0x3f) << 8) | from.uint8();
  if (compression === 'forbidden') throw new RangeError('a compressed name where none may stand');
  if (target >= start) throw new RangeError('a compression pointer that does not point backwards');
  const tail = pointedTo(from, target, depth + 1);
  const length = labelled + tail.length;
  if (length > MAX_NAME) throw new RangeError('a domain name has at most 255 octets');
  return { start, labelled, end: start + labelled, tail, length, jumps: tail.jumps + 1 };
}

function textOf(name: FoundName, whole: Uint8Array): string {
  name.text ??= ownText(name, whole) + (name.tail === undefined ? '' : textOf(name.tail, whole));
  return name.text;
}

/** The text of a name's own labels. Octets that stand for themselves, as nearly all do, are not gone through one by one. */
function ownText({ start, labelled }: FoundName, whole: Uint8Array): string {
  const dotted = whole.slice(start + 1, start + 1 + labelled);
  let count = 0;
  for (let at = whole[start] as number; at < labelled; count++) {
    const next = dotted[at] as number; // the next label's length, or what ends the last one
    dotted[at] = DOT;
    at += 1 + next;
  }
  const own = text(dotted);
  return PLAIN_LABELS.test(own) && labelCount(own as Name) === count ? own : presentedLabels(start, labelled, whole);
}

const DOT = 0x2e;
/** So many dots as there are labels: none of them is an octet of a label. */
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
  const { start, end, tail } = name;
  if (tail === undefined) name.octets = whole.subarray(start, end);
  else if (start === end) name.octets = octetsOf(tail, whole);
  else name.octets = concatBytes(whole.subarray(start, end), octetsOf(tail, whole));
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

/** A label as it stands in a `Name`. */
const presented = (label: string): string => (PLAIN.test(label) ? label : presentLabel(labelOctets(label)));

/** What nearly all labels are made of stands for itself. */
const PLAIN = /^[-\w*]{1,63}$/;

/** The octets of a label in presentation form. */
export function labelOctets(label: string): Uint8Array {
  const octets: number[] = [];
  for (let at = 0; at < label.length; at++) {
    const character = label.charCodeAt(at);
    if (character > 0x7e) throw new RangeError('a domain name is written in ASCII: convert it to A-labels first [A36]');
    if (character !== 0x5c) octets.push(character);
    else if (/^[0-9]{3}/.test(label.slice(at + 1, at + 4))) {
      const value = Number(label.slice(at + 1, at + 4));
      if (value > 255) throw new RangeError(`\\${label.slice(at + 1, at + 4)} is no octet`);
      octets.push(value);
      at += 3;
    } else {
      const escaped = label.charCodeAt(++at);
      if (!(escaped < 0x7f)) throw new RangeError('a backslash at the end of a label');
      octets.push(escaped);
    }
  }
  if (octets.length === 0) throw new RangeError('a domain name has an empty label');
  if (octets.length > MAX_LABEL)
    throw new RangeError(`a label has at most 63 octets, "${label.slice(0, 16)}…" has more`);
  return new Uint8Array(octets);
}

function presentLabel(octets: Uint8Array): string {
  const characters: number[] = [];
  present(octets, 0, octets.length, characters);
  return String.fromCharCode(...characters);
}

/** Appends the characters that octets stand as. */
function present(octets: Uint8Array, start: number, end: number, characters: number[]): void {
  for (let at = start; at < end; at++) {
    const octet = octets[at] as number; // within bounds
    const shown = PRESENTED[octet] as string; // each has its own
    if (shown.length === 1) characters.push(octet);
    else for (let index = 0; index < shown.length; index++) characters.push(shown.charCodeAt(index));
  }
}

const presentOctet = (octet: number): string => {
  if (octet <= 0x20 || octet >= 0x7f) return `\\${String(octet).padStart(3, '0')}`;
  return SPECIAL.has(octet) ? `\\${String.fromCharCode(octet)}` : String.fromCharCode(octet);
};

/** Characters that mean something in a master file: `"` `$` `(` `)` `.` `;` `@` `\`. [RFC1035 §5.1] */
const SPECIAL: ReadonlySet<number> = new Set([0x22, 0x24, 0x28, 0x29, 0x2e, 0x3b, 0x40, 0x5c]);

/** Each octet as it stands in a label. */
const PRESENTED: readonly string[] = Array.from({ length: 256 }, (_, octet) => presentOctet(octet));

function compareLabels(a: string, b: string): number {
  if (a === b) return 0;
  if (!a.includes('\\') && !b.includes('\\')) return a < b ? -1 : 1;
  const [left, right] = [labelOctets(a), labelOctets(b)];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = (left[index] as number) - (right[index] as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function checkedLength(parts: readonly string[]): Name {
  const octets = parts.reduce(
    (sum, label) => sum + 1 + (label.includes('\\') ? labelOctets(label).length : label.length),
    1,
  );
  if (octets > MAX_NAME) throw new RangeError('a domain name has at most 255 octets');
  return (parts.length === 0 ? '.' : `${parts.join('.')}.`) as Name;
}

function splitLabels(bare: string): string[] {
  if (!bare.includes('\\')) return bare.split('.');
  const found: string[] = [];
  let from = 0;
  for (let at = 0; at < bare.length; at++) {
    if (bare[at] === '\\') at++;
    else if (bare[at] === '.') {
      found.push(bare.slice(from, at));
      from = at + 1;
    }
  }
  return [...found, bare.slice(from)];
}

function endsInDot(text: string): boolean {
  if (!text.endsWith('.')) return false;
  let slashes = 0;
  while (text[text.length - 2 - slashes] === '\\') slashes++;
  return slashes % 2 === 0;
}
