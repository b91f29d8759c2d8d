import net from 'node:net';
import type { Profile, ServerContext } from '../../core/talk/index.ts';
import { HastlsError } from '../errors.ts';
import { chooseCertificate, type ServerIdentity } from './certificates.ts';
import type { Endpoint } from './leg.ts';
import { attend, startVisit, type Visit, type Visited, type Visitor, visited } from './visit.ts';

/** What a gateway is made of. */
export interface GatewayOptions {
  /** The protocol, which must be one that can be followed. None: its octets are not read, which implicit TLS allows. */
  readonly profile?: Profile | undefined;
  /**
   * Where the line is drawn, as for `createTriggerServer()`. What a record with preference 1 promises is `require`, or
   * `implicit`; a public mail exchanger has to `prefer`, as it may not refuse strangers. [A37] [A38]
   */
  readonly mode: ServerContext['mode'] | 'implicit';
  /** The certificates: the first one that is for the name a client asks for, or else the first one of all. */
  readonly certificates: readonly ServerIdentity[];
  /** The server that leaves TLS to us. It must not be reachable otherwise. */
  readonly backend: Endpoint;
  /** What the gateway calls itself. Default: `localhost`. */
  readonly host?: string;
  /** How many connections there may be at a time: more are closed at once. Default 10 000. */
  readonly connections?: number;
  /** And how many of one address. Default 200. */
  readonly connectionsPerAddress?: number;
  /** How long a client may take from its arrival to TLS, where there is nothing without. Default 60 000. */
  readonly handshakeMs?: number;
  /** How long nothing may be said by either side. Default 600 000. */
  readonly idleMs?: number;
  /** How long a connection may last in all. Default: as long as it likes. */
  readonly totalMs?: number;
  /** How long a connection to the backend may take. Default 10 000. */
  readonly dialMs?: number;
  /** For your log: a client has come. */
  readonly onOpened?: (visitor: Visitor) => void;
  /** And a connection is over. */
  readonly onClosed?: (visited: Visited) => void;
}

/** A gateway, and what its connections have in common. */
export interface Gateway {
  /** Makes a server whose clients are the gateway's, to be started with `listen()`: one for each place. */
  createServer(): net.Server;
  /** How many connections there are. */
  readonly connections: number;
  /** New connections get these certificates. @throws what is wrong with them; then the old ones stay */
  renew(certificates: readonly ServerIdentity[]): void;
  /** Ends all connections there are. */
  cut(): void;
}

/**
 * Stands in front of a server that knows no TLS. Whatever that server says of an upgrade is not passed on: the upgrade is
 * the gateway's. When TLS begins the backend's connection is closed and another one made, so that nothing that was said
 * in clear, or by somebody else in the client's name, is known any more. [V3] [V10] [RFC3207 §4.2]
 * @throws HastlsError ERR_HASTLS_OPTION when the protocol cannot be followed
 */
export function createGateway(options: GatewayOptions): Gateway {
  const { profile, mode, connections = 10_000, connectionsPerAddress = 200 } = options;
  if (mode !== 'implicit' && profile?.middle === undefined)
    throw new HastlsError(
      'ERR_HASTLS_OPTION',
      `${profile?.name ?? 'a service without a name'} can have implicit TLS only`,
    );
  let chosen = chooseCertificate(options.certificates);
  const open = new Set<Visit>();
  let visits = 0;
  const addresses = new Map<string, number>();

  function accept(socket: net.Socket): void {
    const visit = startVisit(socket, ++visits);
    const { from } = visit;
    const others = addresses.get(from) ?? 0;
    if (open.size >= connections || (from !== '' && others >= connectionsPerAddress)) {
      socket.destroy();
      options.onClosed?.(visited(visit, { ok: false, why: 'there are too many connections' }));
      return;
    }
    open.add(visit);
    options.onOpened?.(visit);
    addresses.set(from, others + 1);
    void attend(visit, options, chosen).then((ending) => {
      open.delete(visit);
      const left = (addresses.get(from) ?? 1) - 1;
      if (left > 0) addresses.set(from, left);
      else addresses.delete(from);
      options.onClosed?.(visited(visit, ending));
    });
  }

  return {
    createServer: () => net.createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, accept),
    get connections() {
      return open.size;
    },
    renew: (certificates) => {
      chosen = chooseCertificate(certificates);
    },
    cut: () => {
      for (const { client } of open) client.destroy();
    },
  };
}
