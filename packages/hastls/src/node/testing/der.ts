import { concatBytes, latin1 } from '../../core/bytes/index.ts';

// As much of DER as it takes to write a certificate. [X.690]

/** One element: its tag, its length, what it holds. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(...parts);
  return concatBytes(Uint8Array.of(tag, ...lengthOctets(body.length)), body);
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => der(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]): Uint8Array => der(0x31, ...parts);
export const octetString = (octets: Uint8Array): Uint8Array => der(0x04, octets);
export const bitString = (octets: Uint8Array, unusedBits = 0): Uint8Array =>
  der(0x03, Uint8Array.of(unusedBits), octets);
export const utf8String = (text: string): Uint8Array => der(0x0c, new TextEncoder().encode(text));
export const boolean = (value: boolean): Uint8Array => der(0x01, Uint8Array.of(value ? 0xff : 0));
/** Of a number that is not negative, big-endian. */
export const integer = (octets: Uint8Array): Uint8Array =>
  der(0x02, (octets[0] ?? 0) & 0x80 ? Uint8Array.of(0) : new Uint8Array(), octets);
/** An element of the context's own, that holds others or octets. */
export const contextual = (number: number, body: Uint8Array, holds: 'elements' | 'octets'): Uint8Array =>
  der((holds === 'elements' ? 0xa0 : 0x80) | number, body);
/** `YYMMDDHHMMSSZ`: for the years 1950 to 2049. */
export const utcTime = (at: Date): Uint8Array =>
  der(
    0x17,
    latin1(
      `${at
        .toISOString()
        .replace(/[-:T]|\.\d+Z$/g, '')
        .slice(2)}Z`,
    ),
  );

/** An object identifier, given in dotted decimals. */
export function objectId(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(0x06, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(value: number): readonly number[] {
  const octets = [value & 0x7f];
  for (let left = value >>> 7; left > 0; left >>>= 7) octets.unshift((left & 0x7f) | 0x80);
  return octets;
}

const lengthOctets = (length: number): readonly number[] => {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
};
