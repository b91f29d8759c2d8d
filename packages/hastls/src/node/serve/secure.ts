import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { watch } from '../watch.ts';

/** How long a client may take for a handshake. */
export const HANDSHAKE_MS = 10_000;

/** Whether TLS came about. */
export type Shaken =
  | { readonly kind: 'secured'; readonly peer: tls.TLSSocket }
  | { readonly kind: 'failed'; readonly why: string };

/**
 * The server's side of a handshake, which fails as soon as the client leaves, and when it takes too long.
 * @param begun told at once of the socket that has to be destroyed from now on, if any: never again the one below it
 */
export function secure(
  socket: Duplex,
  options: tls.TLSSocketOptions,
  begun: (peer: tls.TLSSocket) => void = ignore,
  limitMs: number = HANDSHAKE_MS,
): Promise<Shaken> {
  const peer = new tls.TLSSocket(socket, { isServer: true, ...options });
  begun(peer);
  return new Promise((resolve) => {
    let why = LEFT;
    const unwatch = watch(limitMs, undefined, () => peer.destroy(new Error(lateness(limitMs))), ignore);
    const failed = () => {
      unwatch();
      resolve({ kind: 'failed', why });
    };
    const left = () => peer.destroy(); // who has said all there is to say has not begun with TLS
    peer.on('error', (error) => {
      why = noTls(error);
    });
    peer.once('close', failed).once('end', left);
    peer.once('secure', () => {
      unwatch();
      peer.off('close', failed).off('end', left);
      resolve({ kind: 'secured', peer });
    });
  });
}

/** Why no TLS came about, for people: in OpenSSL's words if it has any, never in the client's. */
export function noTls(error: Error): string {
  const code = 'code' in error ? String(error.code) : undefined;
  if (code === undefined) return `${NO_TLS}: ${error.message}`;
  return code === 'ECONNRESET' || code === 'EPIPE' ? LEFT : `${NO_TLS} (${code})`;
}

const NO_TLS = 'no TLS came about';
/** Why no TLS came about with a client that is gone. */
export const LEFT: string = `${NO_TLS}: the client left`;
/** Why it did not with one that took too long. */
export const lateness = (limitMs: number): string => `not within ${limitMs} ms`;

const ignore = () => {}; // a connection that breaks has ended, and that is noticed
