import { X509Certificate } from 'node:crypto';
import { printable } from 'hastls/report';
import { type Backend, createGateway, type GatewayOptions, type ServerIdentity } from 'hastls/serve';
import type { Logger } from 'pino';
import { UsageError } from '../failure.ts';
import { type BackendConfig, toBackend } from './backend-config.ts';
import type { Serving } from './daemon.ts';
import { type GatewayConfig, lineOf, type WholeGateway, wholeGateways } from './gateway-config.ts';
import { censusOf, connectionId, type Means } from './means.ts';
import type { Metrics, Where } from './metrics.ts';
import { readAuthorities, readNamed, readNamedOctets } from './named-file.ts';
import { placeName } from './schema.ts';

/** Makes the gateways of a configuration; files that it names are beside it. @throws UsageError */
export function makeGateways(file: string, config: GatewayConfig, log: Logger, means: Means): Serving {
  const serving = new Map<string, ReturnType<Serving['get']> & object>();
  for (const whole of wholeGateways(config)) {
    const name = whole.listen.slice(0, 1).map(placeName).join();
    const gateway = makeGateway(file, whole, log.child({ gateway: name }), { ...means, name });
    for (const listen of whole.listen)
      serving.set(JSON.stringify(listen), { listen, server: gateway.createServer(), cut: gateway.cut });
  }
  return serving;
}

function makeGateway(
  file: string,
  whole: WholeGateway,
  log: Logger,
  { name: listener, metrics, ticketKey, share }: Means & { readonly name: string },
) {
  const { certificates = [] } = whole;
  if (certificates.length === 0)
    throw new UsageError(`${file} has no certificate for ${whole.listen.map(placeName).join(', ')}`, [
      'a gateway needs certificates, its own or those under [defaults]',
    ]);
  const where = { listener, protocol: whole.protocol ?? '' };
  const { clients } = whole;
  const rest = {
    ...toOptions(whole),
    connections: share(whole.connections),
    connectionsPerAddress: share(whole.connections_per_address),
    census: censusOf(listener),
    ...(ticketKey && { ticketKeys: ticketKey }),
    backend: whole.backend.map((each) => readBackend(file, each)),
    ...(clients !== undefined && { clients: toClients(file, clients) }),
  };
  try {
    const identities = certificates.map((each) => readIdentity(file, each));
    for (const [index, { cert }] of identities.entries())
      metrics.certificate(where, certificates[index]?.cert ?? '', new Date(new X509Certificate(cert).validTo));
    return createGateway({
      ...rest,
      certificates: identities,
      ...listeners(where, metrics, log),
    });
  } catch (error) {
    const names = certificates.map(({ cert, key }) => `${cert} with ${key}`).join(', ');
    const { message } = error as Error; // of files that cannot be read, or are no certificate and its key
    throw new UsageError(`${file} names certificates that cannot be used: ${names}`, [message]);
  }
}

/** Who hears what becomes of connections. */
function listeners(where: Where, metrics: Metrics, log: Logger) {
  const opened = new Set<number>();
  return {
    onOpened({ id, from }) {
      opened.add(id);
      metrics.opened(where);
      log.info({ connection: connectionId(id), from }, 'opened');
    },
    onSecured: ({ how, tls }) => tls && metrics.secured(where, how, tls),
    onBackend({ state, backend, why }) {
      metrics.backend(where, backend, state === 'well');
      if (state === 'well') log.info({ backend }, 'backend well');
      else log.warn({ backend, why: printable(why ?? '') }, 'backend sick');
    },
    onClosed({ id, ok, why, tls, ...visited }) {
      const { cause = 'ok' } = visited;
      if (!ok) metrics.refused(where, cause);
      if (opened.delete(id)) metrics.closed(where, cause, visited);
      const agreed = tls && { tls: { ...tls, serverName: tls.serverName && printable(tls.serverName) } };
      log[ok ? 'info' : 'warn']({ connection: connectionId(id), ...visited, ...agreed, why: printable(why) }, 'closed');
    },
  } satisfies Partial<GatewayOptions>;
}

function readBackend(file: string, backend: BackendConfig): Backend {
  const { to, tls: how, name, ca, pins, cert, key } = backend;
  const tls = how && {
    how,
    name: name ?? ('host' in to ? to.host : to.path),
    ...(ca !== undefined && { ca: readAuthorities(file, ca) }),
    ...(pins !== undefined && { pins }),
    ...(cert !== undefined &&
      key !== undefined && { identity: { cert: readNamed(file, cert), key: readNamed(file, key) } }),
  };
  const { tls: _, ...plain } = toBackend(backend);
  return { ...plain, ...(tls && { tls }) };
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

const readIdentity = (file: string, { cert, key, ocsp }: Certificate): ServerIdentity => ({
  cert: readNamedOctets(file, cert),
  key: readNamedOctets(file, key),
  ...(ocsp !== undefined && { ocsp: readNamedOctets(file, ocsp) }),
});

type Certificate = NonNullable<WholeGateway['certificates']>[number];

function toOptions(whole: WholeGateway): Omit<GatewayOptions, 'certificates' | 'backend'> {
  const { profile, total_ms: totalMs, proxy_from: announcedBy, data_ports: ports } = whole;
  return {
    profile,
    ...lineOf(whole, profile),
    order: whole.backend_order,
    host: whole.greet_as,
    handshakeMs: whole.handshake_ms,
    idleMs: whole.idle_ms,
    dialMs: whole.dial_ms,
    ...(totalMs !== undefined && { totalMs }),
    ...(announcedBy !== undefined && { announcedBy }),
    ...(ports !== undefined && { dataPorts: { first: ports[0], last: ports[1] } }),
  };
}
