import type { Command } from 'commander';
import { does } from '../command.ts';
import type { Common } from '../common-options.ts';
import { readConfigFile } from '../daemon/config-file.ts';
import { resolverOf } from '../daemon/dns.ts';
import { type GatewayConfig, gatewayConfig, wholeGateways } from '../daemon/gateway-config.ts';
import { makeGateways } from '../daemon/gateways.ts';
import { printedProtocols } from '../daemon/protocols.ts';
import {
  admit,
  checkRecords,
  type RecordChecks,
  recordLines,
  recordsObject,
  statusOfRecords,
} from '../daemon/record-checks.ts';
import { type DaemonOptions, declareDaemon, runFile } from '../daemon/run-file.ts';
import { placeName } from '../daemon/schema.ts';
import type { ExitStatus } from '../exit-status.ts';
import { UsageError } from '../failure.ts';
import { resolverOptions } from '../resolver-options.ts';
import { say } from '../terminal.ts';

interface Own extends DaemonOptions {
  readonly checkRecord?: boolean;
}

export function declare(command: Command): void {
  declareDaemon(command, 'the gateways').option(
    '--check-record',
    'say whether the records under their names promise what they serve, and end: 0 yes, 1 no, 3 bogus, 4 unknown',
  );
  does<Own>(command, EXAMPLES, run, FILE);
}

const EXAMPLES = [
  ['hastls gateway -c gateway.toml --check', 'is this file all right?'],
  ['hastls gateway -c gateway.toml --check-record', 'is what it serves what is published? (needs name = "…")'],
  ['hastls gateway -c gateway.toml', 'serve until SIGTERM; read the file and the certificates again on SIGHUP'],
] as const;

const FILE = `A file like this puts TLS in front of a mail server that knows none, and nothing before TLS:
  [[gateway]]
  listen = "0.0.0.0:587"
  protocol = "submission"
  mode = "require"                      # or require-for, prefer, implicit
  backend = "127.0.0.1:10587"           # or "unix:/run/mail.sock", or a list of several
  certificates = [{ cert = "chain.pem", key = "key.pem" }]`;

async function run(options: Own & Common): Promise<ExitStatus> {
  const { config: file } = options;
  const check = (config: GatewayConfig): Promise<RecordChecks> =>
    checkRecords(config, () => resolverOf(file, config.dns, resolverOptions(options)));
  if (options.checkRecord === true) return tell(await check(readConfigFile(file, gatewayConfig)), options);
  return runFile(options, {
    schema: gatewayConfig,
    printed,
    make: (config, log, means) => makeGateways(file, config, log, means),
    admit: (config, log) => admit(config, check(config), log),
    names: ['gateway', 'gateways'],
  });
}

async function tell(checks: RecordChecks, { config, json }: Own & Common): Promise<ExitStatus> {
  if (checks.checks.length === 0)
    throw new UsageError(`${config} has no gateway with a name that a record could stand under`, [
      'name = "mail.example.org" says what clients call it',
    ]);
  if (json === true) await say(JSON.stringify(recordsObject(checks)));
  else for (const line of recordLines(checks)) await say(line);
  return statusOfRecords(checks);
}

/** Defaults have found their places. */
const printed = (config: GatewayConfig) => {
  const { defaults: _, protocol, ...shared } = config;
  return {
    ...shared,
    ...printedProtocols(protocol),
    gateway: wholeGateways(config).map(({ listen, backend, profile: _, ...rest }) => ({
      ...rest,
      listen: listen.map(placeName),
      backend: backend.map(({ to, ...how }) => ({ to: placeName(to), ...how })),
    })),
  };
};
