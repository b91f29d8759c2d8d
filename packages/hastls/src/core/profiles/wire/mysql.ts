import { concatBytes, fromHex, latin1, text } from '../../bytes/index.ts';
import { NONCE_OCTETS } from '../../talk/index.ts';

/** What a packet of the server's begins with, behind its head. */
export const TYPE = { ok: 0, greeting: 10, error: 0xff } as const;
/** The capability for TLS, in the second octet of capabilities. */
export const CLIENT_SSL = 0x08;
/** Sequence 1; capabilities that every server with TLS has, packets up to 16 MiB, utf8; no user yet. */
export const SSL_REQUEST: Uint8Array = fromHex(`2000000185ae7f000000000121${'00'.repeat(23)}`);

/** Frames a packet: three octets of length, the lowest first, and one that counts. */
export const packetFrame = (buffer: Uint8Array): number => (buffer.length < HEAD ? 0 : HEAD + lengthOf(buffer));
/** Octets of a packet's head. */
export const HEAD = 4;
/** How many octets a packet announces behind its head. */
export const lengthOf = ([low = 0, middle = 0, high = 0]: Uint8Array): number => low + (middle << 8) + (high << 16);

/** A packet of less than 256 octets. */
export const packetOf = (sequence: number, body: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(body.length, 0, 0, sequence), body);

/** What a greeting tells that counts here. */
export interface Greeting {
  readonly version: string;
  /** Where its capabilities are. */
  readonly capabilities: number;
}

/** Reads a greeting. Capabilities are behind version, number of the connection, half the salt and a filler. */
export function readGreeting(packet: Uint8Array): Greeting | undefined {
  const end = packet.indexOf(0, 5);
  const capabilities = end + 1 + 4 + 8 + 1;
  if (packet[4] !== TYPE.greeting || end < 0 || packet.length < capabilities + 2) return undefined;
  return { version: text(packet.subarray(5, end)), capabilities };
}

/** A greeting with a salt of 20 octets in two parts, none of them a zero. */
export function greeting(nonce: Uint8Array = new Uint8Array(NONCE_OCTETS)): Uint8Array {
  const salt = nonce.map((octet) => 1 + (octet % 127));
  return packetOf(
    0,
    concatBytes(
      latin1('\x0a8.0.0\0\x01\0\0\0'),
      salt.subarray(0, 8),
      fromHex('0009aa21020008001500000000000000000000'), // capabilities, among them TLS; utf8; autocommit; 21 octets of salt
      salt.subarray(8, NONCE_OCTETS),
      latin1('\0mysql_native_password\0'),
    ),
  );
}
