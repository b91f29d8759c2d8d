import type { Framer } from './conversation.ts';

/**
 * Packets in which some protocol carries the records of a TLS handshake; what follows it goes bare. The form is from
 * before TLS 1.3, whose handshake has no such end: nothing newer than 1.2 is wrapped.
 */
export interface Wrapping {
  /** Length of one packet; -1 when it is none, and the peer has gone over to bare records. */
  readonly frame: Framer;
  /** The records in a packet. */
  unwrap(packet: Uint8Array): Uint8Array;
  /** Records in packets, as many as are needed. */
  wrap(records: Uint8Array): Uint8Array;
}
