import type net from 'node:net';
import type { Connection, ConnectOptions } from 'hastls';
import { printable } from 'hastls/report';
import type { ResolverOptions } from 'hastls/resolve';
import { createTunnel, type Tunnel, type TunnelOptions } from 'hastls/serve';
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
      const connect = { ...toOptions(file, each, config.protocol), resolver };
      const server = makeTunnel(each, connect, log, means);
      return [JSON.stringify(each.listen), { listen: each.listen, server, cut: server.cut }];
    }),
  );
}

type TunnelTable = TunnelConfig['tunnel'][number];

function makeTunnel(table: TunnelTable, connect: ConnectOptions, log: Logger, means: Means): Tunnel {
  const { share } = means;
  const { begin, listeners } = listenersOf(table, log, means);
  const server = createTunnel({
    to: table.to,
    ...(table.by !== undefined && { by: table.by }),
    connect,
    host: table.greet_as,
    connections: share(table.connections),
    connectionsPerAddress: share(table.connections_per_address),
    census: censusOf(placeName(table.listen)),
    handshakeMs: table.handshake_ms,
    idleMs: table.idle_ms,
    ...(table.total_ms !== undefined && { totalMs: table.total_ms }),
    ...listeners,
  });
  return server.prependListener('connection', begin);
}

/** How the server is connected to. */
function toOptions(
  file: string,
  { to, stance, ca, cert, key, pins, timeout_ms: timeoutMs }: TunnelTable,
  own: TunnelConfig['protocol'],
): ConnectOptions {
  const profile = asked(to, own);
  return {
    stance,
    timeoutMs,
    ...(profile !== undefined && { profile }),
    ...(ca !== undefined && { ca: readAuthorities(file, ca) }),
    ...(cert !== undefined &&
      key !== undefined && { identity: { cert: readNamed(file, cert), key: readNamed(file, key) } }),
    ...(pins !== undefined && { pins }),
  };
}

let connections = 0;

/** Who hears what becomes of connections, from when they begin. */
function listenersOf({ listen, to }: TunnelTable, log: Logger, { metrics }: Means) {
  const where = { listener: placeName(listen), protocol: to.split(':', 1).join() };
  const logs = new WeakMap<net.Socket, { readonly log: Logger; readonly since: number }>();
  const logOf = (client: net.Socket) => logs.get(client) ?? begin(client);
  const begin = (client: net.Socket) => {
    const begun = { log: log.child({ connection: connectionId(++connections), to }), since: performance.now() };
    logs.set(client, begun);
    return begun;
  };
  const listeners: Partial<TunnelOptions> = {
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
  };
  return { begin, listeners };
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
