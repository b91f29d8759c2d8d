import { connect, type Socket } from 'node:net';
import { type Connection, createConnection } from './connection.ts';
import { createHttpsConnection } from './https.ts';
import { createLine, type Line } from './line.ts';
import type { Signal } from './signal.ts';
import { openTls, type TlsPeer } from './tls-socket.ts';
import { createDatagrams, type Datagrams } from './udp.ts';
import type { PlainUpstream, Upstream } from './upstream.ts';

/** The ways to all upstreams. */
export interface Ways {
  /** Sends a query and waits for its answer. @throws what went wrong, or the signal's reason */
  exchange(upstream: Upstream, over: Transport, query: Uint8Array, signal: Signal): Promise<Uint8Array>;
  close(): void;
}

/** How a query gets to an upstream. */
export type Transport = Upstream['transport'];

/** How long nothing is on its way before a connection is closed. [RFC7766 §6.2.3] */
const IDLE_MS = 10_000;

/** Ways that are opened as they are needed. @param ca trusted roots for those over TLS; default: Node's */
export function createWays(ca: TlsPeer['ca']): Ways {
  const lines = new Map<Upstream, Line>();
  const datagrams = new Map<Upstream, Datagrams>();
  const lineTo = (upstream: Upstream): Line => {
    const line = lines.get(upstream) ?? createLine(() => connectionTo(upstream, ca));
    lines.set(upstream, line);
    return line;
  };
  const datagramsTo = (upstream: PlainUpstream): Datagrams => {
    const held = datagrams.get(upstream) ?? createDatagrams(upstream);
    datagrams.set(upstream, held);
    return held;
  };
  return {
    exchange: (upstream, over, query, signal) =>
      over === 'udp' && upstream.transport === 'udp'
        ? datagramsTo(upstream).exchange(query, signal)
        : lineTo(upstream).exchange(query, signal),
    close() {
      for (const each of [...lines.values(), ...datagrams.values()]) each.close();
      lines.clear();
      datagrams.clear();
    },
  };
}

function connectionTo(upstream: Upstream, ca: TlsPeer['ca']): Connection {
  switch (upstream.transport) {
    case 'udp': // what does not fit a datagram [RFC7766 §5]
    case 'tcp':
      return createConnection((ready) => openTcp(upstream.address, upstream.port, ready), IDLE_MS);
    case 'tls': {
      const { address: host, port, name, pins } = upstream;
      return createConnection((ready) => openTls({ host, port, name, pins, ca }, ready), IDLE_MS);
    }
    case 'https':
      return createHttpsConnection(upstream, ca, IDLE_MS);
  }
}

const openTcp = (host: string, port: number, ready: () => void): Socket =>
  connect({ host, port, noDelay: true }, ready);
