import type { Name } from './name.ts';

/** One resource record. */
export interface ResourceRecord {
  readonly name: Name;
  /** Type number; `typeToText()` has its mnemonic. */
  readonly type: number;
  /** Class number, 1 for IN. */
  readonly class: number;
  /** Seconds. */
  readonly ttl: number;
  /** RDATA in wire form with every embedded name written out: never compressed. */
  readonly rdata: Uint8Array;
}

/** The Internet: the one class that is asked for. */
export const CLASS_IN = 1;
