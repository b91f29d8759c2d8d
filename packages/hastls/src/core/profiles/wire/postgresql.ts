import { concatBytes, latin1, reader, writer } from '../../bytes/index.ts';
import type { Framer } from '../../talk/index.ts';

const [TLS, GSS, CANCEL] = [80_877_103, 80_877_104, 80_877_102];

/** What asks for TLS: a length of eight, and the number. */
export const SSL_REQUEST: Uint8Array = writer().uint32(8).uint32(TLS).finish();

/** What a packet asks for that comes before a session. */
export function asked(packet: Uint8Array): 'TLS' | 'GSS' | 'CANCEL' | 'STARTUP' {
  switch (reader(packet, 4).uint32()) {
    case TLS:
      return packet.length === SSL_REQUEST.length ? 'TLS' : 'STARTUP';
    case GSS:
      return 'GSS';
    case CANCEL:
      return 'CANCEL';
    default:
      return 'STARTUP';
  }
}

/** Frames what comes before a session: it has no type, only a length, which is never large. */
export const startupFrame: Framer = (buffer) => {
  if (buffer[0] !== undefined && buffer[0] !== 0) return -1; // [V14]
  if (buffer.length < 4) return 0;
  const length = reader(buffer).uint32();
  return length < 8 ? -1 : length;
};

/** An error that ends the session, with its SQLSTATE. */
export function errorResponse(code: string, words: string): Uint8Array {
  const fields = latin1(`SFATAL\0VFATAL\0C${code}\0M${words}\0\0`);
  const length = writer().uint32(fields.length + 4);
  return concatBytes(latin1('E'), length.finish(), fields);
}
