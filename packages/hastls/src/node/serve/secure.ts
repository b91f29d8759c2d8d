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
    const left = () => peer.destroy(); // who has said all there is to say has not begun with TLS
    peer.once('close', failed).once('end', left);
    peer.once('secure', () => {
      unwatch();
      peer.off('close', failed).off('end', left);
      resolve(peer);
    });
  });
}

const ignore = () => {}; // a connection that breaks has ended, and that is noticed
