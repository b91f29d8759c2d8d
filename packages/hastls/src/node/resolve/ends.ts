/** How things end that run side by side, handed over one by one in the order in which that happens. */
export interface Ends<T> {
  put(end: T): void;
  /** The next one, unless it takes longer than patience lasts. */
  next(patienceMs: number | undefined): Promise<T | undefined>;
}

/** No ends yet. Each question has these: a race of promises would cost it several times as much. */
export function createEnds<T>(): Ends<T> {
  const waiting: T[] = [];
  let wake: (() => void) | undefined;
  return {
    put(end) {
      waiting.push(end);
      wake?.();
    },
    next: (patienceMs) =>
      new Promise((resolve) => {
        const give = () => {
          clearTimeout(timer);
          wake = undefined;
          resolve(waiting.shift());
        };
        const timer = patienceMs === undefined ? undefined : setTimeout(give, patienceMs);
        if (waiting.length > 0) give();
        else wake = give;
      }),
  };
}
