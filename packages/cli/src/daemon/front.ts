import { once } from 'node:events';
import { lstatSync, rmSync } from 'node:fs';
import net from 'node:net';
import { UsageError } from '../failure.ts';
import { type Listen, type Place, placeName } from './schema.ts';
import { inherited } from './systemd.ts';

/** One address that is listened on for as long as the daemon runs, whoever serves its clients meanwhile. */
export interface Front {
  /** From now on these serve new clients; old ones stay with whom they are. */
  serve(server: net.Server): void;
  /** Nobody is let in any more. */
  close(): void;
}

/**
 * @param mayEnter whether one more may be let in
 * @param onTrouble the system could not give us a client, mostly for want of file descriptors: the next one is tried for
 * @throws UsageError when the address cannot be had
 */
export async function openFront(
  listen: Listen,
  mayEnter: () => boolean,
  onTrouble: (error: Error) => void,
): Promise<Front> {
  let serving: net.Server | undefined;
  const open = async (at: net.ListenOptions & { readonly fd?: number }): Promise<net.Server> => {
    const door = net.createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) => {
      if (serving !== undefined && mayEnter()) serving.emit('connection', client);
      else client.destroy();
    });
    await listenAt(door, { backlog: BACKLOG, ...at }, listen);
    return door.on('error', onTrouble);
  };
  const places = 'systemd' in listen ? inherited(listen.systemd).map((fd) => ({ fd })) : [ofOneFamily(listen)];
  const doors: net.Server[] = [];
  try {
    for (const place of places) doors.push(await open(place));
  } catch (error) {
    for (const each of doors) each.close();
    throw error;
  }
  return {
    serve(server) {
      serving = server;
    },
    close: () => {
      for (const each of doors) each.close();
    },
  };
}

/** Clients that come at once wait here; the system may have a lower limit of its own. */
const BACKLOG = 4096;

/** `[::]` stands for IPv6 alone: otherwise it would be in the way of `0.0.0.0` beside it. */
const ofOneFamily = (place: Place): net.ListenOptions =>
  'host' in place && net.isIPv6(place.host) ? { ...place, ipv6Only: true } : place;

/** @throws UsageError why the address cannot be had */
export async function listenAt(server: net.Server, at: net.ListenOptions, place: Listen): Promise<void> {
  try {
    server.listen(at);
    await once(server, 'listening');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException; // of the system's
    throw new UsageError(`nobody can listen on ${placeName(place)}: ${WHY[code] ?? message} (${code})`);
  }
}

/** What the system means. */
const WHY: Readonly<Partial<Record<string, string>>> = {
  EADDRINUSE: 'another program does already',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this user may not',
};

/** Takes away a Unix socket on which nobody listens any more: it is left behind by whoever was killed. */
export async function openableAt(place: Place): Promise<void> {
  if (!('path' in place)) return;
  const visitor = net.connect(place.path);
  try {
    await once(visitor, 'connect');
  } catch (error) {
    const isLeftBehind = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED'; // from connect(2): so is a file that is none
    if (isLeftBehind && lstatSync(place.path, { throwIfNoEntry: false })?.isSocket())
      rmSync(place.path, { force: true });
  }
  visitor.destroy();
}
