import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createGateway, type GatewayOptions, type ServerIdentity } from 'hastls/serve';
import type { Logger } from 'pino';
import { UsageError } from '../failure.ts';
import type { Serving } from './daemon.ts';
import { type GatewayConfig, profileOf, type WholeGateway, wholeGateways } from './gateway-config.ts';
import { placeName } from './schema.ts';

/** Makes the gateways of a configuration; files that it names are beside it. @throws UsageError */
export function makeGateways(file: string, config: GatewayConfig, log: Logger): Serving {
  const serving = new Map<string, ReturnType<Serving['get']> & object>();
  for (const whole of wholeGateways(config)) {
    const name = placeName(whole.listen[0] ?? whole.backend);
    const gateway = makeGateway(file, whole, log.child({ gateway: name }));
    for (const listen of whole.listen)
      serving.set(JSON.stringify(listen), { listen, server: gateway.createServer(), cut: gateway.cut });
  }
  return serving;
}

function makeGateway(file: string, whole: WholeGateway, log: Logger) {
  const { certificates = [] } = whole;
  if (certificates.length === 0)
    throw new UsageError(`${file} has no certificate for ${whole.listen.map(placeName).join(', ')}`, [
      'a gateway needs certificates, its own or those under [defaults]',
    ]);
  try {
    return createGateway({
      ...toOptions(whole),
      certificates: certificates.map(({ cert, key }) => readIdentity(dirname(file), cert, key)),
      onOpened: ({ id, from }) => log.info({ connection: id, from }, 'opened'),
      onClosed: ({ id, ok, ...visited }) => log[ok ? 'info' : 'warn']({ connection: id, ...visited }, 'closed'),
    });
  } catch (error) {
    const names = certificates.map(({ cert, key }) => `${cert} with ${key}`).join(', ');
    const { message } = error as Error; // of files that cannot be read, or are no certificate and its key
    throw new UsageError(`${file} names certificates that cannot be used: ${names}`, [message]);
  }
}

const readIdentity = (directory: string, cert: string, key: string): ServerIdentity => ({
  cert: readFileSync(resolve(directory, cert)),
  key: readFileSync(resolve(directory, key)),
});

function toOptions(whole: WholeGateway): Omit<GatewayOptions, 'certificates'> {
  const { protocol, require_for: commands, backend, connections, total_ms: totalMs } = whole;
  const profile = profileOf(protocol);
  const mode = whole.mode === 'auto' ? (whole.in_band ?? 'require') : whole.mode;
  return {
    profile,
    mode: mode === 'require-for' ? (commands ?? profile?.middle?.secrets ?? []) : mode,
    implicitToo: whole.mode === 'auto',
    backend,
    host: whole.greet_as,
    connections,
    connectionsPerAddress: whole.connections_per_address,
    handshakeMs: whole.handshake_ms,
    idleMs: whole.idle_ms,
    dialMs: whole.dial_ms,
    ...(totalMs !== undefined && { totalMs }),
  };
}
