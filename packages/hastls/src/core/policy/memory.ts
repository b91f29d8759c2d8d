import type { Source } from './request.ts';

/** What one server has committed to. Plain data: keep it where you like. */
export interface Commitment {
  readonly service: string;
  /** As in `target.host` of an explanation: A-labels in lower case. [A36] */
  readonly host: string;
  readonly source: Source;
  /** In force until then, in seconds since 1970. */
  readonly until: number;
}

/** Commitments that were heard over authenticated TLS, until they are over. They can only forbid. [A32] [V18] */
export interface Memory {
  /** Remembers it, in place of what its source had committed to before. */
  remember(commitment: Commitment): void;
  /** Its source has withdrawn what it committed to. */
  forget(commitment: Pick<Commitment, 'service' | 'host' | 'source'>): void;
  /** What is in force, for `sources` of `connect()`. */
  sources(service: string, host: string, at: number): readonly Source[];
  /** All that is remembered, oldest first. */
  commitments(): readonly Commitment[];
}

/** Makes a memory that holds at most so many commitments: the oldest goes first. Failures are never remembered. [A27] */
export function createMemory(before: readonly Commitment[] = [], limit = 10_000): Memory {
  const held = new Map<string, Commitment>();
  const keyOf = ({ service, host, source }: Pick<Commitment, 'service' | 'host' | 'source'>) =>
    `${service} ${host.toLowerCase()} ${source.name}`;
  const memory: Memory = {
    remember(commitment) {
      // of what is read from a file nothing may be forgotten for want of sense [V18]
      if (!Number.isFinite(commitment.until)) throw new RangeError('a commitment ends, in seconds since 1970');
      held.delete(keyOf(commitment));
      held.set(keyOf(commitment), commitment);
      const [oldest] = held.keys(); // a Map remembers the order of insertion
      if (held.size > limit && oldest !== undefined) held.delete(oldest);
    },
    forget: (commitment) => void held.delete(keyOf(commitment)),
    sources: (service, host, at) =>
      [...held.values()]
        .filter((each) => each.service === service && each.host.toLowerCase() === host.toLowerCase() && at < each.until)
        .map(({ source }) => source),
    commitments: () => [...held.values()],
  };
  for (const each of before) memory.remember(each);
  return memory;
}
