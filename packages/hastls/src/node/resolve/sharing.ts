import { type Caller, createCaller, type Signal } from './signal.ts';

/** Work that several callers may want at the same time. */
export interface Sharing<T> {
  /**
   * Joins the work under this key, or begins it. A caller whose signal fires leaves with the signal's reason; only
   * when the last one has left is the work called off.
   */
  join(key: string, signal: Signal | undefined, work: (called: Signal) => Promise<T>): Promise<T>;
  /** Calls all work off. */
  stop(reason: Error): void;
}

interface Flight<T> {
  readonly result: Promise<T>;
  readonly off: Caller;
  callers: number;
}

/** Work that is under way once, however many wait for it. */
export function createSharing<T>(): Sharing<T> {
  const flights = new Map<string, Flight<T>>();

  function begin(key: string, work: (called: Signal) => Promise<T>): Flight<T> {
    const off = createCaller();
    const flight: Flight<T> = { off, callers: 0, result: work(off.signal) };
    const land = () => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    flight.result.then(land, land); // before whoever waits hears of it
    flights.set(key, flight);
    return flight;
  }

  return {
    join(key, signal, work) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      const flight = flights.get(key) ?? begin(key, work);
      flight.callers++;
      if (signal === undefined) return flight.result; // stays to the end
      return new Promise((resolve, reject) => {
        const leave = () => {
          reject(signal.reason);
          if (--flight.callers > 0) return;
          flights.delete(key); // whoever comes now begins anew
          flight.off.abort(signal.reason);
        };
        const land = () => signal.removeEventListener('abort', leave);
        signal.addEventListener('abort', leave, { once: true });
        flight.result.then(land, land);
        flight.result.then(resolve, reject);
      });
    },
    stop(reason) {
      for (const { off } of flights.values()) off.abort(reason);
      flights.clear();
    },
  };
}
