import type { Command } from 'commander';
import { does } from '../command.ts';
import type { Common } from '../common-options.ts';
import { type GatewayConfig, gatewayConfig, wholeGateways } from '../daemon/gateway-config.ts';
import { makeGateways } from '../daemon/gateways.ts';
import { type DaemonOptions, declareDaemon, runFile } from '../daemon/run-file.ts';
import { placeName } from '../daemon/schema.ts';
import type { ExitStatus } from '../exit-status.ts';

export function declare(command: Command): void {
  declareDaemon(command, 'the gateways');
  does<DaemonOptions>(command, EXAMPLES, run, FILE);
}

const EXAMPLES = [
  ['hastls gateway -c gateway.toml --check', 'is this file all right?'],
  ['hastls gateway -c gateway.toml', 'serve until SIGTERM; read the file and the certificates again on SIGHUP'],
] as const;

const FILE = `A file like this puts TLS in front of a mail server that knows none, and nothing before TLS:
  [[gateway]]
  listen = "0.0.0.0:587"
  protocol = "submission"
  mode = "require"                      # or require-for, prefer, implicit
  backend = "127.0.0.1:10587"           # or "unix:/run/mail.sock"
  certificates = [{ cert = "chain.pem", key = "key.pem" }]`;

const run = (options: DaemonOptions & Common): Promise<ExitStatus> =>
  runFile(options, {
    schema: gatewayConfig,
    printed,
    make: (config, log) => makeGateways(options.config, config, log),
    names: ['gateway', 'gateways'],
  });

/** Defaults have found their places. */
const printed = (config: GatewayConfig) => {
  const { defaults: _, ...shared } = config;
  return {
    ...shared,
    gateway: wholeGateways(config).map(({ listen, backend, ...rest }) => ({
      ...rest,
      listen: listen.map(placeName),
      backend: backend.map(({ to, ...how }) => ({ to: placeName(to), ...how })),
    })),
  };
};
