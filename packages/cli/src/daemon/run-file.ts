import type { Command } from 'commander';
import { type Logger, pino } from 'pino';
import type { z } from 'zod';
import type { Common } from '../common-options.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { say } from '../terminal.ts';
import { readConfigFile } from './config-file.ts';
import { runDaemon, type Serving } from './daemon.ts';
import { toToml } from './print-config.ts';

/** What every daemon takes. */
export interface DaemonOptions {
  readonly config: string;
  readonly check?: boolean;
  readonly printConfig?: boolean;
}

/** What makes a daemon of a file. */
interface Daemon<Config> {
  readonly schema: z.ZodType<Config>;
  /** The configuration as it would be written, with every default in it. */
  readonly printed: (config: Config) => Readonly<Record<string, unknown>>;
  readonly make: (config: Config, log: Logger) => Serving;
  /** What has to be found out before anybody is served. Default: nothing. @throws what forbids it */
  readonly admit?: (config: Config, log: Logger) => Promise<void>;
  /** What it serves, one and many: for people. */
  readonly names: readonly [one: string, many: string];
}

export const declareDaemon = (command: Command, what: string): Command =>
  command
    .requiredOption('-c, --config <file>', `${what}, in TOML`)
    .option('--check', 'say whether the file can be used, and end')
    .option('--print-config', 'print the file with every default in it, and end');

/** Runs a daemon by its file, or says what there is to say about the file. */
export async function runFile<Config extends { readonly log: { readonly level: string }; readonly drain_ms: number }>(
  options: DaemonOptions & Common,
  { schema, printed, make, admit, names: [one, many] }: Daemon<Config>,
): Promise<ExitStatus> {
  const { config: file } = options;
  const config = readConfigFile(file, schema);
  const log = pino(
    { level: options.quiet === true ? 'error' : config.log.level, base: null },
    pino.destination({ dest: 2, sync: true }),
  );
  if (options.printConfig === true || options.check === true) {
    const serves = options.check === true ? make(config, log).size : undefined; // what cannot be used cannot be made
    const shown = options.printConfig === true ? printed(config) : undefined;
    if (options.json === true) await say(JSON.stringify({ v: 1, file, serves, config: shown }));
    else {
      if (shown !== undefined) await say(toToml(shown).trimEnd());
      if (serves !== undefined)
        await say(`${file}: nothing wrong with ${serves === 1 ? `this ${one}` : `these ${many}`}`);
    }
    return EXIT.done;
  }
  await admit?.(config, log);
  const readAgain = (): Config => {
    const next = readConfigFile(file, schema);
    admit?.(next, log).catch((error: Error) => log.error({ why: error.message }, 'this would not be started'));
    return next;
  };
  let first: Config | undefined = config;
  await runDaemon(() => {
    const current = first ?? readAgain();
    first = undefined;
    return { serving: make(current, log), drainMs: current.drain_ms };
  }, log);
  return EXIT.done;
}
