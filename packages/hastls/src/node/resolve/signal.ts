/** What is used of an AbortSignal here: each of those will do. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: true }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Calls work off, as an AbortController does at many times the cost: every query of a proof has its own. */
export interface Caller {
  readonly signal: Signal;
  abort(reason?: unknown): void;
}

/** Work that nobody has called off yet. */
export const createCaller = (): Caller => new Calling();

/** Both sides in one object. */
class Calling implements Caller, Signal {
  aborted = false;
  reason: unknown;
  #listeners: (() => void)[] = [];

  get signal(): Signal {
    return this;
  }
  abort(reason: unknown = new Error('nobody wants the outcome any more')): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }
  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }
  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.push(listener);
  }
  removeEventListener(_type: 'abort', listener: () => void): void {
    const index = this.#listeners.indexOf(listener);
    if (index >= 0) this.#listeners.splice(index, 1);
  }
}
