import { text } from '../bytes/text.ts';
import { unescaped } from './escapes.ts';

/** Octets of a word as it stands in a master file, which is ASCII: what lies beyond has no one encoding. @throws RangeError */
export const decodeEscapes = (written: string): Uint8Array =>
  unescaped(written, 'word', 'only printable ASCII may stand here: write other octets as \\DDD');

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
