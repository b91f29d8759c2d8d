import cluster from 'node:cluster';
import type { Command } from 'commander';
import { type Logger, pino } from 'pino';
import type { z } from 'zod';
import type { Common } from '../common-options.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { UsageError } from '../failure.ts';
import { say } from '../terminal.ts';
import { readConfigFile } from './config-file.ts';
import type { Serving } from './daemon.ts';
import { type Means, shareOf } from './means.ts';
import { UNCOUNTED } from './metrics.ts';
import type { Operation } from './operation.ts';
import { runPrimary } from './primary.ts';
import { toToml } from './print-config.ts';
import { runSolo } from './solo.ts';
import { createTicketKey } from './tickets.ts';
import { leaveTeam, runWorker } from './worker.ts';

/** What every daemon takes. */
export interface DaemonOptions {
  readonly config: string;
  readonly check?: boolean;
  readonly printConfig?: boolean;
}

/** What makes a daemon of a file. */
interface DaemonKind<Config extends Operation> {
  readonly schema: z.ZodType<Config>;
  /** The configuration as it would be written, with every default in it. */
  readonly printed: (config: Config) => Readonly<Record<string, unknown>>;
  readonly make: (config: Config, log: Logger, means: Means) => Serving;
  /** What has to be found out before anybody is served. Default: nothing. @throws what forbids it */
  readonly admit?: (config: Config, log: Logger) => Promise<void>;
  /** What it serves, one and many: for people. */
  readonly names: readonly [one: string, many: string];
}

/** A daemon that is to be run. */
export interface Runnable<Config extends Operation> {
  readonly file: string;
  /** The configuration as it is now. @throws UsageError */
  readonly read: () => Config;
  /** @throws UsageError */
  readonly make: (config: Config, means: Means) => Serving;
  readonly log: Logger;
}

export const declareDaemon = (command: Command, what: string): Command =>
  command
    .requiredOption('-c, --config <file>', `${what}, in TOML`)
    .option('--check', 'say whether the file can be used, and end')
    .option('--print-config', 'print the file with every default in it, and end');

/** What would have no effect, or not the one that it promises. */
const IN_THE_FILE: readonly (readonly [keyof Common, instead: string])[] = [
  ['ca', 'each table of the file has a ca of its own; --resolver-ca is for resolvers'],
  ['timeout', 'the file says how long what may take'],
];

/** Runs a daemon by its file, or says what there is to say about the file. */
export async function runFile<Config extends Operation>(
  options: DaemonOptions & Common,
  { schema, printed, make, admit, names: [one, many] }: DaemonKind<Config>,
): Promise<ExitStatus> {
  const { config: file } = options;
  for (const [option, instead] of IN_THE_FILE)
    if (options[option] !== undefined) throw new UsageError(`--${option} is not for daemons: ${instead}`);
  const config = readConfigFile(file, schema);
  const log = pino(
    { level: options.quiet === true ? 'error' : (options.logLevel ?? config.log.level), base: null },
    pino.destination({ dest: 2, sync: true }),
  );
  const checked = (): number => {
    const ticketKey = createTicketKey(file, config)?.current();
    return make(config, log, { metrics: UNCOUNTED, ticketKey, share: shareOf(1) }).size;
  };
  if (options.printConfig === true || options.check === true) {
    const serves = options.check === true ? checked() : undefined; // what cannot be used cannot be made
    const shown = options.printConfig === true ? printed(config) : undefined;
    if (options.json === true) await say(JSON.stringify({ v: 1, file, serves, config: shown }));
    else {
      if (shown !== undefined) await say(toToml(shown).trimEnd());
      if (serves !== undefined)
        await say(`${file}: nothing wrong with ${serves === 1 ? `this ${one}` : `these ${many}`}`);
    }
    return EXIT.done;
  }
  if (cluster.isPrimary) await admit?.(config, log);
  const readAgain = (): Config => {
    const next = readConfigFile(file, schema);
    if (cluster.isPrimary)
      admit?.(next, log).catch((error: Error) => log.error({ why: error.message }, 'this would not be started'));
    return next;
  };
  let first: Config | undefined = config;
  const runnable: Runnable<Config> = {
    file,
    read() {
      const current = first ?? readAgain();
      first = undefined;
      return current;
    },
    make: (current, means) => make(current, log, means),
    log,
  };
  if (cluster.isWorker) await runWorker(runnable).then(leaveTeam);
  else await (config.workers > 1 ? runPrimary(runnable) : runSolo(runnable));
  return EXIT.done;
}
