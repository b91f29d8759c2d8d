import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCaller, type Signal } from '#node/resolve/signal.js';

// Work is given one of ours or an AbortSignal, and must not be able to tell them apart.
for (const [name, create] of [
  ['ours', createCaller],
  ['an AbortSignal', () => new AbortController()],
] as const) {
  const listening = (signal: Signal) => {
    const heard: string[] = [];
    const first = () => heard.push('first');
    const second = () => heard.push('second');
    signal.addEventListener('abort', first, { once: true });
    signal.addEventListener('abort', second, { once: true });
    return { heard, first, second };
  };

  test(`${name}: who listens hears once, with the reason there to read`, () => {
    const { signal, abort } = bound(create());
    const { heard } = listening(signal);
    assert.equal(signal.aborted, false);
    signal.throwIfAborted();
    const reason = new Error('closed');
    abort(reason);
    abort(new Error('again'));
    assert.deepEqual(heard, ['first', 'second']);
    assert.equal(signal.aborted, true);
    assert.equal(signal.reason, reason);
    assert.throws(() => signal.throwIfAborted(), reason);
  });

  test(`${name}: who listens no more hears nothing`, () => {
    const { signal, abort } = bound(create());
    const { heard, first } = listening(signal);
    signal.removeEventListener('abort', first);
    abort();
    assert.deepEqual(heard, ['second']);
    assert.ok(signal.reason instanceof Error);
  });
}

const bound = (caller: { readonly signal: Signal; abort(reason?: unknown): void }) => ({
  signal: caller.signal,
  abort: (reason?: unknown) => caller.abort(reason),
});
