/** How many are connected, in all and of each address. */
export interface Census {
  /** Counts one more, unless there are as many as there may be. */
  enter(who: string, most: number): boolean;
  leave(who: string): void;
}

/** Under this name everybody is counted; no address is empty. */
export const EVERYBODY = '';

/** Gateways that are given the same one share their limits: one that took another's place, and the one that still has clients. */
export function createCensus(): Census {
  const counted = new Map<string, number>();
  return {
    enter(who, most) {
      const others = counted.get(who) ?? 0;
      if (others >= most) return false;
      counted.set(who, others + 1);
      return true;
    },
    leave(who) {
      const left = (counted.get(who) ?? 1) - 1;
      if (left > 0) counted.set(who, left);
      else counted.delete(who);
    },
  };
}
