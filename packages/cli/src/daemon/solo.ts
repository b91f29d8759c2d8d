import { createDaemon, makeRoom, type Serving } from './daemon.ts';
import { shareOf } from './means.ts';
import { createMetrics, UNCOUNTED } from './metrics.ts';
import { operate } from './operate.ts';
import type { Operation } from './operation.ts';
import type { Runnable } from './run-file.ts';
import { createTicketKey } from './tickets.ts';

/** Serves with this process alone. @throws what `make` throws, and what the system says when an address cannot be had */
export async function runSolo<Config extends Operation>({ file, read, make, log }: Runnable<Config>): Promise<void> {
  let config = read();
  const metrics = config.admin === undefined ? UNCOUNTED : await createMetrics();
  const daemon = createDaemon(log, () => metrics.refused(EVERYWHERE, 'too-many'));
  const ticketKey = createTicketKey(file, config);
  let serving: Serving = new Map();
  async function change(next: Config): Promise<void> {
    const made = make(next, { metrics, ticketKey: ticketKey?.current(), share: shareOf(1) });
    await makeRoom(made, serving);
    await daemon.change(made, next.limits.connections);
    serving = made;
    config = next;
  }
  await change(config);
  await operate(config, {
    file,
    serving: () => serving,
    metrics,
    log,
    works: {
      reload: () => change(read()),
      end: () => daemon.end(config.drain_ms),
      connections: async () => daemon.connections,
      exposition: async () => (await metrics.registry?.metrics()) ?? '',
    },
  });
}

/** Where whoever is one too many for all listeners together is counted. */
export const EVERYWHERE = { listener: 'all', protocol: '' };
