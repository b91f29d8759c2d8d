import type net from 'node:net';
import type { Garbled, Machine } from '../core/talk/index.ts';
import type { Patience } from './watch.ts';

/** The peer owed us a frame for too long. */
export interface TimedOut {
  readonly kind: 'timeout';
  readonly why: string;
}

const HELLO_MS = 10_000; // [S10]

/**
 * Holds a conversation over a socket until its verdict. Reads only as much as it must, in paused mode, and puts back
 * what is not the conversation's. Each frame has its own deadline, by default 10 000 ms. [V17]
 */
export async function hold<Outcome>(
  socket: net.Socket,
  machine: Machine<Outcome>,
  { timeoutMs = 10_000, signal }: Patience,
): Promise<Outcome | Garbled | TimedOut> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout;
    let frames = -1;

    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      socket.off('readable', read).off('end', end).off('error', end).off('close', end);
      signal?.removeEventListener('abort', abort);
      settle();
    };
    const abort = () =>
      finish(() => {
        socket.destroy();
        reject(signal?.reason);
      });
    const expect = (): void => {
      if (machine.frames === frames) return;
      frames = machine.frames;
      clearTimeout(timer);
      const limit = machine.waitsFor === 'hello' ? Math.min(HELLO_MS, timeoutMs) : timeoutMs;
      timer = setTimeout(() => finish(() => resolve({ kind: 'timeout', why: `no answer within ${limit} ms` })), limit);
    };
    const step = (): void => {
      for (const bytes of machine.output.splice(0)) socket.write(bytes);
      const { verdict } = machine;
      if (verdict === undefined) expect();
      else conclude(verdict);
    };
    const conclude = (verdict: Outcome | Garbled): void =>
      finish(() => {
        if (machine.leftover.length > 0 && !socket.destroyed) socket.unshift(machine.leftover);
        resolve(verdict);
      });
    function read(): void {
      for (let chunk = socket.read(); chunk !== null && machine.verdict === undefined; chunk = socket.read()) {
        machine.feed(chunk);
        step();
      }
    }
    function end(): void {
      machine.end();
      step();
    }
    socket.on('readable', read).on('end', end).on('error', end).on('close', end);
    signal?.addEventListener('abort', abort);
    step();
    if (machine.verdict === undefined) read();
  });
}
