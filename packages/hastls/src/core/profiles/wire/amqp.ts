import { latin1 } from '../../bytes/text.ts';
import type { Framer } from '../../talk/index.ts';

/** What begins every layer of a connection: the protocol, and its version. */
const header = (protocol: number): Uint8Array => latin1(`AMQP${String.fromCharCode(protocol, 1, 0, 0)}`);

/** The layers. */
export const TLS: Uint8Array = header(2);
export const SASL: Uint8Array = header(3);

/** Frames a header. */
export const headerFrame: Framer = (buffer) => {
  if (buffer.subarray(0, 4).some((octet, index) => octet !== TLS[index])) return -1;
  return buffer.length < TLS.length ? 0 : TLS.length;
};
