import { latin1, text } from '../bytes/text.ts';

/** Octets of a word as it stands in a master file: `\X` is X, `\DDD` an octet by its number. [RFC1035 §5.1] */
export function decodeEscapes(written: string): Uint8Array {
  if (!written.includes('\\')) return latin1(checkedAscii(written));
  const octets: number[] = [];
  for (let at = 0; at < written.length; at++) {
    const character = written.charCodeAt(at);
    if (character !== 0x5c) {
      octets.push(character);
      continue;
    }
    const digits = written.slice(at + 1, at + 4);
    if (/^[0-9]{3}$/.test(digits)) {
      if (Number(digits) > 255) throw new RangeError(`\\${digits} is no octet`);
      octets.push(Number(digits));
      at += 3;
    } else {
      if (at + 1 >= written.length) throw new RangeError('a backslash at the end of a word');
      octets.push(written.charCodeAt(++at));
    }
  }
  checkedAscii(written);
  return Uint8Array.from(octets);
}

/** The octets in double quotes, with every octet that is not printable ASCII as `\DDD`. */
export const quote = (octets: Uint8Array): string => `"${encodeEscapes(octets)}"`;

function encodeEscapes(octets: Uint8Array): string {
  let written = '';
  for (const octet of octets) {
    if (octet < 0x20 || octet > 0x7e) written += `\\${String(octet).padStart(3, '0')}`;
    else written += octet === 0x22 || octet === 0x5c ? `\\${text(Uint8Array.of(octet))}` : String.fromCharCode(octet);
  }
  return written;
}

/** A master file is ASCII: what lies beyond has no one encoding, and is written as `\DDD`. */
function checkedAscii(written: string): string {
  for (let at = 0; at < written.length; at++)
    if (written.charCodeAt(at) > 0x7e)
      throw new RangeError('only printable ASCII may stand here: write other octets as \\DDD');
  return written;
}
