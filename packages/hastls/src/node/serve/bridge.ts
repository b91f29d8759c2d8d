import type { Garbled, MediationOutcome, Mediator, Party } from '../../core/talk/index.ts';
import type { Leg } from './leg.ts';

/** How a bridge ended: by the mediation's verdict, or because a connection did. */
export type Crossed =
  | MediationOutcome
  | Garbled
  | { readonly kind: 'over'; readonly whose: Party; readonly said: boolean };

const PARTIES: readonly Party[] = ['backend', 'client'];
const OTHER: Readonly<Record<Party, Party>> = { client: 'backend', backend: 'client' };

/**
 * Holds a mediation over two connections until its verdict, and leaves both paused and without readers. Nothing is read
 * that nobody waits for, or that the other side is too slow to take.
 */
export function bridge(legs: Readonly<Record<Party, Leg>>, mediator: Mediator): Promise<Crossed> {
  return new Promise((resolve) => {
    let said = false;
    const undo: (() => void)[] = [];
    for (const from of PARTIES) {
      const { socket } = legs[from];
      const ended = () => {
        if (from === 'client')
          legs.backend.socket.end(); // it may still have something to say
        else finish({ kind: 'over', whose: from, said });
      };
      const closed = () => finish({ kind: 'over', whose: from, said });
      socket.on('end', ended).on('close', closed);
      undo.push(() => socket.off('end', ended).off('close', closed));
      legs[from].onReady = turn;
      legs[from].onPiece = (piece) => {
        mediator.feed(from, piece);
        turn();
      };
    }

    function turn(): void {
      for (const { to, bytes } of mediator.output.splice(0)) {
        said ||= to === 'client';
        legs[to].write(bytes);
      }
      if (mediator.verdict === undefined) for (const from of PARTIES) listen(from);
      else finish(mediator.verdict);
    }

    function listen(from: Party): void {
      const { socket } = legs[from];
      const mayFlow = mediator.wants(from) && !legs[OTHER[from]].isBusy;
      if (mayFlow && socket.isPaused()) socket.resume();
      else if (!mayFlow && !socket.isPaused()) socket.pause();
    }

    function finish(outcome: Crossed): void {
      for (const each of undo) each();
      for (const from of PARTIES) {
        legs[from].onReady = legs[from].onPiece = nothing;
        legs[from].socket.pause();
      }
      resolve(outcome);
    }

    if (PARTIES.some((from) => legs[from].socket.destroyed)) finish({ kind: 'over', whose: 'client', said });
    else turn();
  });
}

/** Carries octets both ways, unread, until both ends have said all. What a mediation has read and not passed on goes first. */
export function relay({ client, backend }: Readonly<Record<Party, Leg>>, rest?: Mediator): Promise<void> {
  if (rest !== undefined) {
    backend.write(rest.leftover('client'));
    client.write(rest.leftover('backend'));
  }
  return Promise.all([passOn(client, backend), passOn(backend, client)]).then(nothing);
}

/** One direction, until it has ended or its connection is closed. */
function passOn(from: Leg, to: Leg): Promise<void> {
  return new Promise((resolve) => {
    const ended = () => {
      to.socket.end();
      resolve();
    };
    const closed = () => {
      if (!from.socket.readableEnded || !from.socket.writableFinished) to.socket.destroySoon(); // it broke
      resolve();
    };
    from.onPiece = (piece) => {
      to.write(piece);
      if (to.isBusy) from.socket.pause();
    };
    to.onReady = () => from.socket.resume();
    from.socket.once('end', ended).once('close', closed);
    if (from.socket.destroyed) closed();
    else if (from.socket.readableEnded) ended();
    else if (!to.isBusy) from.socket.resume();
  });
}

const nothing = (): void => {};
