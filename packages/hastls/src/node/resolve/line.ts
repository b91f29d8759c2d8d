import type { Connection } from './connection.ts';
import type { Signal } from './signal.ts';

/** A way to one upstream, which opens what it needs and closes it when it is idle. */
export interface Line {
  /** Sends a query and waits for its answer. @throws what went wrong, or the signal's reason */
  exchange(query: Uint8Array, signal: Signal): Promise<Uint8Array>;
  close(): void;
}

/** How long a connection on which somebody waits may say nothing before others are sent by a new one. */
const SILENCE_MS = 500; // shorter than the patience of a first attempt, so that the second is not made in vain as well

/** A connection, and whether there is hope that it works. */
interface Held {
  readonly connection: Connection;
  waiting: number;
  answers: number;
  /** Since when those who wait have heard nothing. */
  silentSince: number;
  /** Somebody's patience was over before anything came: perhaps nothing ever will. */
  isSuspect: boolean;
}

/**
 * One connection at a time, kept between queries for as long as it works. A server may close it whenever it likes, so
 * that whoever waits on one that carried answers before is given the next; one that never carried any was in vain.
 * [RFC7766 §6.2.4]
 * @param elapsedMs a clock that only goes forward
 */
export function createLine(connect: () => Connection, elapsedMs: () => number = () => performance.now()): Line {
  let held: Held | undefined;
  const isSilent = ({ waiting, silentSince }: Held) => waiting > 0 && elapsedMs() - silentSince > SILENCE_MS;
  const isGood = (each: Held) => each.connection.isOpen && !each.isSuspect && !isSilent(each);

  async function send(by: Held, query: Uint8Array, signal: Signal): Promise<Uint8Array> {
    const answersBefore = by.answers;
    if (by.waiting++ === 0) by.silentSince = elapsedMs();
    try {
      const answer = await by.connection.send(query, signal);
      by.answers++;
      by.silentSince = elapsedMs();
      return answer;
    } finally {
      by.waiting--;
      if (signal.aborted && by.answers === answersBefore) by.isSuspect = true;
      if (by.waiting === 0 && (by.isSuspect || by !== held)) by.connection.end(new Error('has been silent'));
    }
  }

  return {
    async exchange(query, signal) {
      for (;;) {
        signal.throwIfAborted();
        if (held === undefined || !isGood(held))
          held = { connection: connect(), waiting: 0, answers: 0, silentSince: 0, isSuspect: false };
        const by = held;
        try {
          return await send(by, query, signal);
        } catch (error) {
          if (signal.aborted || by.connection.isOpen || by.answers === 0) throw error;
        }
      }
    },
    close: () => held?.connection.end(new Error('this resolver is closed')),
  };
}
