import type { Party } from '../../core/talk/index.ts';
import type { Leg } from './leg.ts';

/** What came first on two connections. */
export type Overture =
  | { readonly kind: 'said'; readonly by: Party; readonly piece: Uint8Array }
  /** The backend took the connection, and ended it before anybody had said anything. */
  | { readonly kind: 'hung-up' }
  /** The client has said all, or has left. */
  | { readonly kind: 'left' };

/**
 * Waits for somebody to say something, as a backend that takes a connection is not yet one that serves. Leaves both
 * connections paused and without readers.
 * @param mayBegin who is listened to
 */
export function overture(legs: Readonly<Record<Party, Leg>>, mayBegin: readonly Party[]): Promise<Overture> {
  const { client, backend } = legs;
  return new Promise((resolve) => {
    const finish = (outcome: Overture) => {
      backend.socket.off('end', hungUp).off('close', hungUp);
      client.socket.off('end', left).off('close', left);
      for (const each of [client, backend]) {
        each.onPiece = nothing;
        each.socket.pause();
      }
      resolve(outcome);
    };
    const hungUp = () => finish({ kind: 'hung-up' });
    const left = () => finish({ kind: 'left' });
    backend.socket.on('end', hungUp).on('close', hungUp);
    client.socket.on('end', left).on('close', left);
    if (client.socket.destroyed || client.socket.readableEnded) left();
    else if (backend.socket.destroyed || backend.socket.readableEnded) hungUp();
    else
      for (const by of mayBegin) {
        legs[by].onPiece = (piece) => finish({ kind: 'said', by, piece: Uint8Array.from(piece) });
        legs[by].socket.resume();
      }
  });
}

const nothing = (): void => {};
