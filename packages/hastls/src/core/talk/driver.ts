import type { Conversation, Garbled, GarbledWhy, Verdict } from './conversation.ts';
import { octetQueue } from './octet-queue.ts';

/** What a peer may make us read before TLS. [V17] */
export const LIMITS = { frameOctets: 8192, frames: 128, octets: 65_536 } as const;

/** A conversation being held: octets in, octets out, and at some point a verdict. */
export interface Machine<Outcome = Verdict> {
  /** Gives it what the peer sent. Send all of `output` before feeding again: what is unsent, nobody has answered. */
  feed(bytes: Uint8Array): void;
  /** The peer will send no more. A conversation that is cut never succeeds. */
  end(): void;
  /** What is to be sent, oldest first. The caller takes it out, as with `shift()`. */
  readonly output: Uint8Array[];
  /** Undefined as long as the conversation goes on. `output` is sent before the verdict is acted upon. */
  readonly verdict: Outcome | Garbled | undefined;
  /** Octets that are not the conversation's: after the verdict they belong to whoever reads on, TLS engine or application. */
  readonly leftover: Uint8Array;
  /** What is waited for: each deserves a deadline, and a ClientHello that was demanded a short one. [S10] [V17] */
  readonly waitsFor: 'frame' | 'hello' | 'nothing';
  /** Frames taken so far. As long as it stands still the peer owes us the same frame, however many octets it sends. */
  readonly frames: number;
}

/**
 * Drives one conversation. The safety rules live here, once, for every protocol: bounded frames, a bounded whole, no
 * plaintext left over when TLS is about to start, and nothing said any more once that rule is broken.
 */
export function converse<Outcome extends { readonly kind: string }>(
  conversation: Conversation<Outcome, 'server'>,
): Machine<Outcome> {
  const output: Uint8Array[] = [];
  const waiting = octetQueue();
  let verdict: Outcome | Garbled | undefined;
  let peeked = false;
  let frames = 0;
  let taken = 0;
  let step = conversation.next();

  const garbled = (why: GarbledWhy): false => {
    verdict = { kind: 'garbled', why };
    output.length = 0; // a go-ahead that is not out yet must not go out [V3]
    return false;
  };

  /** Takes one step, and says whether another may follow at once. */
  function advance(): boolean {
    if (step.done) return conclude(step.value);
    const ask = step.value;
    switch (ask.do) {
      case 'send':
        peeked = false;
        output.push(ask.bytes);
        step = conversation.next();
        return true;
      case 'take':
        peeked = false;
        return take(ask.frame(waiting.view));
      case 'peek':
        peeked = true;
        return peek(ask.is(waiting.view));
    }
  }

  function take(length: number): boolean {
    if (length < 0) return garbled('not-the-protocol');
    const atLeast = length === 0 ? waiting.length : length;
    if (atLeast > LIMITS.frameOctets) return garbled('too-long'); // [V17]
    if (length === 0 || length > waiting.length) return false;
    frames += 1;
    taken += length;
    if (frames > LIMITS.frames || taken > LIMITS.octets) return garbled('too-long'); // [V17]
    step = conversation.next(waiting.take(length));
    return true;
  }

  function peek(answer: -1 | 0 | 1): boolean {
    // What is there while our demand is still unsent came before it, and is no answer to it. [S13]
    if (waiting.length > 0 && output.length > 0) return garbled('bytes-before-tls');
    if (answer < 0) return garbled('not-the-protocol'); // [S10]
    if (answer === 0) return false;
    step = conversation.next(waiting.view);
    return true;
  }

  function conclude(outcome: Outcome): false {
    if (outcome.kind === 'start-tls' && waiting.length > 0 && !peeked) return garbled('bytes-before-tls'); // [V3] [V4]
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
    get leftover() {
      return waiting.view;
    },
    get waitsFor() {
      if (verdict !== undefined || step.done) return 'nothing';
      return step.value.do === 'peek' ? 'hello' : 'frame';
    },
    get frames() {
      return frames;
    },
    feed(bytes) {
      waiting.push(bytes);
      // A ClientHello cannot come before the go-ahead went out: whatever this is, it was sent in clear. [V3]
      if (verdict?.kind === 'start-tls' && output.length > 0) garbled('bytes-before-tls');
      hold();
    },
    end() {
      if (verdict === undefined) garbled('cut-short');
    },
  };
}
