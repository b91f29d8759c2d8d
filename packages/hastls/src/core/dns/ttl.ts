/** TTLs have 31 bits; a reader takes a set top bit for 0. [RFC2181 §8] */
export const MAX_TTL = 0x7fffffff;

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };

/** Whether the word begins as a TTL does: no class or type does. */
export const looksLikeTtl = (word: string): boolean => /^[0-9]/.test(word);

/** Seconds, from a plain number or with the units of BIND, such as `1h30m`. @throws RangeError for anything else. */
export function ttlFromText(text: string, max: number = MAX_TTL): number {
  if (text.length > 40 || !/^([0-9]+|([0-9]+[smhdwSMHDW])+)$/.test(text))
    throw new RangeError(`"${text.slice(0, 40)}" is not a time such as 3600 or 1h30m`);
  let seconds = 0;
  for (const [, digits, unit] of text.matchAll(/([0-9]+)([a-zA-Z]?)/g))
    seconds += Number(digits) * (UNITS[(unit || 's').toLowerCase()] as number); // the pattern above has checked the unit
  if (seconds > max) throw new RangeError(`"${text}" is more than ${max} seconds`);
  return seconds;
}
