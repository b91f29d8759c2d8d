import { concatBytes, latin1, reader, text, writer } from '../../bytes/index.ts';
import { type Conversation, type Framer, frame, octetsFrame } from '../../talk/index.ts';

/** The version that we speak. */
export const VERSION = 'RFB 003.008\n';

/**
 * What is spoken with who knows up to this version. 3.7 was the first in which the server lists its types; over TLS it
 * differs in that no reason is given for a login that failed. With those before there is nothing to choose. [RFC6143 §A]
 */
export function spoken(known: string): string | undefined {
  if (known >= VERSION) return VERSION;
  return known === OLDER ? OLDER : undefined;
}
const OLDER = 'RFB 003.007\n';

/** Takes the line with a version. */
export function* version(): Conversation<string> {
  return text(yield* frame(versionFrame));
}

const versionFrame: Framer = (buffer) => {
  const head = buffer.subarray(0, 4);
  if (head.some((octet, index) => octet !== VERSION.charCodeAt(index))) return -1; // [V14]
  return buffer.length < VERSION.length ? 0 : VERSION.length;
};

/** Frames a list of types of one octet each; in the place of an empty one there is a sentence. */
export const typesFrame: Framer = (buffer) => {
  const [count] = buffer;
  if (count !== 0) return count === undefined ? 0 : 1 + count;
  return buffer.length < 5 ? 0 : 5 + reader(buffer, 1).uint32();
};

/** Takes a list of types of four octets each. */
export function* subtypes(): Conversation<readonly number[]> {
  const list = yield* frame(([count]) => (count === undefined ? 0 : 1 + 4 * count));
  const from = reader(list, 1);
  return Array.from({ length: list.length >> 2 }, () => from.uint32());
}

/** Writes such a list. */
export const subtypeList = (types: readonly number[]): Uint8Array =>
  concatBytes(Uint8Array.of(types.length), ...types.map(number));

/** Takes an octet, which says whether something is granted. */
export function* octet(): Conversation<number> {
  const [first = 0] = yield* frame(octetsFrame(1));
  return first;
}

/** A number as it is written, such as the choice of a type. */
export const number = (value: number): Uint8Array => writer().uint32(value).finish();

/** What was chosen before. In an old version the server chooses the type, which is then as long as everything else. */
export type Chosen = 'version' | 'old version' | 'type';

/** Why it ends, in the place of a list of types, or behind the choice of one. [RFC6143 §7.1.2 §7.1.3] */
export const farewell = (after: Chosen, words: string): Uint8Array =>
  concatBytes(HEADS[after], number(words.length), latin1(words));
const HEADS: Readonly<Record<Chosen, Uint8Array>> = {
  version: Uint8Array.of(0),
  'old version': number(0),
  type: number(1),
};
