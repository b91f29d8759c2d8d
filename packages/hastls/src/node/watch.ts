/** How long something may take, and how its caller can call it off. */
export interface Patience {
  /** Give up after this long. */
  readonly timeoutMs?: number;
  /** Calls it off: what was opened is closed, and the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Watches clock and signal while something is under way. At most one of the two functions is called, once; the
 * function it returns ends the watch. A signal that was aborted before is the caller's to check.
 */
export function watch(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  late: () => void,
  off: () => void,
): () => void {
  const timer = setTimeout(() => {
    end();
    late();
  }, timeoutMs);
  const abort = () => {
    end();
    off();
  };
  const end = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  };
  signal?.addEventListener('abort', abort);
  return end;
}
