import { absent, type Conversation, closed, notTheProtocol, refused, type Verdict } from './conversation.ts';
import { firstWord, line } from './lines.ts';

/** What a word at the head of an answer means to a client that wants the upgrade. */
export type Meaning = 'yes' | 'no' | 'unknown' | 'bye';

/** The words a protocol has, and no others. `'4'` and `'5'` stand for all codes that begin so and are not listed. */
export type Meanings = Readonly<Record<string, Meaning>>;

/**
 * What an answer comes to, unless it says yes. A word that is not listed is never "unclear, so let us go on": it is
 * not the protocol. [V2]
 */
export function failure(means: Meanings, word: string, whole: string): Verdict | undefined {
  const key = !Object.hasOwn(means, word) && /^\d{3}$/.test(word) ? word.slice(0, 1) : word;
  switch (Object.hasOwn(means, key) ? means[key] : undefined) {
    case 'yes':
      return undefined;
    case 'no':
      return refused(whole);
    case 'unknown':
      return absent(whole);
    case 'bye':
      return closed(whole);
    case undefined:
      return notTheProtocol(whole);
  }
}

/** Takes one line, and tells by its first word what it comes to. `undefined` when it says yes. */
export function* hear(means: Meanings): Conversation<Verdict | undefined> {
  const said = yield* line();
  return failure(means, firstWord(said), said);
}
