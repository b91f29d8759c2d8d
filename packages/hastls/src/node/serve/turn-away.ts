import type net from 'node:net';
import { converse, type Stead } from '../../core/talk/index.ts';
import { hold } from '../hold.ts';

/** No protocol has shorter lines. [RFC5321 §4.5.3.1.5] */
const MAX_WHY = 400;
/** How long a client that is turned away may take to hear why. */
const FAREWELL_MS = 2000;

/**
 * Says why a client cannot be served now, in its protocol's own words, and means it: what the client says then is not
 * listened to, but a reset would drown the words.
 */
export async function turnAway(
  client: net.Socket,
  stead: Stead | undefined,
  why: string,
  greeted = false,
): Promise<void> {
  const last = stead?.turnAway(plain(why), greeted);
  if (last !== undefined) await hold(client, converse(last), { timeoutMs: FAREWELL_MS });
  leave(client);
}

/** Ends a connection, once all that was written is out and the client had time to hear it. */
export function leave(client: net.Socket): void {
  client.end(() => setTimeout(() => client.destroy(), FAREWELL_MS).unref());
  client.resume();
}

/** One line of ASCII that needs no quoting in any protocol. */
const plain = (words: string): string => words.slice(0, MAX_WHY).replace(/[^ -~]|["\\]/g, "'");
