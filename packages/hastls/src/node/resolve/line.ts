import type { Connection } from './connection.ts';
import type { Signal } from './signal.ts';

/** A way to one upstream, which opens what it needs and closes it when it is idle. */
export interface Line {
  /** Sends a query and waits for its answer. @throws what went wrong, or the signal's reason */
  exchange(query: Uint8Array, signal: Signal): Promise<Uint8Array>;
  close(): void;
}

/**
 * One connection at a time, kept between queries. A server may close it whenever it likes, so that whoever waits on one
 * that carried answers before is given the next; one that never carried any was in vain. [RFC7766 §6.2.4]
 */
export function createLine(connect: () => Connection): Line {
  let connection: Connection | undefined;
  return {
    async exchange(query, signal) {
      for (;;) {
        signal.throwIfAborted();
        if (!connection?.isOpen) connection = connect();
        const mine = connection;
        try {
          return await mine.send(query, signal);
        } catch (error) {
          if (signal.aborted || mine.isOpen || !mine.hasAnswered) throw error;
        }
      }
    },
    close: () => connection?.end(new Error('this resolver is closed')),
  };
}
