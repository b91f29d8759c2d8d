import { makeRoom, type Serving } from './daemon.ts';
import { shareOf } from './means.ts';
import { createMetrics, UNCOUNTED } from './metrics.ts';
import { operate } from './operate.ts';
import type { Operation } from './operation.ts';
import type { Runnable } from './run-file.ts';
import { createTeam } from './team.ts';
import { createTicketKey } from './tickets.ts';

/**
 * Has workers serve, and serves nobody itself: it reads the configuration first, so that a faulty one reaches no worker.
 * @throws what `make` throws, and what the system says when an address cannot be had
 */
export async function runPrimary<Config extends Operation>({ file, read, make, log }: Runnable<Config>): Promise<void> {
  let config = read();
  const metrics = config.admin === undefined ? UNCOUNTED : await createMetrics('primary');
  const ticketKey = createTicketKey(file, config);
  const prepared = (next: Config): Serving =>
    make(next, { metrics, ticketKey: ticketKey?.current(), share: shareOf(1) });
  let serving = prepared(config);
  await makeRoom(serving);
  const team = createTeam(config.workers, {
    ticketKey: () => {
      const key = ticketKey?.current();
      return key === undefined ? undefined : Buffer.from(key).toString('base64');
    },
    onDeath: metrics.workerDied,
    log,
  });
  await team.begin();
  await operate(config, {
    file,
    serving: () => serving,
    metrics,
    log,
    works: {
      async reload() {
        const next = read();
        const made = prepared(next);
        await makeRoom(made, serving);
        const refusal = (await team.ask('reload')).find(({ why }) => why !== undefined);
        if (refusal !== undefined) throw Object.assign(new Error(refusal.why), { because: refusal.because });
        serving = made;
        config = next;
      },
      end: () => team.end(config.drain_ms + MORE_MS),
      connections: async () => (await team.ask('count')).reduce((all, { connections = 0 }) => all + connections, 0),
      async exposition() {
        const { AggregatorRegistry } = await import('prom-client');
        const own = (await metrics.registry?.getMetricsAsJSON()) ?? [];
        const theirs = (await team.ask('metrics')).map(({ metrics: gathered = [] }) => gathered);
        return AggregatorRegistry.aggregate([own, ...theirs].map((each) => [...each])).metrics();
      },
    },
  });
}

/** Workers cut connections off by themselves when their time is over. */
const MORE_MS = 5_000;
