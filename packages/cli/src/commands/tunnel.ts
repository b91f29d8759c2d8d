import type { Command } from 'commander';
import { pino } from 'pino';
import { does } from '../command.ts';
import type { Common } from '../common-options.ts';
import { readConfigFile } from '../daemon/config-file.ts';
import { runDaemon } from '../daemon/daemon.ts';
import { toToml } from '../daemon/print-config.ts';
import { type TunnelConfig, tunnelConfig } from '../daemon/tunnel-config.ts';
import { makeTunnels } from '../daemon/tunnels.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { resolverOptions } from '../resolver-options.ts';
import { say } from '../terminal.ts';

interface Options {
  readonly config: string;
  readonly check?: boolean;
  readonly printConfig?: boolean;
}

export function declare(command: Command): void {
  command
    .requiredOption('-c, --config <file>', 'the tunnels, in TOML')
    .option('--check', 'say whether the file can be used, and end')
    .option('--print-config', 'print the file with every default in it, and end');
  does<Options>(command, EXAMPLES, run, FILE);
}

const EXAMPLES = [
  ['hastls tunnel -c tunnel.toml --check', 'is this file all right?'],
  ['hastls tunnel -c tunnel.toml', 'carry clients until SIGTERM; read the file again on SIGHUP'],
] as const;

const FILE = `A file like this lets a mail reader on this machine, which knows no TLS, read mail at 127.0.0.1:1143:
  [[tunnel]]
  listen = "127.0.0.1:1143"
  to = "imap://mail.example.org"`;

async function run(options: Options & Common): Promise<ExitStatus> {
  const { config: file } = options;
  const read = (): TunnelConfig => readConfigFile(file, tunnelConfig);
  const config = read();
  const log = pino(
    { level: options.quiet === true ? 'error' : config.log.level, base: null },
    pino.destination({ dest: 2, sync: true }),
  );
  const make = (from: TunnelConfig) => makeTunnels(file, from, resolverOptions(options), log);
  if (options.printConfig === true) await say(toToml({ ...config, tunnel: config.tunnel.map(printed) }).trimEnd());
  if (options.check === true)
    await say(`${file}: nothing wrong with ${make(config).size === 1 ? 'this tunnel' : 'these tunnels'}`);
  if (options.printConfig === true || options.check === true) return EXIT.done;
  let first: TunnelConfig | undefined = config;
  await runDaemon(() => {
    const current = first ?? read();
    first = undefined;
    return { serving: make(current), drainMs: current.drain_ms };
  }, log);
  return EXIT.done;
}

const printed = ({ listen, ...rest }: TunnelConfig['tunnel'][number]) => ({
  listen:
    'path' in listen
      ? `unix:${listen.path}`
      : `${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${listen.port}`,
  ...rest,
});
