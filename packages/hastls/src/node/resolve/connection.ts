import type { Socket } from 'node:net';
import { createUnframer, framed } from './framing.ts';
import { idOf, isAnswerTo } from './query.ts';
import type { Signal } from './signal.ts';

/** Opens a socket, and says when it may be written to: not before its peer is known to be the right one. */
export type Open = (ready: () => void) => Socket;

/** One connection to an upstream, on which many queries are under way at once. */
export interface Connection {
  /** Whether it may be given queries: it has not ended, and is not suspected of being dead. */
  readonly isOpen: boolean;
  /** Whether it ever carried an answer. */
  readonly hasAnswered: boolean;
  /** @throws what the system says, why the connection ended, or the signal's reason */
  send(query: Uint8Array, signal: Signal): Promise<Uint8Array>;
  end(reason: Error): void;
}

/** What a server may send that is no answer before we hang up. */
const MAX_STRAY = 4 * 65_537;
/** Queries on their way at once; more of them wait for their turn. */
const MAX_OUTSTANDING = 100;
interface Waiter {
  readonly query: Uint8Array;
  /** How many answers had come when it was sent. */
  answersBefore: number;
  readonly answered: (message: Uint8Array) => void;
  readonly failed: (error: Error) => void;
}

/** Queries go out as they come, answers come in any order and are told apart by id and question. [RFC7766 §6.2.1.1 §7] */
export function createConnection(open: Open, idleMs: number): Connection {
  const sent = new Map<number, Waiter>();
  const unsent: Waiter[] = [];
  let state: 'opening' | 'open' | 'suspect' | 'ended' = 'opening';
  let answers = 0;
  let stray = 0;
  const socket = open(() => {
    state = 'open';
    flush();
  });
  const unframe = createUnframer();
  const isQuiet = () => sent.size + unsent.length === 0;
  const idle = setTimeout(() => isQuiet() && end(new Error('was idle')), idleMs).unref();

  socket.on('error', end);
  socket.on('end', () => end(new Error('closed the connection without an answer')));
  socket.on('close', () => end(new Error('closed the connection without an answer')));
  socket.on('data', (chunk: Uint8Array) => {
    stray += chunk.length;
    for (const message of unframe(chunk)) {
      const waiter = sent.get(idOf(message));
      if (waiter === undefined || !isAnswerTo(waiter.query, message)) continue;
      sent.delete(idOf(message));
      [answers, stray] = [answers + 1, 0];
      waiter.answered(message);
    }
    if (stray > MAX_STRAY) return end(new Error('sends other things than the answer'));
    flush();
    rest();
  });

  /** Sends as many as may be on their way; one whose id is on its way already waits as well. */
  function flush(): void {
    for (let [next] = unsent; next !== undefined && state === 'open'; [next] = unsent) {
      if (sent.size >= MAX_OUTSTANDING || sent.has(idOf(next.query))) return;
      unsent.shift();
      next.answersBefore = answers;
      sent.set(idOf(next.query), next);
      socket.write(framed(next.query));
    }
  }

  /** With nothing on its way a connection keeps no process alive, and lasts only if there is hope that it works. */
  function rest(): void {
    if (!isQuiet()) return;
    if (state !== 'open') end(new Error('nobody waits'));
    else {
      idle.refresh();
      socket.unref();
    }
  }

  function leave(waiter: Waiter): void {
    const isSent = sent.get(idOf(waiter.query)) === waiter;
    if (isSent) sent.delete(idOf(waiter.query));
    else unsent.splice(unsent.indexOf(waiter), 1);
    // nothing came while somebody waited until their patience was over: perhaps nothing ever will
    if (isSent && waiter.answersBefore === answers && state === 'open') state = 'suspect';
    flush();
    rest();
  }

  function end(reason: Error): void {
    if (state === 'ended') return;
    state = 'ended';
    clearTimeout(idle);
    socket.destroy();
    for (const { failed } of [...sent.values(), ...unsent]) failed(reason);
    sent.clear();
    unsent.length = 0;
  }

  return {
    get isOpen() {
      return state === 'opening' || state === 'open';
    },
    get hasAnswered() {
      return answers > 0;
    },
    end,
    send: (query, signal) =>
      new Promise((resolve, reject) => {
        const abort = () => {
          leave(waiter);
          reject(signal.reason);
        };
        const settled = () => signal.removeEventListener('abort', abort);
        const waiter: Waiter = {
          query,
          answersBefore: 0,
          answered(message) {
            settled();
            resolve(message);
          },
          failed(error) {
            settled();
            reject(error);
          },
        };
        signal.addEventListener('abort', abort, { once: true });
        socket.ref();
        unsent.push(waiter);
        flush();
      }),
  };
}
