import type net from 'node:net';
import type { Census } from './census.ts';
import { breakOff, type Leg } from './leg.ts';

/** How many clients there may be at a time, and for how long. */
export interface Limits {
  /** How many connections there may be at a time: more are closed at once. Default 10 000. */
  readonly connections?: number;
  /** And how many of one address. */
  readonly connectionsPerAddress?: number;
  /** Who counts. Default: nobody but this one. With the census of one whose place this one takes, its clients count too. */
  readonly census?: Census;
  /** How long nothing may be said by either side. Default 600 000. */
  readonly idleMs?: number;
  /** How long a connection may last in all. Default: as long as it likes. */
  readonly totalMs?: number;
}

/** `Limits.connections`, where nothing else is wished. */
export const CONNECTIONS = 10_000;
/** `Limits.idleMs`, where nothing else is wished. */
export const IDLE_MS = 600_000;

/** A client's connection, for as long as it lasts. */
export interface Stay {
  /** From a handshake on, TLS. */
  readonly client: net.Socket;
  /** The connection that it came by, which TLS is over. */
  readonly beneath: net.Socket;
  /** What was agreed on, as soon as TLS stands. */
  readonly tls?: object | undefined;
  /** What is under way beside it. */
  readonly beside?: { readonly isBusy: boolean; destroy(): void } | undefined;
  /** Which time was over, if the connection was ended for it. */
  late?: string;
}

/** Ends a connection whose time is over, so that nobody takes it for one that has come to its end. */
export function cutOff(stay: Stay, why: string): void {
  const { client, beneath } = stay;
  stay.late ??= why;
  if (stay.tls !== undefined || client === beneath) breakOff(client, beneath);
  else client.destroy(); // in the midst of a handshake
  stay.beside?.destroy();
}

/** Ends a connection that is still there when this time is over, unless it is called off. */
export function limit(stay: Stay, ms: number, why: string): () => void {
  const timer = setTimeout(cutOff, ms, stay, why);
  return () => clearTimeout(timer);
}

/**
 * Ends a connection on which nothing was said for so long, or whose client takes nothing of what is said, unless something
 * moves beside it.
 */
export function limitIdle(stay: Stay, idleMs: number): void {
  stay.client.setTimeout(idleMs, () => {
    if (stay.beside?.isBusy === true) limitIdle(stay, idleMs);
    else cutOff(stay, `nothing was said for ${idleMs} ms`);
  });
}

/** Whoever is behind a client that has left may take what is still to be sent, but has to take it. */
export function limitRest(stay: Stay, leg: Leg, idleMs: number): void {
  stay.client.once('close', () =>
    leg.socket.setTimeout(idleMs, () => {
      stay.late ??= `the rest was not taken within ${idleMs} ms`;
      leg.breakOff();
    }),
  );
}
