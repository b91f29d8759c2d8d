import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { printable } from 'hastls/report';
import { type Backend, createGateway, type GatewayOptions, type ServerIdentity } from 'hastls/serve';
import type { Logger } from 'pino';
import { UsageError } from '../failure.ts';
import type { BackendConfig } from './backend-config.ts';
import type { Serving } from './daemon.ts';
import { type GatewayConfig, type WholeGateway, wholeGateways } from './gateway-config.ts';
import { readNamed } from './named-file.ts';
import { placeName } from './schema.ts';

/** Makes the gateways of a configuration; files that it names are beside it. @throws UsageError */
export function makeGateways(file: string, config: GatewayConfig, log: Logger): Serving {
  const serving = new Map<string, ReturnType<Serving['get']> & object>();
  for (const whole of wholeGateways(config)) {
    const name = whole.listen.slice(0, 1).map(placeName).join();
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
  const { clients } = whole;
  const rest = {
    ...toOptions(whole),
    backend: whole.backend.map((each) => toBackend(file, each)),
    ...(clients !== undefined && { clients: toClients(file, clients) }),
  };
  try {
    return createGateway({
      ...rest,
      certificates: certificates.map(({ cert, key }) => readIdentity(dirname(file), cert, key)),
      onOpened: ({ id, from }) => log.info({ connection: id, from }, 'opened'),
      onBackend: ({ state, backend, why }) =>
        state === 'sick'
          ? log.warn({ backend, why: printable(why ?? '') }, 'backend sick')
          : log.info({ backend }, 'backend well'),
      onClosed: ({ id, ok, ...visited }) => log[ok ? 'info' : 'warn']({ connection: id, ...visited }, 'closed'),
    });
  } catch (error) {
    const names = certificates.map(({ cert, key }) => `${cert} with ${key}`).join(', ');
    const { message } = error as Error; // of files that cannot be read, or are no certificate and its key
    throw new UsageError(`${file} names certificates that cannot be used: ${names}`, [message]);
  }
}

/** Those who vouch for somebody. Node passes over what is no certificate. */
function readAuthorities(file: string, path: string): string {
  const pem = readNamed(file, path);
  try {
    new X509Certificate(pem);
    return pem;
  } catch {
    throw new UsageError(`${file} names a file without a certificate: ${path}`);
  }
}

const INTRODUCTIONS = { 'proxy-v1': 'line', 'proxy-v2': 'octets', xclient: 'dialogue' } as const;

function toBackend(file: string, { to, tls: how, name, ca, pins, cert, key, introduce }: BackendConfig): Backend {
  const tls = how && {
    how,
    name: name ?? ('host' in to ? to.host : to.path),
    ...(ca !== undefined && { ca: readAuthorities(file, ca) }),
    ...(pins !== undefined && { pins }),
    ...(cert !== undefined &&
      key !== undefined && { identity: { cert: readNamed(file, cert), key: readNamed(file, key) } }),
  };
  return { ...to, ...(tls && { tls }), ...(introduce !== undefined && { introduce: INTRODUCTIONS[introduce] }) };
}

const toClients = (
  file: string,
  { ca, optional, pins, names }: WholeGateway['clients'] & object,
): GatewayOptions['clients'] & object => ({
  ca: readAuthorities(file, ca),
  optional,
  ...(pins !== undefined && { pins }),
  ...(names !== undefined && { names }),
});

const readIdentity = (directory: string, cert: string, key: string): ServerIdentity => ({
  cert: readFileSync(resolve(directory, cert)),
  key: readFileSync(resolve(directory, key)),
});

function toOptions(whole: WholeGateway): Omit<GatewayOptions, 'certificates' | 'backend'> {
  const { profile, require_for: commands, connections, total_ms: totalMs, proxy_from: announcedBy } = whole;
  const mode = whole.mode === 'auto' ? (whole.in_band ?? 'require') : whole.mode;
  return {
    profile,
    mode: mode === 'require-for' ? (commands ?? profile?.middle?.secrets ?? []) : mode,
    implicitToo: whole.mode === 'auto',
    order: whole.backend_order,
    host: whole.greet_as,
    connections,
    connectionsPerAddress: whole.connections_per_address,
    handshakeMs: whole.handshake_ms,
    idleMs: whole.idle_ms,
    dialMs: whole.dial_ms,
    ...(totalMs !== undefined && { totalMs }),
    ...(announcedBy !== undefined && { announcedBy }),
  };
}
