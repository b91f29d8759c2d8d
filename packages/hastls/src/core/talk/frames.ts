import type { Conversation, Framer } from './conversation.ts';

/** Says octets. */
export function* send(bytes: Uint8Array): Conversation<void> {
  yield { do: 'send', bytes };
}

/** Takes one frame. */
export function* frame(framer: Framer): Conversation<Uint8Array> {
  return yield { do: 'take', frame: framer };
}

/** Frames exactly so many octets. */
export const octetsFrame =
  (length: number): Framer =>
  (buffer) =>
    buffer.length < length ? 0 : length;
