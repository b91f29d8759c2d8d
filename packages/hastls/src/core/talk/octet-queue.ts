/** Octets that came and are not taken yet. However small the pieces come in, each octet is copied a few times at most. */
export interface OctetQueue {
  readonly length: number;
  /** All that waits, as a view: not a copy. */
  readonly view: Uint8Array;
  push(bytes: Uint8Array): void;
  /** The first `length` octets, as a view; they are never overwritten. */
  take(length: number): Uint8Array;
}

/** An empty queue. */
export function octetQueue(): OctetQueue {
  let store = new Uint8Array(0);
  let start = 0;
  let end = 0;
  return {
    get length() {
      return end - start;
    },
    get view() {
      return store.subarray(start, end);
    },
    push(bytes) {
      if (end + bytes.length > store.length) {
        const waiting = end - start;
        const grown = new Uint8Array(Math.max(2 * waiting, waiting + bytes.length));
        grown.set(store.subarray(start, end));
        [store, start, end] = [grown, 0, waiting];
      }
      store.set(bytes, end);
      end += bytes.length;
    },
    take(length) {
      start += length;
      return store.subarray(start - length, start);
    },
  };
}
