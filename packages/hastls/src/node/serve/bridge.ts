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
    let hasSaidAll = false;
    const undo: (() => void)[] = [];
    for (const from of PARTIES) {
      const { socket } = legs[from];
      const ended = () => {
        hasSaidAll ||= from === 'client';
        if (from === 'client') turn();
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
      // What the client said is passed on by now, and no more will come; the backend may still have something to say.
      if (hasSaidAll && mediator.wants('client')) legs.backend.socket.end();
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

    const gone = PARTIES.find((from) => legs[from].socket.destroyed);
    hasSaidAll = legs.client.socket.readableEnded; // before anybody listened
    if (gone !== undefined) finish({ kind: 'over', whose: gone, said });
    else if (legs.backend.socket.readableEnded) finish({ kind: 'over', whose: 'backend', said });
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
