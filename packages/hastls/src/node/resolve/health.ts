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

interface Record {
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
  const records = new Map<string, Record>();

  const fail = (way: string, failures: number): void => {
    const restMs = Math.min(FIRST_REST_MS * 2 ** (failures - 1), MAX_REST_MS);
    records.set(way, { failures, latencyMs: 0, until: elapsedMs() + restMs });
  };

  return {
    rank(way) {
      const record = records.get(way);
      if (record === undefined) return 0;
      const counts = record.until > elapsedMs();
      if (record.failures === 0) return counts ? Math.floor(record.latencyMs / patienceMs) : 0;
      if (counts) return Number.POSITIVE_INFINITY;
      fail(way, record.failures); // it is tried again, by the one question that learns this now
      return 0;
    },
    answered(way, afterMs) {
      const before = records.get(way);
      const latencyMs = before?.failures === 0 ? before.latencyMs * 0.75 + afterMs * 0.25 : afterMs;
      records.set(way, { failures: 0, latencyMs, until: elapsedMs() + MEMORY_MS });
    },
    failed: (way) => fail(way, (records.get(way)?.failures ?? 0) + 1),
  };
}
