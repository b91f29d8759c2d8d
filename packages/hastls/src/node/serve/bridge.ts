import {
  type Garbled,
  type MediationOutcome,
  type Mediator,
  type Open,
  OTHER,
  type Party,
  type Place,
} from '../../core/talk/index.ts';
import type { Leg } from './leg.ts';

/** How a bridge ended: by the mediation's verdict, or because a connection did. */
export type Crossed =
  | MediationOutcome
  | Garbled
  | { readonly kind: 'over'; readonly whose: Party; readonly said: boolean; readonly broke?: Broke };

/** A connection that broke off before it had ended, in words for the log. */
export interface Broke {
  readonly whose: Party;
  readonly why: string;
}

/** Both, in the order in which what they said is passed on. */
export const PARTIES: readonly Party[] = ['backend', 'client'];

/**
 * Holds a mediation over two connections until its verdict, and leaves both paused and without readers. Nothing is read
 * that nobody waits for, or that the other side is too slow to take.
 * @param open opens a place beside them; gives none by default
 */
export function bridge(
  legs: Readonly<Record<Party, Leg>>,
  mediator: Mediator,
  open: (to: Open) => Promise<Place | undefined> | undefined = () => undefined,
): Promise<Crossed> {
  return new Promise((resolve) => {
    let said = false;
    let hasSaidAll = false;
    let isOver = false;
    let opening: Open | undefined;
    const undo: (() => void)[] = [];
    for (const from of PARTIES) {
      const { socket } = legs[from];
      const ended = () => {
        hasSaidAll ||= from === 'client';
        if (from === 'client') turn();
        else if (legs.backend.wasReset()) closed();
        else finish({ kind: 'over', whose: from, said });
      };
      const closed = () => {
        const isWhole = legs[from].socket.readableEnded && !legs[from].wasReset();
        const broke = isWhole ? undefined : brokenBy(from, legs[from]);
        // a client that has heard nothing can still be served, or be told
        if (broke !== undefined && (from === 'client' || said)) breakOff(OTHER[from], legs);
        finish({ kind: 'over', whose: from, said, ...(broke !== undefined && { broke }) });
      };
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
      const { opens } = mediator;
      if (opens !== undefined && opens !== opening) void openPlace(opens);
      // What the client said is passed on by now, and no more will come; the backend may still have something to say.
      if (hasSaidAll && mediator.wants('client')) legs.backend.socket.end();
    }

    async function openPlace(to: Open): Promise<void> {
      opening = to;
      const place = await open(to);
      if (isOver) return;
      mediator.opened(place);
      turn();
    }

    function listen(from: Party): void {
      const { socket } = legs[from];
      const mayFlow = mediator.wants(from) && !legs[OTHER[from]].isBusy;
      if (mayFlow && socket.isPaused()) socket.resume();
      else if (!mayFlow && !socket.isPaused()) socket.pause();
    }

    function finish(outcome: Crossed): void {
      isOver = true;
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

/**
 * Carries octets both ways, unread, until both ends have said all, or a connection breaks: then it says whose. What a
 * mediation has read and not passed on goes first.
 */
export async function relay(
  legs: Readonly<Record<Party, Leg>>,
  rest?: Mediator,
): Promise<{ readonly broke: Broke } | undefined> {
  const { client, backend } = legs;
  if (rest !== undefined) {
    backend.write(rest.leftover('client'));
    client.write(rest.leftover('backend'));
  }
  let broke: Broke | undefined;
  await Promise.all(
    PARTIES.map((from) =>
      passOn(legs[from], legs[OTHER[from]], () => {
        broke ??= brokenBy(from, legs[from]); // the other one is ended next, by us
        breakOff(OTHER[from], legs);
      }),
    ),
  );
  return broke === undefined ? undefined : { broke };
}

/** One direction, until it has ended or its connection is closed. */
function passOn(from: Leg, to: Leg, broken: () => void): Promise<void> {
  return new Promise((resolve) => {
    const ended = () => {
      if (from.wasReset()) broken();
      else to.socket.end();
      resolve();
    };
    const closed = () => {
      if (!from.socket.readableEnded) broken();
      else if (!from.socket.writableFinished) to.socket.destroySoon(); // nobody is there to hear the rest
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

/**
 * Breaks off a connection whose other half broke. A client first hears what there is, or its own deadline ends it; a backend
 * that does not read would keep its connection open for ever.
 */
function breakOff(whose: Party, legs: Readonly<Record<Party, Leg>>): void {
  const leg = legs[whose];
  if (whose === 'backend' || !leg.socket.writable) leg.breakOff();
  else leg.socket.write('', () => leg.breakOff());
}

const brokenBy = (whose: Party, { socket, wasReset }: Leg): Broke => {
  const known = socket.errored !== null && 'code' in socket.errored ? String(socket.errored.code) : undefined;
  const code = known !== undefined || wasReset() ? ` (${known ?? 'ECONNRESET'})` : '';
  return { whose, why: `the ${whose}: its connection broke off${code}` };
};

const nothing = (): void => {};
