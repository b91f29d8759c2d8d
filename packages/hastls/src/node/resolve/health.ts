/** How each way has fared lately: who answers is asked first, and who does not is asked last for a while. */
export interface Health {
  /** The lower, the sooner it should be asked; `Infinity`: only when nobody else has an answer. */
  rank(way: string): number;
  answered(way: string, afterMs: number): void;
  /** It had no answer, or a worthless one, where another way had a good one. */
  failed(way: string): void;
}

const FIRST_REST_MS = 10_000;
const MAX_REST_MS = 300_000;
/** A latency counts this long: without news everybody is as good as the others. */
const MEMORY_MS = 60_000;

/** How a way has fared. */
interface Fate {
  readonly failures: number;
  readonly latencyMs: number;
  /** Up to when this counts. */
  readonly until: number;
}

/**
 * What is remembered of the ways.
 * @param patienceMs differences below this make no order
 * @param elapsedMs a clock that only goes forward
 */
export function createHealth(patienceMs: number, elapsedMs: () => number): Health {
  const fates = new Map<string, Fate>();

  const fail = (way: string, failures: number): void => {
    const restMs = Math.min(FIRST_REST_MS * 2 ** (failures - 1), MAX_REST_MS);
    fates.set(way, { failures, latencyMs: 0, until: elapsedMs() + restMs });
  };

  return {
    rank(way) {
      const fate = fates.get(way);
      if (fate === undefined) return 0;
      const counts = fate.until > elapsedMs();
      if (fate.failures === 0) return counts ? Math.floor(fate.latencyMs / patienceMs) : 0;
      if (counts) return Number.POSITIVE_INFINITY;
      fail(way, fate.failures); // it is tried again, by the one question that learns this now
      return 0;
    },
    answered(way, afterMs) {
      const before = fates.get(way);
      const latencyMs = before?.failures === 0 ? before.latencyMs * 0.75 + afterMs * 0.25 : afterMs;
      fates.set(way, { failures: 0, latencyMs, until: elapsedMs() + MEMORY_MS });
    },
    failed: (way) => fail(way, (fates.get(way)?.failures ?? 0) + 1),
  };
}
