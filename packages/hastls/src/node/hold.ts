import type net from 'node:net';
import type { Garbled, Machine } from '../core/talk/index.ts';
import { type Patience, watch } from './watch.ts';

/** The peer owed us a frame for too long. */
export interface TimedOut {
  readonly kind: 'timeout';
  readonly why: string;
}

const HELLO_MS = 10_000; // [S10]

/**
 * Holds a conversation over a socket until its verdict. Reads in paused mode, and puts back what is not the
 * conversation's: it is there for whoever reads on, and a TLS engine chokes on plaintext. [RFC3207 §6]
 * Each frame has its own deadline, by default 10 000 ms, however many octets come meanwhile. [V17]
 * A peer that leaves or breaks off makes it `cut-short`. The socket stays the caller's to close, unless `signal` calls
 * it all off.
 */
export async function hold<Outcome>(
  socket: net.Socket,
  machine: Machine<Outcome>,
  { timeoutMs = 10_000, signal }: Patience,
): Promise<Outcome | Garbled | TimedOut> {
  if (signal?.aborted) socket.destroy();
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    let owed = '';
    let unwatch = () => {};

    function read(): void {
      flush();
      while (machine.verdict === undefined) {
        const chunk: Buffer | null = socket.read();
        if (chunk === null) break;
        machine.feed(chunk);
        flush();
      }
      if (machine.verdict === undefined) expect(`${machine.waitsFor} ${machine.frames}`);
      else conclude(machine.verdict);
    }

    function flush(): void {
      for (const bytes of machine.output.splice(0)) socket.write(bytes);
    }

    function expect(next: string): void {
      if (next === owed) return;
      owed = next;
      unwatch();
      const limit = machine.waitsFor === 'hello' ? Math.min(HELLO_MS, timeoutMs) : timeoutMs;
      unwatch = watch(
        limit,
        signal,
        () => finish({ kind: 'timeout', why: `no answer within ${limit} ms` }),
        () => {
          stopListening();
          socket.destroy();
          reject(signal?.reason);
        },
      );
    }

    function conclude(outcome: Outcome | Garbled): void {
      stopListening();
      if (machine.leftover.length > 0 && !socket.destroyed && !socket.readableEnded) socket.unshift(machine.leftover);
      // A go-ahead is out before a TLS engine writes anything.
      if (socket.writableLength > 0 && socket.writable) socket.write('', () => finish(outcome));
      else finish(outcome);
    }

    function cut(): void {
      machine.end();
      if (machine.verdict !== undefined) conclude(machine.verdict);
    }

    function stopListening(): void {
      unwatch();
      socket.off('readable', read).off('end', cut).off('close', cut);
    }

    function finish(outcome: Outcome | Garbled | TimedOut): void {
      stopListening();
      socket.off('error', ignore);
      resolve(outcome);
    }

    socket.on('error', ignore).on('end', cut).on('close', cut).on('readable', read);
    if (socket.destroyed || socket.readableEnded) cut();
    else read();
  });
}

const ignore = () => {}; // 'close' follows, and says enough
