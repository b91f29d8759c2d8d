// Base 64 and base 32 with the extended hex alphabet, as DNS presentation forms use them. [RFC4648 §4 §7]

interface Alphabet {
  readonly name: string;
  readonly digits: string;
  readonly bits: number;
  /** Characters in a padded group; 0 = the form is written without padding. */
  readonly group: number;
}

const BASE64: Alphabet = {
  name: 'base64',
  digits: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  bits: 6,
  group: 4,
};
/** Without padding and in lower case: an NSEC3 owner's label. [RFC5155 §3.3] */
const BASE32HEX: Alphabet = { name: 'base32hex', digits: '0123456789abcdefghijklmnopqrstuv', bits: 5, group: 0 };

/** With padding. [RFC4648 §4] */
export const toBase64 = (bytes: Uint8Array): string => encode(BASE64, bytes);
/** @throws RangeError when the text is not base64, padding included. */
export const fromBase64 = (text: string): Uint8Array => decode(BASE64, text);
/** Without padding, in lower case. [RFC4648 §7] */
export const toBase32hex = (bytes: Uint8Array): string => encode(BASE32HEX, bytes);
/** @throws RangeError when the text is not unpadded base32hex, in either case. */
export const fromBase32hex = (text: string): Uint8Array => decode(BASE32HEX, text.toLowerCase());

function encode({ digits, bits, group }: Alphabet, bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let width = 0;
  for (const octet of bytes) {
    held = (held << 8) | octet;
    for (width += 8; width >= bits; ) {
      width -= bits;
      text += digits[held >> width];
      held &= (1 << width) - 1;
    }
  }
  if (width > 0) text += digits[held << (bits - width)];
  while (group > 0 && text.length % group !== 0) text += '=';
  return text;
}

function decode({ name, digits, bits, group }: Alphabet, text: string): Uint8Array {
  const body = group > 0 ? text.replace(/={1,2}$/, '') : text;
  if (group > 0 && text.length % group !== 0)
    throw new RangeError(`${name} is written in groups of ${group} characters`);
  const bytes = new Uint8Array(Math.floor((body.length * bits) / 8));
  let held = 0;
  let width = 0;
  let at = 0;
  for (const character of body) {
    const value = digits.indexOf(character);
    if (value < 0) throw new RangeError(`"${character}" is not a ${name} character`);
    held = (held << bits) | value;
    width += bits;
    if (width >= 8) {
      width -= 8;
      bytes[at++] = held >> width;
      held &= (1 << width) - 1;
    }
  }
  if (width >= bits || held !== 0) throw new RangeError(`${name} ends in the middle of an octet`);
  return bytes;
}
