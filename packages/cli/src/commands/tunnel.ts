import type { Command } from 'commander';
import { does } from '../command.ts';
import type { Common } from '../common-options.ts';
import { printedProtocols } from '../daemon/protocols.ts';
import { type DaemonOptions, declareDaemon, runFile } from '../daemon/run-file.ts';
import { placeName } from '../daemon/schema.ts';
import { type TunnelConfig, tunnelConfig } from '../daemon/tunnel-config.ts';
import { makeTunnels } from '../daemon/tunnels.ts';
import type { ExitStatus } from '../exit-status.ts';
import { resolverOptions } from '../resolver-options.ts';

export function declare(command: Command): void {
  declareDaemon(command, 'the tunnels');
  does<DaemonOptions>(command, EXAMPLES, run, FILE);
}

const EXAMPLES = [
  ['hastls tunnel -c tunnel.toml --check', 'is this file all right?'],
  ['hastls tunnel -c tunnel.toml', 'carry clients until SIGTERM; read the file again on SIGHUP'],
] as const;

const FILE = `A file like this lets a mail reader on this machine, which knows no TLS, read mail at 127.0.0.1:1143:
  [[tunnel]]
  listen = "127.0.0.1:1143"
  to = "imap://mail.example.org"`;

const run = (options: DaemonOptions & Common): Promise<ExitStatus> =>
  runFile(options, {
    schema: tunnelConfig,
    printed: ({ protocol, ...config }) => ({
      ...config,
      ...printedProtocols(protocol),
      tunnel: config.tunnel.map(printed),
    }),
    make: (config, log, means) => makeTunnels(options.config, config, resolverOptions(options), log, means),
    names: ['tunnel', 'tunnels'],
  });

const printed = ({ listen, ...rest }: TunnelConfig['tunnel'][number]) => ({ listen: placeName(listen), ...rest });
