import { type Conversation, type Handover, handover, startTls, type Verdict } from './conversation.ts';

/** Waits for the ClientHello that answers a go-ahead or a demand. Anything else ends the connection. [S10] [S13] */
export function* clientHello(): Conversation<Verdict, 'server'> {
  yield { do: 'peek', is: looksLikeClientHello };
  return startTls;
}

/** Whether a client that speaks first begins with TLS. What it begins with instead is left to whoever reads on. */
export function* helloOrNot(): Conversation<Verdict | Handover, 'server'> {
  const begins = yield { do: 'peek', is: (buffer) => (looksLikeClientHello(buffer) === 0 ? 0 : 1) };
  return looksLikeClientHello(begins) > 0 ? startTls : handover('');
}

/**
 * Decides octet by octet, on the sixth at the latest: 1 for a ClientHello, -1 for anything else. It never asks for a
 * whole ClientHello in one record: a large one spans several. An SSLv2 hello is anything else. [S10] [RFC8446 §5.1]
 */
export function looksLikeClientHello(buffer: Uint8Array): -1 | 0 | 1 {
  const head = buffer.subarray(0, HEAD.length);
  if (!head.every((octet, index) => HEAD[index]?.(octet, head))) return -1;
  return head.length === HEAD.length ? 1 : 0;
}

const HEAD: readonly ((octet: number, head: Uint8Array) => boolean)[] = [
  (type) => type === 0x16, // a record of the handshake
  (major) => major === 0x03,
  (minor) => minor <= 0x04,
  (high) => high <= 0x40, // of the record's length, which is …
  (low, [, , , high = 0]) => (high << 8) + low >= 4 && (high << 8) + low <= 0x4000, // … 4 to 16384
  (message) => message === 0x01, // within it, a ClientHello
];
