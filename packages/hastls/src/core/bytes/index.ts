/**
 * Octets, and nothing else: reading them without running past the end, writing them, and the text forms that DNS
 * gives them. Everything foreign enters the program through here, so everything here is bounded.
 *
 * A part that finds its input bad throws a `RangeError` with a sentence for people; `parsed()` catches it once, at
 * the door of each parser, and makes a value of it.
 */
export { compareBytes, concatBytes, equalBytes } from './compare.ts';
export { fromHex, toHex } from './hex.ts';
export { type Parsed, parsed } from './parsed.ts';
export { fromBase32hex, fromBase64, toBase32hex, toBase64 } from './radix.ts';
export { type Reader, reader } from './reader.ts';
export { latin1, text } from './text.ts';
export { type Writer, writer } from './writer.ts';
