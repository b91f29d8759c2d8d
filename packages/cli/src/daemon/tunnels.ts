import type net from 'node:net';
import type { Connection, ConnectOptions } from 'hastls';
import { printable } from 'hastls/report';
import type { Resolver, ResolverOptions } from 'hastls/resolve';
import { createTunnel, type Tunnel } from 'hastls/serve';
import type { Logger } from 'pino';
import type { Serving } from './daemon.ts';
import { resolverOf } from './dns.ts';
import { censusOf, connectionId, type Means } from './means.ts';
import { readAuthorities, readNamed } from './named-file.ts';
import { asked } from './protocols.ts';
import { placeName } from './schema.ts';
import type { TunnelConfig } from './tunnel-config.ts';

/**
 * Makes the tunnels of a configuration; files that it names are beside it.
 * @param asked what the command line says about DNS, where the file says nothing
 * @throws UsageError HastlsError
 */
export function makeTunnels(
  file: string,
  config: TunnelConfig,
  asked: ResolverOptions,
  log: Logger,
  means: Means,
): Serving {
  const resolver = resolverOf(file, config.dns, asked);
  return new Map(
    config.tunnel.map((each) => {
      const server = make(each, config.protocol, resolver, file, log, means);
      return [JSON.stringify(each.listen), { listen: each.listen, server, cut: server.cut }];
    }),
  );
}

let connections = 0;

function make(
  {
    listen,
    to,
    by,
    stance,
    greet_as: host,
    ca,
    cert,
    key,
    pins,
    timeout_ms: timeoutMs,
    ...limits
  }: TunnelConfig['tunnel'][number],
  own: TunnelConfig['protocol'],
  resolver: Resolver,
  file: string,
  log: Logger,
  { metrics, share }: Means,
): Tunnel {
  const profile = asked(to, own);
  const where = { listener: placeName(listen), protocol: to.split(':', 1).join() };
  const connect: ConnectOptions = {
    ...(profile === undefined ? {} : { profile }),
    resolver,
    stance,
    timeoutMs,
    ...(ca === undefined ? {} : { ca: readAuthorities(file, ca) }),
    ...(cert === undefined || key === undefined
      ? {}
      : { identity: { cert: readNamed(file, cert), key: readNamed(file, key) } }),
    ...(pins === undefined ? {} : { pins }),
  };
  const logs = new WeakMap<net.Socket, { readonly log: Logger; readonly since: number }>();
  const logOf = (client: net.Socket) => logs.get(client) ?? begin(client);
  const begin = (client: net.Socket) => {
    const begun = { log: log.child({ connection: connectionId(++connections), to }), since: performance.now() };
    logs.set(client, begun);
    return begun;
  };
  const server = createTunnel({
    to,
    ...(by === undefined ? {} : { by }),
    connect,
    host,
    connections: share(limits.connections),
    connectionsPerAddress: share(limits.connections_per_address),
    census: censusOf(placeName(listen)),
    handshakeMs: limits.handshake_ms,
    idleMs: limits.idle_ms,
    ...(limits.total_ms !== undefined && { totalMs: limits.total_ms }),
    onOpened(client, connection) {
      metrics.opened(where);
      if (connection.security !== 'plaintext') metrics.secured(where, connection.how, connection);
      logOf(client).log.info(facts(connection), 'opened');
    },
    onClosed(client, _, broke) {
      const { log: own, since } = logOf(client);
      const ms = Math.round(performance.now() - since);
      const carried = { up: client.bytesRead, down: client.bytesWritten, ms };
      metrics.closed(where, broke === undefined ? 'ok' : 'broken', carried);
      own.info(broke === undefined ? carried : { ...carried, broke: printable(broke.message) }, 'closed');
    },
    onRefused(client, error) {
      const because =
        'because' in error && Array.isArray(error.because) ? error.because.map((each) => printable(String(each))) : [];
      const code = 'code' in error ? String(error.code) : error.name;
      metrics.refused(where, code);
      logOf(client).log.warn({ code, why: printable(error.message), because }, 'turned away');
    },
  });
  return server.prependListener('connection', begin);
}

/** What was agreed on, for the line at the opening. */
function facts(connection: Connection): object {
  const { security, how, tried } = connection;
  const port = tried.at(-1)?.port;
  const tls =
    connection.security === 'plaintext'
      ? {}
      : { protocol: connection.protocol, cipher: connection.cipher, group: connection.group, alpn: connection.alpn };
  const failed = tried.slice(0, -1).map(({ do: what, port: at, outcome }) => `${what} ${at}: ${outcome}`);
  return { security, how, port, ...tls, ...(failed.length > 0 && { failed }) };
}
