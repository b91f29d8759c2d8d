import { concatBytes, latin1, reader, text, writer } from '../../bytes/index.ts';
import { type Conversation, type Framer, frame } from '../../talk/index.ts';

/** A connection's request, its confirm, and what ends it or comes instead. */
export const UNIT = { request: 0xe0, confirm: 0xd0, disconnect: 0x80 } as const;
/** What is said in them of protection. [MS-RDPBCGR §2.2.1.1.1] */
export const KIND = { ask: 1, choice: 2, failure: 3 } as const;

/** One of the two, and what it says. */
export interface Unit {
  readonly type: number | undefined;
  readonly negotiation: { readonly kind: number; readonly value: number } | undefined;
  readonly whole: string;
}

/** Takes one. */
export function* take(): Conversation<Unit> {
  const unit = yield* frame(packetFrame);
  const [kind, , length] = unit.subarray(cookieEnd(unit));
  const value = unit.subarray(cookieEnd(unit) + 4, cookieEnd(unit) + 8);
  const negotiation =
    kind !== undefined && kind >= KIND.ask && kind <= KIND.failure && length === 8 && value.length === 4
      ? { kind, value: reader(value.slice().reverse()).uint32() }
      : undefined;
  return { type: unit[5], negotiation, whole: text(unit) };
}

/** In front of its negotiation a request may have a line, with the name of a user or of a machine in it. */
function cookieEnd(unit: Uint8Array): number {
  const isCookie = unit[HEAD] === 0x43; // "Cookie: "
  return isCookie ? unit.indexOf(0x0a, HEAD) + 1 || unit.length : HEAD;
}

/** Writes one, with eight octets of negotiation; and no cookie, which has a name in it. */
export const write = (type: number, kind: number, value: number): Uint8Array =>
  concatBytes(Uint8Array.of(3, 0, 0, 19, 14, type, 0, 0, 0, 0, 0, kind, 0, 8, 0), littleEndian(value));

/** Writes that there cannot be another connection now, and why. [X.224 §13.5] */
export function congested(why: string): Uint8Array {
  const words = latin1(why.slice(0, 240)); // the whole has one octet for its length
  const body = concatBytes(Uint8Array.of(UNIT.disconnect, 0, 0, 0, 0, 1, 0xe0, words.length), words);
  return concatBytes(
    Uint8Array.of(3, 0),
    writer()
      .uint16(5 + body.length)
      .uint8(body.length)
      .finish(),
    body,
  );
}

const littleEndian = (value: number): Uint8Array => writer().uint32(value).finish().reverse();

const HEAD = 11;

/** Frames a packet: a version, a length of everything, and within it a connection's request or confirm. [RFC1006 §6] */
const packetFrame: Framer = (buffer) => {
  if ([3, 0].some((octet, index) => buffer[index] !== undefined && buffer[index] !== octet)) return -1; // [V14]
  if (buffer.length < 4) return 0;
  const length = reader(buffer, 2).uint16();
  return length < HEAD ? -1 : length;
};
