/** Gathers octets in network order in one growing buffer. */
export interface Writer {
  /** Octets written so far. */
  readonly length: number;
  uint8(value: number): Writer;
  uint16(value: number): Writer;
  uint32(value: number): Writer;
  bytes(value: Uint8Array): Writer;
  /** Overwrites two octets written before, such as a length that is known only now. */
  patchUint16(offset: number, value: number): void;
  /** Forgets everything from `length` on. */
  truncate(length: number): void;
  /** A copy of what was written. */
  finish(): Uint8Array;
}

/** A writer with room for `capacity` octets before it has to grow. */
export function writer(capacity = 256): Writer {
  let buffer = new Uint8Array(capacity);
  let length = 0;
  const room = (more: number): number => {
    if (length + more > buffer.length) {
      const grown = new Uint8Array(Math.max(buffer.length * 2, length + more));
      grown.set(buffer.subarray(0, length));
      buffer = grown;
    }
    const from = length;
    length += more;
    return from;
  };
  const self: Writer = {
    get length() {
      return length;
    },
    uint8(value) {
      const from = room(1); // before `buffer` is named: this may put another one in its place
      buffer[from] = value;
      return self;
    },
    uint16(value) {
      const from = room(2);
      buffer[from] = value >>> 8;
      buffer[from + 1] = value;
      return self;
    },
    uint32(value) {
      const from = room(4);
      buffer[from] = value >>> 24;
      buffer[from + 1] = value >>> 16;
      buffer[from + 2] = value >>> 8;
      buffer[from + 3] = value;
      return self;
    },
    bytes(value) {
      const from = room(value.length);
      buffer.set(value, from);
      return self;
    },
    patchUint16(offset, value) {
      buffer[offset] = value >>> 8;
      buffer[offset + 1] = value;
    },
    truncate(shorter) {
      length = Math.min(length, shorter);
    },
    finish: () => buffer.slice(0, length),
  };
  return self;
}
