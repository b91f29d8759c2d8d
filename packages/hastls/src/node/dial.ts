import net from 'node:net';
import { type Patience, watch } from './watch.ts';

/** A connected socket, paused and without listeners, or why there is none. */
export type Dialled =
  | { readonly kind: 'connected'; readonly socket: net.Socket }
  | {
      readonly kind: 'failed';
      readonly cause: 'unreachable' | 'timeout';
      readonly why: string;
      /** What the system says of each address, in the order in which they failed. */
      readonly because: readonly string[];
    };

const STAGGER_MS = 250; // [RFC8305 §5] Connection Attempt Delay

/**
 * Connects to whichever address answers first: IPv6 and IPv4 take turns, each a quarter of a second after the one
 * before or as soon as that has failed, and the losers are closed. [RFC8305 §4 §5] [A33]
 * By default gives up after 10 000 ms, all addresses together.
 */
export async function dial(addresses: readonly string[], port: number, patience: Patience = {}): Promise<Dialled> {
  // net.connect would ask the system's resolver about anything else, and nobody proves what that says
  for (const address of addresses)
    if (net.isIP(address) === 0) throw new TypeError(`"${address}" is not an IP address`);
  const { timeoutMs = 10_000, signal } = patience;
  signal?.throwIfAborted();
  const queue = takeTurns(addresses);
  const running = new Set<net.Socket>();
  const because: string[] = [];
  let stagger: NodeJS.Timeout | undefined;

  return new Promise<Dialled>((resolve, reject) => {
    const unwatch = watch(
      timeoutMs,
      signal,
      () => fail('timeout', `no answer within ${timeoutMs} ms`),
      () => {
        closeRunning();
        reject(signal?.reason);
      },
    );

    function attempt(): void {
      clearTimeout(stagger);
      const address = queue.shift();
      if (address === undefined) {
        if (running.size === 0) fail('unreachable', because.at(-1) ?? 'nothing to connect to');
        return;
      }
      const socket = net.connect({ host: address, port });
      running.add(socket);
      const failed = (error: Error) => {
        running.delete(socket);
        because.push(error.message); // which has the address
        attempt();
      };
      socket.once('error', failed);
      socket.once('connect', () => {
        running.delete(socket);
        finish({ kind: 'connected', socket: socket.removeListener('error', failed) });
      });
      stagger = setTimeout(attempt, STAGGER_MS);
    }

    function fail(cause: 'unreachable' | 'timeout', what: string): void {
      const where = addresses.join(', ') || 'a host without addresses';
      finish({ kind: 'failed', cause, why: `port ${port} of ${where}: ${what}`, because });
    }

    function finish(result: Dialled): void {
      unwatch();
      closeRunning();
      resolve(result);
    }

    function closeRunning(): void {
      clearTimeout(stagger);
      for (const socket of running) socket.destroy(); // without an error: nothing more is heard of it
    }

    attempt();
  });
}

/** IPv6 and IPv4 alternately, beginning with the family that the caller put first. [RFC8305 §4] */
export function takeTurns(addresses: readonly string[]): string[] {
  const family = net.isIP(addresses[0] ?? '');
  const same = addresses.filter((each) => net.isIP(each) === family);
  const other = addresses.filter((each) => net.isIP(each) !== family);
  return addresses.flatMap((_, index) => [...same.slice(index, index + 1), ...other.slice(index, index + 1)]);
}
