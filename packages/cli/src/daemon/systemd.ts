import { spawn } from 'node:child_process';
import cluster from 'node:cluster';
import { UsageError } from '../failure.ts';

/**
 * systemd's two conversations with a daemon: sockets that it has opened, and what the daemon tells of itself.
 *
 * Node has no datagram sockets of the Unix kind, so what there is to tell is told by systemd's own `systemd-notify`, which
 * is wherever systemd is. As it is another process, the unit needs `NotifyAccess=all`.
 */

const FIRST = 3;

/** The file descriptors of the sockets that systemd has opened under a name. @throws UsageError when there is none */
export function inherited(name: string, environment: NodeJS.ProcessEnv = process.env): readonly number[] {
  const { LISTEN_PID: whose, LISTEN_FDS: count = '0', LISTEN_FDNAMES: names = '' } = environment;
  const main = cluster.isWorker ? process.ppid : process.pid; // workers use what is the primary's
  const named = Number(whose) === main ? names.split(':') : [];
  const found = Array.from({ length: Number(count) }, (_, index) => index)
    .filter((index) => (named[index] ?? 'unknown') === name && named.length > 0)
    .map((index) => FIRST + index);
  if (found.length > 0) return found;
  throw new UsageError(`systemd has opened no socket named "${name}"`, [
    'a socket unit with FileDescriptorName= and Service= opens one; it has to be started before the service',
  ]);
}

/** What a daemon may tell. */
export interface Notice {
  readonly state?: 'READY=1' | 'RELOADING=1' | 'STOPPING=1' | 'WATCHDOG=1';
  /** One line, for `systemctl status`. */
  readonly status?: string;
}

/** Tells systemd, if it wants to hear. That it cannot be told harms nobody but itself. */
export async function notify({ state, status }: Notice): Promise<void> {
  if (process.env['NOTIFY_SOCKET'] === undefined) return;
  const words = [...(state === undefined ? [] : [state]), ...(status === undefined ? [] : [`STATUS=${status}`])];
  await new Promise<void>((resolve) => {
    const telling = spawn('systemd-notify', words, { stdio: 'ignore' });
    telling.once('error', () => resolve()).once('exit', () => resolve());
  });
}

/** Shows that we are alive twice as often as systemd wants to see it, until called off. */
export function keepWatchdog(): () => void {
  const { WATCHDOG_USEC: microseconds, WATCHDOG_PID: whose = String(process.pid) } = process.env;
  const every = Number(microseconds) / 1000 / 2;
  if (!(every > 0) || Number(whose) !== process.pid) return () => {};
  const timer = setInterval(() => void notify({ state: 'WATCHDOG=1' }), every);
  return () => clearInterval(timer);
}
