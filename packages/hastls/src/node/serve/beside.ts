import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import type { Open, Place } from '../../core/talk/index.ts';
import { relay } from './bridge.ts';
import type { Door } from './door.ts';
import type { GatewaySettings } from './house.ts';
import { clientLeg, dialBackend, type Leg } from './leg.ts';
import { originOf } from './origin.ts';
import { stirs } from './stirs.ts';
import type { Visit } from './visited.ts';

/** Ports from which those beside a dialogue are taken, both ends included. */
export interface DataPorts {
  readonly first: number;
  readonly last: number;
}

/** The connections beside a dialogue. */
export interface Beside {
  /** Opens a place for the dialogue's client, for one connection. The one before it is closed, if nobody came. */
  open(to: Open): Promise<Place | undefined>;
  /** Something moves. */
  readonly isBusy: boolean;
  /** Nobody is let in any more. It gives when all that moved has arrived. */
  over(): Promise<void>;
  destroy(): void;
}

/**
 * Carries what a client sends and fetches beside its dialogue, to the host that this one is with and no other, whatever that
 * says. [V9] Octets count as the visit's. Only where the protocol has connections like that.
 */
export function createBeside(
  visit: Visit,
  { socket: dialogue }: Leg,
  door: Door,
  { profile, dataPorts: ports, idleMs, dialMs }: GatewaySettings,
): Beside | undefined {
  const { alpn } = profile?.middle?.beside ?? {};
  if (alpn === undefined) return undefined;
  const { origin } = visit;
  const sockets = new Set<net.Socket>();
  const carried = new Set<Promise<void>>();
  let waiting: net.Server | undefined;
  let isOver = false;

  function keep(socket: net.Socket): void {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket)).on('error', ignore);
    socket.setTimeout(idleMs, () => socket.destroy());
  }

  async function carry(client: net.Socket, { port, secured }: Open, host: string): Promise<void> {
    keep(client);
    const leg = await dialBackend({ host, port }, dialMs);
    if (leg instanceof Error) return void client.destroy();
    keep(leg.socket);
    const peer = secured ? await comesToTls(client) : client;
    if (peer === undefined) return void leg.socket.resetAndDestroy(); // nobody is to take nothing for all there is
    await relay({ client: clientLeg(peer, client), backend: leg });
    visit.moved.up += leg.socket.bytesWritten;
    visit.moved.down += leg.socket.bytesRead;
  }

  async function comesToTls(client: net.Socket): Promise<net.Socket | undefined> {
    await stirs(client); // it begins when it hears that data move, which may take as long as it likes
    client.setTimeout(0);
    const met = await door.meet(client, keep);
    if (met.kind === 'failed') return undefined;
    const { alpnProtocol } = met.peer;
    if (!alpnProtocol || alpnProtocol === alpn) return met.peer;
    met.peer.destroy();
    return undefined;
  }

  return {
    async open(to) {
      waiting?.close();
      const { remoteAddress: backend } = dialogue; // not asked for before: it is how a reset is told from an end
      if (origin === undefined || backend === undefined || carried.size >= AT_ONCE) return undefined;
      const { address } = origin.to;
      const server = await listening(address, ports);
      if (server === undefined) return undefined;
      if (isOver) return void server.close();
      waiting = server;
      server.on('connection', (socket) => {
        if (!server.listening || originOf(socket)?.from.address !== origin.from.address) return void socket.destroy();
        server.close();
        const work: Promise<void> = carry(socket, to, backend).finally(() => carried.delete(work));
        carried.add(work);
      });
      return { address, port: (server.address() as net.AddressInfo).port }; // as: it listens on TCP
    },
    get isBusy() {
      return carried.size > 0;
    },
    async over() {
      isOver = true;
      waiting?.close();
      await Promise.all(carried);
    },
    destroy() {
      isOver = true;
      waiting?.close();
      for (const each of sockets) each.destroy();
    },
  };
}

/** A port that nobody can foretell; in a cluster it is this process's own. */
async function listening(host: string, ports: DataPorts | undefined): Promise<net.Server | undefined> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = ports === undefined ? 0 : randomInt(ports.first, ports.last + 1);
    const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    server.listen({ host, port, exclusive: true, backlog: AT_ONCE });
    try {
      await once(server, 'listening');
      return server.on('error', ignore); // no descriptor is left: the client comes in vain
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return undefined; // as: it is from listen(2)
    }
  }
  return undefined;
}

const TRIES = 32;
/** One transfer may begin while the one before it is still on its way to a slow client. */
const AT_ONCE = 4;
const ignore = () => {}; // a connection that breaks is closed next, and that is noticed
