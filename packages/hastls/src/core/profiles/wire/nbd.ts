import { concatBytes, equalBytes, latin1, reader, text, writer } from '../../bytes/index.ts';
import type { Framer } from '../../talk/index.ts';

const [MAGIC, OPTION_MAGIC] = [latin1('NBDMAGIC'), latin1('IHAVEOPT')];
const REPLY_MAGIC = Uint8Array.of(0, 3, 0xe8, 0x89, 4, 0x55, 0x65, 0xa9);

/** What a client may haggle about. */
export const OPTION = { exportName: 1, abort: 2, list: 3, startTls: 5, info: 6, go: 7 } as const;

/** How an option is answered: whatever else there is, is not the end of an answer, or an error. */
export const ANSWER = {
  ack: 1,
  error: 0x80000000,
  unsupported: 0x80000001,
  invalid: 0x80000003,
  tlsRequired: 0x80000005,
  shutdown: 0x80000007,
} as const;

// The fixed newstyle negotiation: what is unknown is answered. "No zeroes" is agreed on by neither side of ours: the flags
// are said once, before TLS, and whoever goes on over TLS need not know them.
const FIXED = 1;

/** How a server begins. */
export const GREETING: Uint8Array = concatBytes(MAGIC, OPTION_MAGIC, writer().uint16(FIXED).finish());
/** What a client answers. */
export const FLAGS: Uint8Array = writer().uint32(FIXED).finish();

/** Which negotiation this greeting begins; undefined: it is none. */
export function negotiation(greeting: Uint8Array): 'fixed' | 'another' | undefined {
  const from = reader(greeting);
  if (!equalBytes(from.take(8), MAGIC)) return undefined;
  return equalBytes(from.take(8), OPTION_MAGIC) && (from.uint16() & FIXED) !== 0 ? 'fixed' : 'another';
}

/** An option without data. */
export const writeOption = (number: number): Uint8Array =>
  concatBytes(OPTION_MAGIC, writer().uint32(number).uint32(0).finish());

/** Which option this is. */
export const optionOf = (option: Uint8Array): number => reader(option, OPTION_MAGIC.length).uint32();

/** An answer to an option. */
export interface Reply {
  readonly to: number;
  readonly type: number;
  readonly said: string;
}

/** Reads an answer. */
export function readReply(octets: Uint8Array): Reply {
  const from = reader(octets, REPLY_MAGIC.length);
  return { to: from.uint32(), type: from.uint32(), said: text(from.take(from.uint32())) };
}

/** Writes an answer; errors may have words. */
export const writeReply = (to: number, type: number, words = ''): Uint8Array =>
  concatBytes(REPLY_MAGIC, writer().uint32(to).uint32(type).uint32(words.length).text(words).finish());

/** Frames a head whose last four octets say how much is behind it. */
const headed =
  (magic: Uint8Array, head: number): Framer =>
  (buffer) => {
    if (buffer.subarray(0, magic.length).some((octet, index) => octet !== magic[index])) return -1;
    return buffer.length < head ? 0 : head + reader(buffer.subarray(head - 4)).uint32();
  };
/** Frames an option. */
export const optionFrame: Framer = headed(OPTION_MAGIC, 16);
/** Frames an answer. */
export const replyFrame: Framer = headed(REPLY_MAGIC, 20);
