import { compareBytes } from '../bytes/compare.ts';
import { type Parsed, parsed } from '../bytes/parsed.ts';
import type { Writer } from '../bytes/writer.ts';
import { labelOctets, MAX_NAME, presented } from './label.ts';

declare const name: unique symbol;
/**
 * An absolute domain name in normalised presentation form: it ends in a dot, its labels are 1 to 63 octets long, the
 * whole at most 255 on the wire, and every octet that is not printable ASCII stands as `\DDD`. [RFC1035 §2.3.4 §5.1]
 * So a `Name` is plain ASCII, and two names are the same if their `canonical()` forms are the same string.
 */
export type Name = string & { readonly [name]: true };

/** The name without labels. */
export const ROOT: Name = '.' as Name; // the one name that needs no parsing

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
  const dot = of.includes('\\') ? (labels(of)[0] as string).length : of.indexOf('.'); // it has one, as it is not the root
  return (of.slice(dot + 1) || '.') as Name; // the tail of a name is a name
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
export const sameName = (a: Name, b: Name): boolean =>
  a === b || (a.length === b.length && canonical(a) === canonical(b));

/** Whether `of` is `above` or lies below it. */
export function isWithin(of: Name, above: Name): boolean {
  if (above === ROOT) return true;
  const start = of.length - above.length;
  if (start <= 0) return sameName(of, above);
  if (!sameName(of.slice(start) as Name, above)) return false; // perhaps no name, but compared as one
  // "\." and "\\." differ: only a walk along the labels can tell a dot that separates from one that was escaped
  return of.includes('\\') ? sameName(suffix(of, labelCount(above)), above) : of[start - 1] === '.';
}

/** Canonical order: by labels from the right, octet by octet, shorter first. [RFC4034 §6.1] */
export function compareNames(a: Name, b: Name): number {
  const [left, right] = [labels(canonical(a)), labels(canonical(b))];
  for (let back = 1; back <= Math.min(left.length, right.length); back++) {
    const difference = compareLabels(left.at(-back) ?? '', right.at(-back) ?? '');
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

function compareLabels(a: string, b: string): number {
  if (a === b) return 0;
  if (!a.includes('\\') && !b.includes('\\')) return a < b ? -1 : 1;
  return compareBytes(labelOctets(a), labelOctets(b));
}

function checkedLength(parts: readonly string[]): Name {
  const octets = parts.reduce(
    (sum, label) => sum + 1 + (label.includes('\\') ? labelOctets(label).length : label.length),
    1,
  );
  if (octets > MAX_NAME) throw new RangeError('a domain name has at most 255 octets');
  return (parts.length === 0 ? '.' : `${parts.join('.')}.`) as Name; // of labels in presentation form, not too long
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
