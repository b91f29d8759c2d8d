import { once } from 'node:events';
import type net from 'node:net';
import type { Logger } from 'pino';
import { type Front, openFront } from './front.ts';
import type { Listen } from './schema.ts';

/** Who serves the clients of each address. */
export type Serving = ReadonlyMap<
  string,
  {
    readonly listen: Listen;
    readonly server: net.Server;
    /** Ends all connections of this server. Default: each client's socket is destroyed. */
    readonly cut?: () => void;
  }
>;

/**
 * Serves until SIGTERM or SIGINT, and then until the last connection ends, or `drainMs` have passed. SIGHUP has the
 * configuration made anew: new clients are served by the new one, old ones finish under the old; one that is faulty, or an
 * address that cannot be had, changes nothing.
 * @param make reads the configuration, and makes what it says; called at once and on each SIGHUP
 * @throws what `make` throws, and what the system says when an address cannot be had
 */
export async function runDaemon(make: () => { serving: Serving; drainMs: number }, log: Logger): Promise<void> {
  const fronts = new Map<string, Front>();
  const clients = new Map<net.Socket, () => void>();
  let { serving, drainMs } = make();
  await change(serving);

  async function change(next: Serving): Promise<void> {
    const opened = new Map<string, Front>();
    try {
      for (const [name, { listen }] of next) if (!fronts.has(name)) opened.set(name, await openFront(listen));
    } catch (error) {
      for (const each of opened.values()) each.close();
      throw error;
    }
    for (const [name, front] of opened) fronts.set(name, front);
    for (const [name, front] of fronts) {
      const { server, cut } = next.get(name) ?? {};
      if (server === undefined) {
        front.close();
        fronts.delete(name);
      } else
        front.serve(
          server.prependListener('connection', (client) => {
            clients.set(client, cut ?? (() => client.destroy()));
            client.once('close', () => clients.delete(client));
          }),
        );
    }
  }

  const reload = async () => {
    try {
      const next = make();
      await change(next.serving);
      ({ serving, drainMs } = next);
      log.info({ listen: [...serving.values()].map(({ listen }) => listen) }, 'reloaded');
    } catch (error) {
      const { message, because = [] } = error as Error & { because?: readonly string[] }; // make() throws errors
      log.error({ why: message, because }, 'not reloaded: everything stays as it was');
    }
  };
  process.on('SIGHUP', reload);
  const told = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  log.info({ listen: [...serving.values()].map(({ listen }) => listen) }, 'ready');
  try {
    await told;
  } finally {
    process.off('SIGHUP', reload);
    for (const front of fronts.values()) front.close();
  }
  log.info({ connections: clients.size }, 'ending');
  const impatient = setTimeout(() => {
    for (const cut of clients.values()) cut();
  }, drainMs);
  while (clients.size > 0) await Promise.race([...clients.keys()].map((each) => once(each, 'close')));
  clearTimeout(impatient);
  log.info('ended');
}
