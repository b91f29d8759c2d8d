/** Reads octets in network order and never past the end; what does not fit is a `RangeError`. */
export interface Reader {
  /** Offset of the next octet. */
  at: number;
  readonly left: number;
  uint8(): number;
  uint16(): number;
  uint32(): number;
  /** The next `length` octets, as a view: not a copy. */
  take(length: number): Uint8Array;
  /** Goes on behind the next `length` octets: where many are read one by one, views of them cost more than all else. */
  skip(length: number): void;
  /** All that is left, as a view. */
  rest(): Uint8Array;
  /** Another reader of the same input, from an offset of the whole on; `end` is by default that of the whole. */
  part(start: number, end?: number): Reader;
  /** The whole input, for formats that point backwards. */
  readonly whole: Uint8Array;
  /** The same object in all readers of one input. */
  readonly input: Input;
}

/** What is kept with an input: whatever was found at an offset, for those who find it again. */
export interface Input {
  found?: Map<number, unknown>;
}

/** Where a reader is. Readers are made for each name and record, so they share their functions. */
interface Place extends Reader {
  next: number;
  readonly end: number;
}

const FUNCTIONS: ThisType<Place> & Omit<Reader, 'whole' | 'input'> = {
  get at() {
    return this.next;
  },
  set at(offset: number) {
    if (offset < 0 || offset > this.end) throw new RangeError(`offset ${offset} lies outside of the data`);
    this.next = offset;
  },
  get left() {
    return this.end - this.next;
  },
  uint8() {
    return octet(this, need(this, 1));
  },
  uint16() {
    const from = need(this, 2);
    return (octet(this, from) << 8) | octet(this, from + 1);
  },
  uint32() {
    const from = need(this, 4);
    const low = (octet(this, from + 1) << 16) | (octet(this, from + 2) << 8) | octet(this, from + 3);
    return octet(this, from) * 0x1000000 + low;
  },
  take(length) {
    const from = need(this, length);
    return this.whole.subarray(from, from + length);
  },
  skip(length) {
    need(this, length);
  },
  rest() {
    return this.take(this.left);
  },
  part(start, end) {
    return placed(this.whole, start, end ?? this.whole.length, this.input);
  },
};

/** A reader of these octets, from an offset on. */
export const reader = (whole: Uint8Array, start = 0): Reader => placed(whole, start, whole.length, {});

function placed(whole: Uint8Array, start: number, end: number, input: Input): Reader {
  return { __proto__: FUNCTIONS, whole, next: start, end, input } as object as Reader; // as: TypeScript takes __proto__ for a property
}

function need(place: Place, length: number): number {
  const from = place.next;
  if (from + length > place.end)
    throw new RangeError(`data ends early: ${length} octets wanted at offset ${from}, ${place.end - from} left`);
  place.next = from + length;
  return from;
}

const octet = ({ whole }: Place, index: number): number => whole[index] as number; // `need` has checked the bound
