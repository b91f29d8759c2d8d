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
  /** All that is left, as a view. */
  rest(): Uint8Array;
  /** The whole input, for formats that point backwards. */
  readonly whole: Uint8Array;
}

/** Reads `whole` from `start` up to, not including, `end`. */
export function reader(whole: Uint8Array, start = 0, end: number = whole.length): Reader {
  let at = start;
  const need = (length: number): number => {
    if (at + length > end)
      throw new RangeError(`data ends early: ${length} octets wanted at offset ${at}, ${end - at} left`);
    const from = at;
    at += length;
    return from;
  };
  const octet = (index: number): number => whole[index] as number; // `need` has checked the bound
  return {
    whole,
    get at() {
      return at;
    },
    set at(offset: number) {
      if (offset < 0 || offset > end) throw new RangeError(`offset ${offset} lies outside of the data`);
      at = offset;
    },
    get left() {
      return end - at;
    },
    uint8: () => octet(need(1)),
    uint16() {
      const from = need(2);
      return (octet(from) << 8) | octet(from + 1);
    },
    uint32() {
      const from = need(4);
      return octet(from) * 0x1000000 + ((octet(from + 1) << 16) | (octet(from + 2) << 8) | octet(from + 3));
    },
    take(length) {
      const from = need(length);
      return whole.subarray(from, from + length);
    },
    rest() {
      const from = need(end - at);
      return whole.subarray(from, end);
    },
  };
}
