import net from 'node:net';
import type { Profile, ServerContext } from '../../core/talk/index.ts';
import { HastlsError } from '../errors.ts';
import { type Backend, type BackendNews, createBackends } from './backends.ts';
import type { DataPorts } from './beside.ts';
import { createCensus, EVERYBODY } from './census.ts';
import type { ServerIdentity } from './certificates.ts';
import type { ClientCertificates } from './client-certificates.ts';
import { createDoor } from './door.ts';
import { settingsOf } from './house.ts';
import { checkGatewayOptions } from './known-options.ts';
import { misfits } from './misfits.ts';
import { announcedBy, hearOrigin } from './origin.ts';
import { CONNECTIONS, cutOff, type Limits } from './stay.ts';
import { attend } from './visit.ts';
import {
  type Ending,
  failed,
  type Secured,
  startVisit,
  type Visit,
  type Visited,
  type Visitor,
  visited,
} from './visited.ts';

/** What a gateway is made of. */
export interface GatewayOptions extends Limits {
  /** The protocol, which must be one that can be followed. None: its octets are not read, which implicit TLS allows. */
  readonly profile?: Profile | undefined;
  /**
   * Where the line is drawn, as for `createTriggerServer()`. What a record with preference 1 promises is `require`, or
   * `implicit`; a public mail exchanger has to `prefer`, as it may not refuse strangers. [A37] [A38]
   */
  readonly mode: ServerContext['mode'] | 'implicit';
  /**
   * Who begins with TLS at once gets it too, on the same port: the first six octets tell, so it has to be the client that
   * speaks first. Default: no.
   */
  readonly implicitToo?: boolean;
  /** The certificates: the first one that is for the name a client asks for, or else the first one of all. */
  readonly certificates: readonly ServerIdentity[];
  /** The certificates that clients have to show, or may. Default: they are not asked for one. */
  readonly clients?: ClientCertificates;
  /** The server that leaves TLS to us, or several that are alike. It must not be reachable otherwise. */
  readonly backend: Backend | readonly Backend[];
  /** Which of several a client gets: the first that can be reached, or each its turn. Default: the first. */
  readonly order?: 'as-listed' | 'in-turns';
  /**
   * Addresses, networks (`192.0.2.0/24`), or `unix:`, of balancers that say by the PROXY protocol whom they speak for: they
   * have to, before all else, and nobody else may. Default: none.
   */
  readonly announcedBy?: readonly string[];
  /** What the gateway calls itself. Default: `localhost`. */
  readonly host?: string;
  /**
   * The key of session tickets: 48 octets, as `tls.createSecureContext()` takes them. Gateways with the same key, the same
   * protocol and the same names resume each other's sessions, in whatever process they are. Default: one by chance.
   */
  readonly ticketKeys?: Uint8Array;
  /** How long a client may take from its arrival to TLS, where there is nothing without. Default 60 000. */
  readonly handshakeMs?: number;
  /** How long a connection to the backend may take. Default 10 000. */
  readonly dialMs?: number;
  /** Ports for connections beside the dialogue, where the protocol has them. Default: any that the system gives. */
  readonly dataPorts?: DataPorts;
  /** For your log: a client has come. */
  readonly onOpened?: (visitor: Visitor) => void;
  /** It has come to TLS. */
  readonly onSecured?: (secured: Secured) => void;
  /** And a connection is over. */
  readonly onClosed?: (visited: Visited) => void;
  /** A backend has failed, or is well again. */
  readonly onBackend?: (news: BackendNews) => void;
}

/** A gateway, and what its connections have in common. */
export interface Gateway {
  /** Makes a server whose clients are the gateway's, to be started with `listen()`: one for each place. */
  createServer(): net.Server;
  /** How many connections there are. */
  readonly connections: number;
  /** New connections get these certificates, and this key of tickets. @throws what is wrong with them; then the old ones stay */
  renew(certificates: readonly ServerIdentity[], ticketKeys?: Uint8Array): void;
  /** Ends all connections there are. */
  cut(): void;
}

/**
 * Stands in front of a server that knows no TLS. Whatever that server says of an upgrade is not passed on: the upgrade is
 * the gateway's. When TLS begins the backend's connection is closed and another one made, so that nothing that was said
 * in clear, or by somebody else in the client's name, is known any more. [V3] [V10] [RFC3207 §4.2]
 * @throws HastlsError ERR_HASTLS_OPTION when the protocol cannot be followed, or options do not fit; all of it in `because`
 */
export function createGateway(options: GatewayOptions): Gateway {
  const { connections = CONNECTIONS, connectionsPerAddress = PER_ADDRESS, census = createCensus() } = options;
  checkGatewayOptions(options);
  const settings = settingsOf(options);
  const listed = [options.backend].flat();
  const faults = misfits({ ...options, backend: listed }).map(
    ({ option, at, why }) => `${option}${at === undefined ? '' : `[${at}]`}: ${why}`,
  );
  if (faults.length > 0) throw new HastlsError('ERR_HASTLS_OPTION', `this is no gateway: ${faults[0]}`, faults);
  const isAnnounced = announcedBy(options.announcedBy ?? []);
  const backends = createBackends(listed, options.order, options.onBackend);
  let door = createDoor(options.certificates, options);
  const open = new Set<Visit>();

  function accept(socket: net.Socket): void {
    const visit = startVisit(socket, ++visits);
    if (!census.enter(EVERYBODY, connections)) {
      end(visit, TOO_MANY);
      return;
    }
    open.add(visit);
    void welcome(visit).then((ending) => {
      open.delete(visit);
      census.leave(EVERYBODY);
      end(visit, ending);
    });
  }

  function end(visit: Visit, ending: Ending): void {
    visit.client.destroy();
    options.onClosed?.(visited(visit, ending));
  }

  /** Finds out who comes, and serves those who may. */
  async function welcome(visit: Visit): Promise<Ending> {
    if (isAnnounced(visit.client)) {
      const heard = await hearOrigin(visit.client);
      if (heard.kind !== 'proxied' && heard.kind !== 'nobody')
        return failed('unannounced', `${visit.from}: nobody was announced`);
      if (heard.kind === 'proxied') Object.assign(visit, { origin: heard, from: heard.from.address });
    }
    const { from } = visit;
    const isCounted = from !== '';
    if (isCounted && !census.enter(from, connectionsPerAddress)) return TOO_MANY;
    options.onOpened?.(visit);
    const ending = await attend(visit, { settings, door, backends });
    if (isCounted) census.leave(from);
    return ending;
  }

  return {
    createServer: () => net.createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, accept),
    get connections() {
      return open.size;
    },
    renew: (certificates, ticketKeys) => {
      door = createDoor(certificates, { ...options, ...(ticketKeys && { ticketKeys }) });
    },
    cut: () => {
      for (const each of open) cutOff(each, 'it was cut off');
    },
  };
}

/** One address has no business with more. */
const PER_ADDRESS = 200;

/** Told apart in logs, whatever gateway they came to. */
let visits = 0;

const TOO_MANY: Ending = failed('too-many', 'there are too many connections');
