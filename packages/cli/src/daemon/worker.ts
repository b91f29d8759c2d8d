import cluster from 'node:cluster';
import { createDaemon, type Daemon } from './daemon.ts';
import { shareOf } from './means.ts';
import { createMetrics, type Metrics, UNCOUNTED } from './metrics.ts';
import type { Operation } from './operation.ts';
import { type Answer, HERE, type Order, PULSE_MS } from './orders.ts';
import type { Runnable } from './run-file.ts';
import { EVERYWHERE } from './solo.ts';

/** Serves as the primary process orders, and ends with it. Signals are the primary's, whoever sends them to all of us. */
export function runWorker<Config extends Operation>({ read, make, log }: Runnable<Config>): Promise<void> {
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
  let metrics: Metrics = UNCOUNTED;
  let daemon: Daemon | undefined;
  let drainMs = 0;

  async function serve(order: Order & { readonly order: 'begin' | 'reload' }): Promise<void> {
    const config = read();
    if (order.order === 'begin' && config.admin !== undefined) metrics = await createMetrics(order.worker);
    daemon ??= createDaemon(log, () => metrics.refused(EVERYWHERE, 'too-many'));
    const { ticketKey } = order;
    const share = shareOf(order.workers);
    const serving = make(config, {
      metrics,
      ticketKey: ticketKey === undefined ? undefined : Buffer.from(ticketKey, 'base64'),
      share,
    });
    await daemon.change(serving, share(config.limits.connections));
    drainMs = config.drain_ms;
  }

  async function follow(order: Order): Promise<Omit<Answer, 'number'>> {
    switch (order.order) {
      case 'begin':
      case 'reload':
        await serve(order);
        return {};
      case 'count':
        return { connections: daemon?.connections ?? 0 };
      case 'metrics':
        return { metrics: (await metrics.registry?.getMetricsAsJSON()) ?? [] };
      case 'end':
        await daemon?.end(drainMs);
        return {};
    }
  }

  return new Promise((resolve) => {
    process.on('message', async (order: Order) => {
      const answer = await follow(order).catch((error: Error & { readonly because?: readonly string[] }) => ({
        why: error.message,
        because: error.because ?? [],
      }));
      if (process.connected) process.send?.({ number: order.number, ...answer }); // who has said its last is asked no more
      if (order.order === 'end') resolve();
    });
    process.send?.({ number: HERE }); // what was said before nobody heard
    setInterval(() => process.connected && process.send?.({ number: HERE }), PULSE_MS).unref();
  });
}

/** The last thing that a worker does. */
export const leaveTeam = (): void => void cluster.worker?.disconnect();
