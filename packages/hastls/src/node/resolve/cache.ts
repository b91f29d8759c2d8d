import type { Proven } from '../../core/dnssec/index.ts';

/** Holds at most `limit` values, each for its time; time is monotonic, so that no change of the clock prolongs a life. */
export interface Cache<V> {
  /** The value, unless its time is over. */
  find(key: string): V | undefined;
  /** Whether no more than a tenth of its time is left. */
  isEnding(key: string): boolean;
  keep(key: string, value: V, seconds: number): void;
  clear(): void;
}

/** @param elapsedMs a clock that only goes forward */
export function createCache<V>(limit: number, elapsedMs: () => number): Cache<V> {
  const held = new Map<string, { readonly value: V; readonly until: number; readonly endingFrom: number }>();
  return {
    find(key) {
      const entry = held.get(key);
      if (entry === undefined || entry.until > elapsedMs()) return entry?.value;
      held.delete(key);
      return undefined;
    },
    isEnding: (key) => (held.get(key)?.endingFrom ?? Number.POSITIVE_INFINITY) <= elapsedMs(),
    keep(key, value, seconds) {
      held.delete(key);
      if (seconds <= 0) return;
      const [oldest] = held.keys(); // a Map remembers the order of insertion
      if (held.size >= limit && oldest !== undefined) held.delete(oldest);
      const now = elapsedMs();
      held.set(key, { value, until: now + seconds * 1000, endingFrom: now + seconds * 900 });
    },
    clear: () => held.clear(),
  };
}

const BOGUS_SECONDS = 60;
const MAX_SECONDS = 86_400;

/** Keeps an answer that was proven at `at` as long as it may be given again; what could not be found out, not at all. */
export function keepAnswer(cache: Cache<Proven>, key: string, proven: Proven, at: number): void {
  switch (proven.proof) {
    case 'secure':
    case 'insecure':
      cache.keep(key, proven, believable(proven.expires ?? at, at));
      break;
    case 'bogus': // for a while, to spare a broken zone the load of retries; what was proven before outlives an attack
      if (cache.find(key)?.proof !== 'secure') cache.keep(key, proven, BOGUS_SECONDS);
      break;
    case 'indeterminate': // the next question may fare better
  }
}

/** Seconds from `at` until something expires, a day at most. [RFC4035 §5.3.3] [A31] */
export const believable = (expires: number, at: number): number => Math.min(expires - at, MAX_SECONDS);
