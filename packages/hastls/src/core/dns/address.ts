// IPv4 and IPv6 addresses: their octets and their text.

import { parsed } from '../bytes/parsed.ts';

/** Whether a text is an address, and of which kind. */
export function addressFamily(text: string): 4 | 6 | undefined {
  if (parsed(() => ip4FromText(text)).ok) return 4;
  return parsed(() => ip6FromText(text)).ok ? 6 : undefined;
}

/** A host as URLs have it: an IPv6 address in brackets. [RFC3986 §3.2.2] */
export const hostInUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** An address of IPv4 as such, where a socket for both families shows it in IPv6. */
export const unmapped = (address: string): string => address.replace(/^::ffff:(?=[\d.]+$)/i, '');

/** Four octets as a dotted quad. */
export const ip4ToText = (octets: Uint8Array): string => octets.join('.');

/** @throws RangeError when the text is not four decimal numbers without leading zeros. */
export function ip4FromText(text: string): Uint8Array {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^(0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255))
    throw new RangeError(`"${text}" is not an IPv4 address`);
  return Uint8Array.from(parts, Number);
}

/** Sixteen octets in the one recommended form: lower case, the longest run of zeros as `::`. [RFC5952 §4] */
export function ip6ToText(octets: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((octets[index * 2] ?? 0) << 8) | (octets[index * 2 + 1] ?? 0)).toString(16),
  );
  const { from, length } = longestZeros(groups);
  if (length < 2) return groups.join(':'); // [RFC5952 §4.2.2] a lone zero group is written out
  return `${groups.slice(0, from).join(':')}::${groups.slice(from + length).join(':')}`;
}

/** @throws RangeError when the text is no IPv6 address; a zone (`%eth0`) is none. [RFC4291 §2.2] */
export function ip6FromText(text: string): Uint8Array {
  const bad = () => new RangeError(`"${text.slice(0, 64)}" is not an IPv6 address`);
  if (text.length > 45) throw bad();
  const halves = withHexTail(text).split('::');
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const count = groups.flat().length;
  if (halves.length > 2 || (halves.length === 2 ? count > 7 : count !== 8)) throw bad();
  const [left = [], right = []] = groups;
  const all = [...left, ...Array.from({ length: 8 - count }, () => '0'), ...right];
  return Uint8Array.from(
    all.flatMap((group) => {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) throw bad();
      const value = Number.parseInt(group, 16);
      return [value >> 8, value & 0xff];
    }),
  );
}

/** `::ffff:192.0.2.1` as `::ffff:c000:201`. */
function withHexTail(text: string): string {
  const tail = text.slice(text.lastIndexOf(':') + 1);
  if (!tail.includes('.') || tail === text) return text;
  const [a = 0, b = 0, c = 0, d = 0] = ip4FromText(tail);
  return `${text.slice(0, -tail.length)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

function longestZeros(groups: readonly string[]): { from: number; length: number } {
  let best = { from: 0, length: 0 };
  for (let from = 0; from < groups.length; from++) {
    let length = 0;
    while (groups[from + length] === '0') length++;
    if (length > best.length) best = { from, length };
  }
  return best;
}
