/** Gathers octets in network order in one growing buffer. */
export interface Writer {
  /** Octets written so far. */
  readonly length: number;
  uint8(value: number): Writer;
  uint16(value: number): Writer;
  uint32(value: number): Writer;
  bytes(value: Uint8Array): Writer;
  /** An octet for each character; all are below 256. */
  text(value: string): Writer;
  /** Overwrites two octets written before, such as a length that is known only now. */
  patchUint16(offset: number, value: number): void;
  /** Forgets everything from `length` on. */
  truncate(length: number): void;
  /** A copy of what was written; the writer is empty then. */
  finish(): Uint8Array;
}

/** Where a writer is. Writers are made for each name and record, so they share their functions. */
interface Place extends Writer {
  buffer: Uint8Array;
  length: number;
}

/** Buffers of writers that have finished, for the next ones: engines take long to make any, and to be rid of them. */
const spare: Uint8Array[] = [];
const MAX_SPARE = 4;
const SPARE_SIZE = 2048;

const FUNCTIONS: ThisType<Place> & Omit<Writer, 'length'> = {
  uint8(value) {
    const from = room(this, 1); // before `buffer` is named: this may put another one in its place
    this.buffer[from] = value;
    return this;
  },
  uint16(value) {
    const from = room(this, 2);
    this.buffer[from] = value >>> 8;
    this.buffer[from + 1] = value;
    return this;
  },
  uint32(value) {
    const from = room(this, 4);
    this.buffer[from] = value >>> 24;
    this.buffer[from + 1] = value >>> 16;
    this.buffer[from + 2] = value >>> 8;
    this.buffer[from + 3] = value;
    return this;
  },
  bytes(value) {
    const from = room(this, value.length);
    this.buffer.set(value, from);
    return this;
  },
  text(value) {
    const from = room(this, value.length);
    for (let index = 0; index < value.length; index++) this.buffer[from + index] = value.charCodeAt(index);
    return this;
  },
  patchUint16(offset, value) {
    this.buffer[offset] = value >>> 8;
    this.buffer[offset + 1] = value;
  },
  truncate(shorter) {
    this.length = Math.min(this.length, shorter);
  },
  finish() {
    const written = this.buffer.slice(0, this.length);
    if (this.buffer.length === SPARE_SIZE && spare.length < MAX_SPARE) spare.push(this.buffer);
    this.buffer = NOTHING;
    this.length = 0;
    return written;
  },
};

const NOTHING = new Uint8Array(0);

/** A writer that holds nothing yet. */
export function writer(): Writer {
  const buffer = spare.pop() ?? new Uint8Array(SPARE_SIZE);
  return { __proto__: FUNCTIONS, buffer, length: 0 } as object as Writer; // as: TypeScript takes __proto__ for a property
}

function room(place: Place, more: number): number {
  const { buffer, length } = place;
  if (length + more > buffer.length) {
    place.buffer = new Uint8Array(Math.max(buffer.length * 2, length + more));
    place.buffer.set(buffer.subarray(0, length));
  }
  place.length += more;
  return length;
}
