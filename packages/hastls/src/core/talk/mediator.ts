import type { Garbled, GarbledWhy, Verdict } from './conversation.ts';
import { type Mediation, type MediationOutcome, type Open, OTHER, type Party, type Place } from './mediation.ts';
import { octetQueue } from './octet-queue.ts';

/** What one frame may hold in the middle of a dialogue that may go on for days, so that nothing else is bounded. [V17] */
export const MEDIATION_LIMITS = { client: 8192, backend: 65_536 } as const;

/** A mediation being held: octets of both sides in, octets for both sides out, and perhaps at some point a verdict. */
export interface Mediator<Outcome = MediationOutcome> {
  /** Gives it what a party sent. Take all of `output` out before feeding again; do not feed what nobody `wants`. */
  feed(from: Party, bytes: Uint8Array): void;
  /** What is to be sent, oldest first: views of what was fed, where it was passed on as it came. */
  readonly output: { readonly to: Party; readonly bytes: Uint8Array }[];
  /** Undefined as long as the mediation goes on. `output` is sent before the verdict is acted upon. */
  readonly verdict: Outcome | Garbled | undefined;
  /** Whether it waits for octets of this party. Those of the other are best left where they are, however many come. */
  wants(from: Party): boolean;
  /** The place that it waits for, while it does. */
  readonly opens: Open | undefined;
  /** There is such a place, or there can be none. */
  opened(place: Place | undefined): void;
  /** Octets that were fed and are not the mediation's: after the verdict they belong to whoever reads on. */
  leftover(from: Party): Uint8Array;
}

/** Drives one mediation, with the rules that `converse()` has for a conversation: what it bounds and forbids is theirs. */
export function mediate<Outcome extends MediationOutcome>(mediation: Mediation<Outcome>): Mediator<Outcome> {
  const output: { readonly to: Party; readonly bytes: Uint8Array }[] = [];
  const waiting = { client: octetQueue(), backend: octetQueue() };
  let verdict: Outcome | Garbled | undefined;
  let peeked = false;
  let step = mediation.next();

  const garbled = (why: GarbledWhy): false => {
    verdict = { kind: 'garbled', why };
    output.length = 0; // a go-ahead that is not out yet must not go out [V3]
    return false;
  };

  /** Takes one step, and says whether another may follow at once. */
  function advance(): boolean {
    if (step.done) return conclude(step.value);
    const ask = step.value;
    peeked = ask.do === 'peek';
    switch (ask.do) {
      case 'tell':
        output.push({ to: ask.to, bytes: ask.bytes });
        return resume();
      case 'hear':
        return take('backend') || take('client'); // what the backend said belongs before what is said next
      case 'carry': {
        const queue = waiting[ask.from];
        if (queue.length === 0) return false;
        queue.take(carried(ask.from, queue.view));
        return verdict === undefined;
      }
      case 'peek':
        return peek(ask.is(waiting.client.view));
      case 'open':
        return false;
    }
  }

  function peek(answer: -1 | 0 | 1): boolean {
    // What is there while our words are still unsent came before them, and is no answer to them. [S13]
    if (waiting.client.length > 0 && output.some(({ to }) => to === 'client')) return garbled('bytes-before-tls');
    if (answer < 0) return garbled('not-the-protocol'); // [S10]
    return answer > 0 && resume({ from: 'client', bytes: waiting.client.view });
  }

  function resume(heard?: { from: Party; bytes: Uint8Array }): true {
    step = heard === undefined ? mediation.next(NOTHING) : mediation.next(heard);
    return true;
  }

  function take(from: Party): boolean {
    if (verdict !== undefined || step.done || step.value.do !== 'hear') return false;
    const queue = waiting[from];
    const frame = step.value.frames[from];
    if (frame === undefined || queue.length === 0) return false;
    const length = frame(queue.view);
    if (length < 0) return garbled('not-the-protocol');
    if ((length || queue.length) > MEDIATION_LIMITS[from]) return garbled('too-long'); // [V17]
    if (length === 0 || length > queue.length) return false;
    return resume({ from, bytes: queue.take(length) });
  }

  /** Passes on what belongs to the passage, and says how much that was. */
  function carried(from: Party, piece: Uint8Array): number {
    if (step.done || step.value.do !== 'carry' || step.value.from !== from) return 0;
    const ends = step.value.passage(piece);
    if (ends !== undefined && ends < 0) garbled('not-the-protocol');
    if (verdict !== undefined) return piece.length;
    const length = ends ?? piece.length;
    if (length > 0) output.push({ to: OTHER[from], bytes: piece.subarray(0, length) });
    if (ends !== undefined) resume();
    return length;
  }

  function conclude(outcome: Outcome): false {
    if (isUpgrade(outcome) && waiting.client.length > 0 && !peeked) return garbled('bytes-before-tls'); // [V3]
    verdict = outcome;
    return false;
  }

  const hold = (): void => {
    while (verdict === undefined && advance());
  };

  hold();
  return {
    output,
    get verdict() {
      return verdict;
    },
    wants(from) {
      if (verdict !== undefined || step.done) return false;
      const ask = step.value;
      if (ask.do === 'hear') return ask.frames[from] !== undefined;
      return ask.do === 'carry' ? ask.from === from : ask.do === 'peek' && from === 'client';
    },
    get opens() {
      return verdict === undefined && !step.done && step.value.do === 'open' ? step.value : undefined;
    },
    opened(place) {
      if (step.done || step.value.do !== 'open') return;
      output.push({ to: 'client', bytes: step.value.tell(place) });
      resume();
      hold();
    },
    leftover: (from) => waiting[from].view,
    feed(from, bytes) {
      // A ClientHello cannot come before the go-ahead went out: whatever this is, it was sent in clear. [V3]
      if (from === 'client' && isUpgrade(verdict) && output.length > 0) garbled('bytes-before-tls');
      const direct = waiting[from].length === 0 && verdict === undefined ? carried(from, bytes) : 0;
      if (direct < bytes.length) waiting[from].push(bytes.subarray(direct));
      hold();
    },
  };
}

const isUpgrade = (outcome: MediationOutcome | Garbled | undefined): outcome is Verdict & { kind: 'start-tls' } =>
  outcome?.kind === 'start-tls';

const NOTHING = { from: 'client', bytes: new Uint8Array(0) } as const; // all but `hear` and `peek` are answered with nothing
