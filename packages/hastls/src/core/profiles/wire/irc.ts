import { type Coded, type Conversation, firstWord, line, verb } from '../../talk/index.ts';

/** Takes the next message that answers something. */
export function* message(): Conversation<Coded> {
  for (;;) {
    const whole = yield* line();
    const code = verb(words(whole));
    if (!UNASKED.includes(code)) return { code, whole };
  }
}

/**
 * What servers say of their own accord before they know who is there, and means nothing for TLS: notices, a question
 * whether anybody is there, and the numbers by which some ask to wait, 020 on IRCnet and RusNet, 439 on Rizon.
 */
const UNASKED: readonly string[] = ['NOTICE', 'PING', '020', '439'];

/** A message without the name of who says it. */
export const words = (heard: string): string =>
  heard.startsWith(':') ? heard.slice(firstWord(heard).length + 1) : heard;
