/** Chance that can be had again: all of it follows from one seed. */
export interface Chance {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** True in this share of all calls. */
  hits(share: number): boolean;
  pick<T>(from: readonly [T, ...T[]]): T;
  /** One of the list; `undefined` when it is empty. */
  any<T>(from: readonly T[]): T | undefined;
}

/** Mulberry32: 32 bits of state are plenty for test cases. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    hits: (share) => next() < share,
    pick: (from) => from[below(from.length)] ?? from[0],
    any: (from) => from[below(from.length)],
  };
}
