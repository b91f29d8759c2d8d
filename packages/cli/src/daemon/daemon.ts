import { once } from 'node:events';
import type net from 'node:net';
import type { Logger } from 'pino';
import { type Front, openableAt, openFront } from './front.ts';
import type { Listen } from './schema.ts';

/** Who serves the clients of each address. */
export type Serving = ReadonlyMap<
  string,
  {
    readonly listen: Listen;
    readonly server: net.Server;
    /** Ends all connections of this server, and of those that share them. */
    readonly cut: () => void;
  }
>;

/** What serves, whoever tells it what to do. */
export interface Daemon {
  readonly connections: number;
  /**
   * New clients are served by these, old ones finish under whom they have. All of it happens, or nothing.
   * @param most so many connections there may be, everywhere together
   * @throws what the system says, when an address cannot be had
   */
  change(serving: Serving, most: number): Promise<void>;
  /** Nobody is let in any more; over when the last connection is, which is cut off when the time is over. */
  end(drainMs: number): Promise<void>;
}

/** @param onFull somebody was not let in */
export function createDaemon(log: Logger, onFull: () => void): Daemon {
  const fronts = new Map<string, Front>();
  const clients = new Map<net.Socket, () => void>();
  let limit = 0;
  const mayEnter = (): boolean => {
    if (clients.size < limit) return true;
    full(new Error('there are too many connections'));
    onFull();
    return false;
  };
  const full = lessOften(({ message: why }, times) => log.warn({ why, times, limit }, 'refused'));
  const trouble = lessOften(({ message: why }, times) =>
    log.error({ why, times }, 'a client could not be let in: accepting goes on'),
  );

  return {
    get connections() {
      return clients.size;
    },
    async change(serving, most) {
      const opened = new Map<string, Front>();
      try {
        for (const [name, { listen }] of serving)
          if (!fronts.has(name)) opened.set(name, await openFront(listen, mayEnter, trouble));
      } catch (error) {
        for (const each of opened.values()) each.close();
        throw error;
      }
      limit = most;
      for (const [name, front] of opened) fronts.set(name, front);
      for (const [name, front] of fronts) {
        const next = serving.get(name);
        if (next === undefined) {
          front.close();
          fronts.delete(name);
        } else
          front.serve(
            next.server.prependListener('connection', (client) => {
              clients.set(client, next.cut);
              client.once('close', () => clients.delete(client));
            }),
          );
      }
    },
    async end(drainMs) {
      for (const front of fronts.values()) front.close();
      const impatient = setTimeout(() => {
        for (const cut of new Set(clients.values())) cut();
      }, drainMs);
      while (clients.size > 0) await Promise.race([...clients.keys()].map((each) => once(each, 'close')));
      clearTimeout(impatient);
    },
  };
}

/** Takes away what is in the way of these, if nobody uses it any more. Where we listen already nothing is in the way. */
export async function makeRoom(serving: Serving, now: Serving = new Map()): Promise<void> {
  for (const [name, { listen }] of serving) if (!now.has(name) && !('systemd' in listen)) await openableAt(listen);
}

/** Says it at once, and then how often, at most every ten seconds: trouble comes in thousands. */
function lessOften(say: (error: Error, times: number) => void): (error: Error) => void {
  let [times, until] = [0, 0];
  return (error) => {
    times++;
    if (performance.now() < until) return;
    say(error, times);
    until = performance.now() + 10_000;
    times = 0;
  };
}
