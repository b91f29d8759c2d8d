import cluster from 'node:cluster';
import { type Census, createCensus } from 'hastls/serve';
import type { Metrics } from './metrics.ts';

/** What a daemon's servers are given besides their configuration. */
export interface Means {
  readonly metrics: Metrics;
  readonly ticketKey: Uint8Array | undefined;
  /** This process's part of what there may be. */
  share(most: number): number;
}

/** Workers get about as many clients each, so each has its part of a limit; it is rounded up. */
export const shareOf =
  (workers: number) =>
  (most: number): number =>
    Math.ceil(most / workers);

/** The one that counts the clients of a gateway, also when it is made anew. */
export function censusOf(name: string): Census {
  const census = censuses.get(name) ?? createCensus();
  censuses.set(name, census);
  return census;
}

const censuses = new Map<string, Census>();

/** Tells connections apart in a log that all workers write. */
export const connectionId = (id: number): number | string => (cluster.worker ? `${cluster.worker.id}-${id}` : id);
