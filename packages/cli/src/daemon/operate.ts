import { once } from 'node:events';
import type { Logger } from 'pino';
import { startAdmin } from './admin.ts';
import type { Serving } from './daemon.ts';
import type { Metrics } from './metrics.ts';
import { namedBy } from './named-file.ts';
import type { Operation } from './operation.ts';
import { keepWatchdog, notify } from './systemd.ts';
import { watchFiles } from './watch-files.ts';

/** What is operated. */
export interface Operated {
  /** One process, or one that has others do the work. */
  readonly works: Works;
  /** The configuration. It is read again when it, or a file that it names, is another than before. */
  readonly file: string;
  readonly serving: () => Serving;
  readonly metrics: Metrics;
  readonly log: Logger;
}

interface Works {
  /** @throws why nothing has changed */
  reload(): Promise<void>;
  /** Nobody is let in any more; over when all is over. */
  end(): Promise<void>;
  connections(): Promise<number>;
  /** The metrics in Prometheus' text format. */
  exposition(): Promise<string>;
}

/**
 * Runs until SIGTERM or SIGINT, and then until the work is over. SIGHUP, or another file where one is named, has the
 * configuration read again; one that is faulty changes nothing.
 */
export async function operate(
  { admin, watch_ms: watchMs, tickets }: Operation,
  { works, file, serving, metrics, log }: Operated,
): Promise<void> {
  const told = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  const listening = () => [...serving().values()].map(({ listen }) => listen);
  let isServing = true;
  const closeAdmin = admin && (await openAdmin(admin));
  /** Who cannot be asked how it is does not begin: whoever serves already ends. */
  async function openAdmin({ listen }: NonNullable<Operation['admin']>): Promise<() => void> {
    try {
      return await startAdmin(listen, { isServing: () => isServing, metrics: works.exposition });
    } catch (error) {
      await works.end();
      throw error;
    }
  }
  let turn = Promise.resolve();
  const reload = (cause: string) => {
    turn = turn.then(() => reloaded(cause)); // one after the other
  };
  async function reloaded(cause: string): Promise<void> {
    await notify({ state: 'RELOADING=1' });
    try {
      await works.reload();
      metrics.reloaded('done');
      log.info({ cause, listen: listening() }, 'reloaded');
    } catch (error) {
      const { message, because = [] } = error as Error & { because?: readonly string[] }; // reload() throws errors
      metrics.reloaded('refused');
      log.error({ cause, why: message, because }, 'not reloaded: everything stays as it was');
    }
    await notify({ state: 'READY=1', status: `serving on ${listening().length} addresses` });
  }
  const onHup = () => reload('SIGHUP');
  process.on('SIGHUP', onHup);
  const rotation =
    tickets !== undefined && tickets.file === undefined ? setInterval(reload, tickets.rotate_ms, 'tickets') : undefined;
  const unwatch = watchFiles(
    watchMs,
    () => namedBy(file),
    () => reload('a file has changed'),
  );
  const quiet = keepWatchdog();
  log.info({ listen: listening() }, 'ready');
  await notify({ state: 'READY=1', status: `serving on ${listening().length} addresses` });
  try {
    await told;
    isServing = false;
    metrics.draining();
    clearInterval(rotation);
    unwatch();
    process.off('SIGHUP', onHup);
    const over = works.end();
    const connections = await works.connections();
    log.info({ connections }, 'ending');
    await notify({ state: 'STOPPING=1', status: `waiting for ${connections} connections to end` });
    await over;
    log.info('ended');
  } finally {
    clearInterval(rotation);
    unwatch();
    quiet();
    closeAdmin?.();
  }
}
