import type { ResourceRecord } from '../../core/dns/index.ts';
import type { Answer } from './answer.ts';

/** Holds values up to a limit of their weight, each for its time; time is monotonic, so that no change of the clock prolongs a life. */
export interface Cache<V> {
  /** The value, unless its time is over. */
  find(key: string): V | undefined;
  /** Whether no more than a tenth of its time is left. */
  isEnding(key: string): boolean;
  keep(key: string, value: V, seconds: number): void;
  clear(): void;
}

interface Entry<V> {
  readonly value: V;
  readonly weight: number;
  readonly until: number;
  readonly endingFrom: number;
}

/** Whenever something is kept, so many others are looked at, in turns: what nobody asks for must not stay for ever. */
const SWEPT = 2;

/**
 * An empty cache.
 * @param limit what all values may weigh together: beyond, the oldest are given up
 * @param elapsedMs a clock that only goes forward
 * @param weigh default: each weighs 1
 */
export function createCache<V>(
  limit: number,
  elapsedMs: () => number,
  weigh: (value: V) => number = () => 1,
): Cache<V> {
  const held = new Map<string, Entry<V>>();
  let total = 0;
  let turn = held.keys();

  function drop(key: string): void {
    total -= held.get(key)?.weight ?? 0;
    held.delete(key);
  }

  function sweep(now: number): void {
    for (let left = SWEPT; left > 0; left--) {
      const { value: key } = turn.next();
      if (key === undefined) turn = held.keys();
      else if ((held.get(key)?.until ?? now) <= now) drop(key);
    }
  }

  return {
    find(key) {
      const entry = held.get(key);
      if (entry === undefined || entry.until > elapsedMs()) return entry?.value;
      drop(key);
      return undefined;
    },
    isEnding: (key) => (held.get(key)?.endingFrom ?? Number.POSITIVE_INFINITY) <= elapsedMs(),
    keep(key, value, seconds) {
      drop(key);
      const weight = weigh(value);
      if (seconds <= 0 || weight > limit) return;
      const now = elapsedMs();
      sweep(now);
      total += weight;
      for (const oldest of held.keys()) {
        if (total <= limit) break;
        drop(oldest); // a Map remembers the order of insertion
      }
      held.set(key, {
        value,
        weight,
        until: Math.round(now + seconds * 1000),
        endingFrom: Math.round(now + seconds * 900),
      });
    },
    clear() {
      held.clear();
      total = 0;
    },
  };
}

/** What an answer takes besides its data: objects, sentences, views. */
const FRAME_OCTETS = 1300;

/** About how many octets an answer and its proof take, those of a chain that other answers share counted each time. */
export const octetsOf = ({ records, chain }: Answer): number =>
  chain.reduce(
    (sum, link) => sum + dataOf(link.records ?? []) + (link.signature?.rdata.length ?? 0),
    FRAME_OCTETS + dataOf(records),
  );

const dataOf = (records: readonly ResourceRecord[]): number =>
  records.reduce((sum, { rdata }) => sum + rdata.length, 0);

const BOGUS_SECONDS = 60;
const MAX_SECONDS = 86_400;

/** Keeps an answer that was proven at `at` as long as it may be given again; what could not be found out, not at all. */
export function keepAnswer(cache: Cache<Answer>, key: string, answer: Answer, at: number): void {
  switch (answer.proof) {
    case 'secure':
    case 'insecure':
      cache.keep(key, answer, believable(answer.expires ?? at, at));
      break;
    case 'bogus': // for a while, to spare a broken zone the load of retries; what was proven before outlives an attack
      if (cache.find(key)?.proof !== 'secure') cache.keep(key, answer, BOGUS_SECONDS);
      break;
    case 'indeterminate': // the next question may fare better
  }
}

/** Seconds from `at` until something expires, a day at most. [RFC4035 §5.3.3] [A31] */
export const believable = (expires: number, at: number): number => Math.min(expires - at, MAX_SECONDS);
