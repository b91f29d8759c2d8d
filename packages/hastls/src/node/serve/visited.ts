import type net from 'node:net';
import type { Agreed, Origin } from '../../core/proxy/index.ts';
import type { Beside } from './beside.ts';
import { originOf } from './origin.ts';
import type { Reached } from './reach.ts';
import type { Stay } from './stay.ts';

/** Who has come. */
export interface Visitor {
  /** Counts the connections of all gateways of the process, from 1. */
  readonly id: number;
  /** The client's address, as far as somebody who may announced it; empty for a Unix socket. */
  readonly from: string;
}

/** What is left of a connection when it is over: nothing that was said. */
export interface Visited extends Visitor {
  readonly how: 'plaintext' | 'in-band' | 'implicit';
  readonly tls?: {
    readonly protocol: string;
    readonly cipher: string;
    /** Of the key exchange, by Node's name, where it can be told. */
    readonly group: string | undefined;
    /** It was a session's continuation, so that the key exchange and the ticket were all. */
    readonly resumed: boolean;
    readonly serverName: string | undefined;
    /** Whose certificate it showed, made fit to be printed. */
    readonly client?: string;
  };
  /** Octets to the backends, and from them. */
  readonly up: number;
  readonly down: number;
  readonly durationMs: number;
  /** Whether it went as it should; if not, in a word, on whose side it was that it did not; and how it ended. */
  readonly ok: boolean;
  readonly cause?: Cause;
  readonly why: string;
}

/**
 * Too many were there, nobody was announced, no TLS came about, the client broke the rules of its protocol, took too long,
 * or there was no backend for it.
 */
export type Cause = 'too-many' | 'unannounced' | 'handshake' | 'client' | 'late' | 'backend';

/** Who has come to TLS, and how. */
export interface Secured extends Visitor {
  readonly how: Visited['how'];
  readonly tls?: Visited['tls'];
}

/** A client's stay, while it lasts. */
export interface Visit extends Visitor, Stay {
  client: net.Socket;
  from: string;
  origin: Origin | undefined;
  readonly began: number;
  tls?: Visited['tls'];
  agreed?: Agreed;
  how: Visited['how'];
  readonly backends: net.Socket[];
  /** What is under way beside the dialogue, and what has moved there. */
  beside?: Beside | undefined;
  readonly moved: { up: number; down: number };
  /** A backend whose greeting was the client's, and what it said since, where that connection goes on over TLS. */
  kept?: Reached;
}

/** A client has come. */
export function startVisit(client: net.Socket, id: number): Visit {
  client.on('error', ignore);
  const origin = originOf(client);
  return {
    id,
    client,
    beneath: client,
    origin,
    from: origin?.from.address ?? '',
    began: performance.now(),
    how: 'plaintext',
    backends: [],
    moved: { up: 0, down: 0 },
  };
}

/** How a stay ended. */
export type Ending = Pick<Visited, 'ok' | 'cause' | 'why'>;

/** It went as it should. */
export const OVER: Ending = { ok: true, why: 'over' };

/** It did not go as it should. */
export const failed = (cause: Cause, why: string): Ending => ({ ok: false, cause, why });

/** A client has left. */
export function visited({ id, from, how, tls: secured, began, backends, moved }: Visit, ending: Ending): Visited {
  const sum = (octets: (socket: net.Socket) => number) => backends.reduce((all, each) => all + octets(each), 0);
  return {
    id,
    from,
    how,
    ...(secured && { tls: secured }),
    up: moved.up + sum((each) => each.bytesWritten),
    down: moved.down + sum((each) => each.bytesRead),
    durationMs: Math.round(performance.now() - began),
    ...ending,
  };
}

const ignore = () => {}; // a connection that breaks has ended, and that is noticed
