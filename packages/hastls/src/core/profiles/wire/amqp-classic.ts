import { concatBytes, latin1, reader, writer } from '../../bytes/index.ts';
import type { Framer } from '../../talk/index.ts';

// AMQP 0-9-1: methods of classes, each in a frame of its own.

const CONNECTION = 10;
const [START, CLOSE] = [10, 50];
const [METHOD, END] = [1, 0xce];
const FORCED = 320;

/** Frames a method, or whatever else: type, channel, and a length; one octet ends it. [AMQP 0-9-1 §4.2.3] */
export const methodFrame: Framer = (buffer) => (buffer.length < 7 ? 0 : 7 + reader(buffer, 3).uint32() + 1);

function method(number: number, ...words: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(writer().uint16(CONNECTION).uint16(number).finish(), ...words);
  const head = writer().uint8(METHOD).uint16(0).uint32(body.length).finish();
  return concatBytes(head, body, Uint8Array.of(END));
}

const long = (words: string): Uint8Array => concatBytes(writer().uint32(words.length).finish(), latin1(words));

/** The server's first word: its version, nothing about itself, how to log in, and in which language. */
export const startMethod: Uint8Array = method(START, Uint8Array.of(0, 9), long(''), long('PLAIN'), long('en_US'));

/** The server's last word. [AMQP 0-9-1 §1.4.2.9] */
export function closeMethod(why: string): Uint8Array {
  const words = latin1(why.slice(0, 255));
  return method(CLOSE, writer().uint16(FORCED).uint8(words.length).bytes(words).uint16(0).uint16(0).finish());
}
