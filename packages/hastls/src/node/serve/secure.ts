import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { watch } from '../watch.ts';

/** How long a client may take for a handshake. */
export const HANDSHAKE_MS = 10_000;

/**
 * The server's side of a handshake: TLS, or `undefined` when none came about in time.
 * @param begun told at once of the socket that has to be destroyed from now on, if any: never again the one below it
 */
export function secure(
  socket: Duplex,
  options: tls.TLSSocketOptions,
  begun: (peer: tls.TLSSocket) => void = ignore,
): Promise<tls.TLSSocket | undefined> {
  const peer = new tls.TLSSocket(socket, { isServer: true, ...options }).on('error', ignore);
  begun(peer);
  return new Promise((resolve) => {
    const unwatch = watch(HANDSHAKE_MS, undefined, () => peer.destroy(), ignore);
    const failed = () => {
      unwatch();
      resolve(undefined);
    };
    peer.once('close', failed).once('secure', () => {
      unwatch();
      peer.off('close', failed);
      resolve(peer);
    });
  });
}

const ignore = () => {}; // a connection that breaks has ended, and that is noticed
