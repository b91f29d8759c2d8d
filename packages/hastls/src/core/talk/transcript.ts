import { text, toHex } from '../bytes/index.ts';

/**
 * What one side says at a time, for people: lines as `S: 220 ready`, text that ends in no line as `S> <proceed/>`, and
 * all else in hex, as `S# 53`.
 */
export function shown(who: 'C' | 'S', bytes: Uint8Array): readonly string[] {
  const words = text(bytes);
  if (/^([\t -~]*\r\n)+$/.test(words))
    return words
      .slice(0, -2)
      .split('\r\n')
      .map((each) => `${who}: ${each}`);
  return [/^[ -~]+$/.test(words) ? `${who}> ${words}` : `${who}# ${toHex(bytes)}`];
}
