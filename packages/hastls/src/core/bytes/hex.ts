const DIGITS = '0123456789abcdef';

/** Lower-case hex, two digits an octet. */
export function toHex(bytes: Uint8Array): string {
  let hex = '';
  for (const octet of bytes) hex += (DIGITS[octet >> 4] as string) + (DIGITS[octet & 15] as string);
  return hex;
}

/** Reads hex in either case, without white space. @throws RangeError on an odd number of digits or a foreign character. */
export function fromHex(hex: string): Uint8Array {
  if (hex.length % 2 !== 0) throw new RangeError('hex needs two digits for each octet');
  const bytes = new Uint8Array(hex.length / 2);
  for (let index = 0; index < bytes.length; index++) {
    const pair = hex.slice(index * 2, index * 2 + 2);
    if (!/^[0-9a-fA-F]{2}$/.test(pair)) throw new RangeError(`"${pair}" is not hex`);
    bytes[index] = Number.parseInt(pair, 16);
  }
  return bytes;
}
