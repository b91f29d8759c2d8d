import net from 'node:net';
import { DEFAULT_STANCE } from '../../core/policy/index.ts';
import type { Stead } from '../../core/talk/index.ts';
import { type Connection, type ConnectOptions, connect } from '../connect.ts';
import { type HastlsCode, HastlsError } from '../errors.ts';
import { withResolver } from '../investigate.ts';
import { checkOptions } from '../options.ts';
import type { Resolver } from '../resolve/index.ts';
import { toTarget } from '../target.ts';
import { type Redirection, targetsOf } from '../targets-of.ts';
import { relay } from './bridge.ts';
import { createCensus, EVERYBODY } from './census.ts';
import { checkTunnelOptions } from './known-options.ts';
import { clientLeg } from './leg.ts';
import { originOf } from './origin.ts';
import { CONNECTIONS, cutOff, IDLE_MS, type Limits, limit, limitIdle, limitRest, type Stay } from './stay.ts';
import { turnAway } from './turn-away.ts';

const HANDSHAKE_MS = 60_000;

/** Where a tunnel leads, and who hears of it. */
export interface TunnelOptions extends Limits {
  /** The service, as for `connect()`: `imap://mail.example.org`. */
  readonly to: string;
  /** `to` names a domain, whose MX or SRV records lead to its hosts. Default: it names a host. [A18] */
  readonly by?: Redirection;
  /**
   * How each connection is decided on and made. Give it a `resolver` of its own, so that proofs are remembered from one
   * client to the next. Without a stance nobody is served but over authenticated TLS.
   */
  readonly connect?: Omit<ConnectOptions, 'signal'>;
  /** How long it may take from a client's arrival to a connection for it, whatever is tried. Default 60 000. */
  readonly handshakeMs?: number;
  /** What the greeting calls the server, where one is said in its stead. Default: `localhost`. */
  readonly host?: string;
  /** For your log: a client is connected through to the server. */
  readonly onOpened?: (client: net.Socket, connection: Connection) => void;
  /** And it is over: all was carried, or an end broke. Octets are counted by the client's socket. */
  readonly onClosed?: (client: net.Socket, connection: Connection, broke?: Error) => void;
  /** Or no connection may or can be made, and the client was turned away; or there were too many (`code` is `too-many`). */
  readonly onRefused?: (client: net.Socket, error: Error) => void;
}

/** A server whose clients are a tunnel's. */
export interface Tunnel extends net.Server {
  /** Ends all connections there are. */
  cut(): void;
}

/**
 * A server for clients that know no TLS: each gets an authenticated connection, made as the destination has provably
 * promised. A client hears nothing before that connection stands, and then nothing that was said before TLS: where a
 * server greets in clear and not again over TLS, the greeting is ours. [V4] [V7] If no connection may be made, the client
 * is told so in its protocol's own words, and may try again later.
 *
 * To be started with `listen()`, on loopback or on a Unix socket: what is said on this side is said in clear.
 * @throws HastlsError ERR_HASTLS_OPTION when the destination, or how to connect to it, makes no sense
 */
export function createTunnel(options: TunnelOptions): Tunnel {
  checkTunnelOptions(options);
  const { service } = toTarget(options.to, options.connect?.profile);
  checkOptions(options.connect ?? {});
  const { stead } = service;
  const { census = createCensus(), connections = CONNECTIONS, connectionsPerAddress = connections } = options;
  const open = new Set<Stay>();
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) => {
    client.on('error', ignore);
    const enters = (who: string, most: number) => {
      const isIn = census.enter(who, most);
      if (isIn) client.once('close', () => census.leave(who));
      return isIn;
    };
    const from = originOf(client)?.from.address;
    if (enters(EVERYBODY, connections) && (from === undefined || enters(from, connectionsPerAddress))) {
      const stay = { client, beneath: client };
      open.add(stay);
      client.once('close', () => open.delete(stay));
      void carry(stay, stead, options);
      return;
    }
    options.onRefused?.(client, Object.assign(new Error('there are too many connections'), { code: 'too-many' }));
    client.destroy();
  });
  return Object.assign(server, {
    cut() {
      for (const each of open) cutOff(each, 'it was cut off');
    },
  });
}

const ignore = () => {}; // a connection that breaks is closed next, and that is noticed

async function carry(stay: Stay, stead: Stead | undefined, options: TunnelOptions): Promise<void> {
  const { client } = stay;
  const { totalMs, idleMs = IDLE_MS } = options;
  if (totalMs !== undefined) client.once('close', limit(stay, totalMs, `it lasted ${totalMs} ms`));
  limitIdle(stay, idleMs);
  let connection: Connection;
  try {
    connection = await reach(client, stead, options);
  } catch (error) {
    const refusal = error instanceof Error ? error : new Error(String(error));
    options.onRefused?.(client, refusal);
    const code = 'code' in refusal ? `${String(refusal.code)}: ` : '';
    return turnAway(client, stead, `${code}${refusal.message}`);
  }
  options.onOpened?.(client, connection);
  if (connection.how === 'in-band') client.write(stead?.greeting?.(options.host ?? 'localhost') ?? '', 'latin1');
  const legs = { client: clientLeg(client), backend: clientLeg(connection.socket.on('error', ignore)) };
  limitRest(stay, legs.backend, idleMs);
  const ended = await relay(legs);
  connection.socket.destroySoon();
  const why = stay.late ?? ended?.broke.why.replace('the backend', 'the server');
  options.onClosed?.(client, connection, why === undefined ? undefined : new Error(why));
}

/** Connects for a client, as long as it waits. */
async function reach(
  client: net.Socket,
  stead: Stead | undefined,
  { to, by, connect: how, handshakeMs = HANDSHAKE_MS }: TunnelOptions,
): Promise<Connection> {
  const patience = new AbortController();
  const leave = () => patience.abort(new Error('the client has left'));
  const late = () =>
    patience.abort(new HastlsError('ERR_HASTLS_TIMEOUT', `${to}: no connection within ${handshakeMs} ms`));
  const timer = setTimeout(late, handshakeMs);
  client.once('close', leave);
  try {
    const connection = await withResolver(how ?? {}, (resolver) =>
      connectBy(to, by, { ...how, resolver, signal: patience.signal }),
    );
    if (connection.how !== 'in-band' || stead?.greeting !== undefined) return connection;
    connection.socket.destroy();
    throw new HastlsError('ERR_HASTLS_OPTION', `${to}: a client that knows no TLS cannot be carried over an upgrade`, [
      'what the server says before TLS is part of this protocol, and not to be believed; implicit TLS would do',
    ]);
  } finally {
    clearTimeout(timer);
    client.off('close', leave);
  }
}

/** Connects to the host, or to the first of a domain's hosts that can be reached. */
async function connectBy(
  to: string,
  by: Redirection | undefined,
  options: ConnectOptions & { readonly resolver: Resolver; readonly signal: AbortSignal },
): Promise<Connection> {
  if (by === undefined) return connect(to, options);
  const { stance = DEFAULT_STANCE } = options;
  const targets = await targetsOf(to, by, { ...options, stance });
  for (const [index, target] of targets.entries())
    try {
      return await connect(target, options);
    } catch (error) {
      const isAway = error instanceof HastlsError && AWAY.includes(error.code);
      if (!isAway || index === targets.length - 1) throw error;
    }
  throw new HastlsError('ERR_HASTLS_NO_ADDRESS', `${to}: no host serves it`);
}

/** Failures of one host after which the next may be tried: whatever else it did speaks of an attack, or of its policy. */
const AWAY: readonly HastlsCode[] = ['ERR_HASTLS_UNREACHABLE', 'ERR_HASTLS_TIMEOUT', 'ERR_HASTLS_NO_ADDRESS'];
