import type { Chance } from '../live/differential/chance.js';

/** Does a few things to a sequence of anything: items are changed, lost, doubled or moved, or come from another one. */
export function mutate<T>(
  chance: Chance,
  original: readonly T[],
  others: readonly (readonly T[])[],
  change: (item: T) => T,
): T[] {
  let items = [...original];
  for (let left = chance.hits(0.6) ? 1 : 2 + chance.below(3); left > 0; left--) {
    const at = chance.below(items.length);
    const length = 1 + chance.below(chance.hits(0.8) ? 4 : items.length);
    const other = chance.any(others) ?? [];
    const from = chance.below(other.length);
    const item = items[at];
    switch (chance.below(8)) {
      case 0:
      case 1:
        if (item !== undefined) items[at] = change(item);
        break;
      case 2:
        items.splice(at, length);
        break;
      case 3:
        items.splice(at, 0, ...items.slice(at, at + length));
        break;
      case 4: {
        const moved = items.splice(at, length);
        items.splice(chance.below(items.length + 1), 0, ...moved);
        break;
      }
      case 5:
        items.length = at;
        break;
      case 6:
        items.splice(at, chance.hits(0.5) ? length : 0, ...other.slice(from, from + length));
        break;
      case 7:
        items = [...items.slice(0, at), ...other.slice(from)];
    }
  }
  return items;
}

/** Octets that mean something where lengths, pointers and lines are read. */
const TELLING = [0, 1, 0x0a, 0x0d, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff] as const;

export const mutateOctets = (chance: Chance, original: Uint8Array, others: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(
    mutate(chance, [...original], [[...(chance.any(others) ?? [])]], (octet) =>
      chance.hits(0.3) ? chance.pick(TELLING) : octet ^ (1 << chance.below(8)),
    ),
  );

/** Characters that mean something in master files, names or URLs, and some that mean nothing anywhere. */
const TELLING_CHARACTERS = [
  ...'\\"$@().;:/[]#?=%*+-_ \t\n\r09azAZ',
  '\0',
  '\x7f',
  'é',
  '\u3002',
  '\ud800',
  '\u{1f512}',
];

export const mutateText = (chance: Chance, original: string, others: readonly string[]): string =>
  mutate(chance, [...original], [[...(chance.any(others) ?? '')]], (character) =>
    chance.hits(0.8)
      ? (chance.any(TELLING_CHARACTERS) ?? character)
      : String.fromCharCode(character.charCodeAt(0) ^ (1 << chance.below(7))),
  ).join('');
