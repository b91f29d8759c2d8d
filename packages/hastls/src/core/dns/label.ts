import { unescaped } from './escapes.ts';

/** Octets that a label may have. [RFC1035 §2.3.4] */
export const MAX_LABEL = 63;
/** Octets that a name may have, when it is written out. [RFC1035 §2.3.4] */
export const MAX_NAME = 255;

/** A label as it stands in a `Name`. */
export const presented = (label: string): string => (PLAIN.test(label) ? label : presentLabel(labelOctets(label)));

/** What nearly all labels are made of stands for itself. */
const PLAIN = /^[-\w*]{1,63}$/;

/** The octets of a label in presentation form. @throws RangeError when there is none such */
export function labelOctets(label: string): Uint8Array {
  const octets = unescaped(label, 'label', 'a domain name is written in ASCII: convert it to A-labels first [A36]');
  if (octets.length === 0) throw new RangeError('a domain name has an empty label');
  if (octets.length > MAX_LABEL)
    throw new RangeError(`a label has at most ${MAX_LABEL} octets, "${label.slice(0, 16)}…" has more`);
  return octets;
}

function presentLabel(octets: Uint8Array): string {
  const characters: number[] = [];
  present(octets, 0, octets.length, characters);
  return String.fromCharCode(...characters);
}

/** Appends the characters that octets stand as. */
export function present(octets: Uint8Array, start: number, end: number, characters: number[]): void {
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
