import type { Socket } from 'node:net';
import { createUnframer, framed } from './framing.ts';
import { idOf, isAnswerTo, withId } from './query.ts';
import type { Signal } from './signal.ts';

/** Opens a socket, and says when it may be written to: not before its peer is known to be the right one. */
export type Open = (ready: () => void) => Socket;

/** One connection to an upstream, on which many queries are under way at once. */
export interface Connection {
  /** Whether it may be given queries: it has not ended. */
  readonly isOpen: boolean;
  /** Gives the answer, which may bear another number than the query. @throws what the system says, why the connection ended, or the signal's reason */
  send(query: Uint8Array, signal: Signal): Promise<Uint8Array>;
  end(reason: Error): void;
}

/** What a server may send that is no answer before we hang up. */
const MAX_STRAY = 4 * 65_537;
/** Queries on their way at once; more of them wait for their turn. */
const MAX_OUTSTANDING = 100;

interface Waiter {
  /** As it is sent: its number is nobody else's on this connection. */
  query: Uint8Array;
  readonly answered: (message: Uint8Array) => void;
  readonly failed: (error: Error) => void;
}

/** Queries go out as they come, answers come in any order and are told apart by id and question. [RFC7766 §6.2.1.1 §7] */
export function createConnection(open: Open, idleMs: number): Connection {
  const sent = new Map<number, Waiter>();
  const unsent: Waiter[] = [];
  let state: 'opening' | 'open' | 'ended' = 'opening';
  let stray = 0;
  let isWriting = false;
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
      stray = 0;
      waiter.answered(message);
    }
    if (stray > MAX_STRAY) return end(new Error('sends other things than the answer'));
    flush();
    rest();
  });

  /**
   * Sends as many as may be on their way, each in a record of its own where there is TLS: some servers (dnsdist 1.7) do
   * not notice, until more comes, that there is a second query in what they have decrypted.
   */
  function flush(): void {
    if (state !== 'open' || isWriting || sent.size >= MAX_OUTSTANDING) return;
    const next = unsent.shift();
    if (next === undefined) return;
    let id = idOf(next.query);
    while (sent.has(id)) id = (id + 1) & 0xffff; // none waits for another's answer [RFC7766 §6.2.1]
    next.query = withId(next.query, id);
    sent.set(id, next);
    isWriting = true;
    socket.write(framed(next.query), () => {
      isWriting = false;
      flush();
    });
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
    if (sent.get(idOf(waiter.query)) === waiter) sent.delete(idOf(waiter.query));
    else unsent.splice(unsent.indexOf(waiter), 1);
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
      return state !== 'ended';
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
