import { connect } from 'node:net';
import { createStream, type Line } from './stream.ts';
import { overUdp } from './udp.ts';
import type { Upstream } from './upstream.ts';

/** The ways to all upstreams. */
export interface Ways {
  /** Sends a query and waits for its answer. @throws what went wrong, or the signal's reason */
  exchange(upstream: Upstream, over: Transport, query: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
  close(): void;
}

/** How a query gets to an upstream. */
export type Transport = Upstream['transport'];

/** Ways that are opened as they are needed. */
export function createWays(): Ways {
  const lines = new Map<Upstream, Line>();
  const lineTo = (upstream: Upstream): Line => {
    const line = lines.get(upstream) ?? createStream(openTcp(upstream));
    lines.set(upstream, line);
    return line;
  };
  return {
    exchange: (upstream, over, query, signal) =>
      over === 'udp' ? overUdp(upstream, query, signal) : lineTo(upstream).exchange(query, signal),
    close() {
      for (const line of lines.values()) line.close();
      lines.clear();
    },
  };
}

const openTcp =
  ({ address, port }: Upstream) =>
  (ready: () => void) =>
    connect({ host: address, port, noDelay: true }, ready);
