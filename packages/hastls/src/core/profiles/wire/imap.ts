import { text } from '../../bytes/index.ts';
import {
  type Conversation,
  closed,
  type Framer,
  failure,
  firstWord,
  line,
  type Meanings,
  notTheProtocol,
  say,
  type Verdict,
} from '../../talk/index.ts';

const ANSWER: Meanings = { OK: 'yes', NO: 'no', BAD: 'unknown' };

/** The lines that a command asked for, unless it `failed`. */
export interface Listing {
  readonly failed?: Verdict;
  readonly listed: readonly string[];
}

/**
 * Asks, and takes lines up to the one with the tag. Before TLS only what the command asks for is taken in; status
 * lines may come at any time and are passed over; all else, such as news of a mailbox, has no business here. [V7]
 */
export function* ask(tag: string, command: string): Conversation<Listing> {
  yield* say(`${tag} ${command}`);
  const listed: string[] = [];
  for (;;) {
    const each = yield* line();
    if (firstWord(each) === tag) {
      const failed = failure(ANSWER, firstWord(each.slice(tag.length + 1)).toUpperCase(), each);
      return failed === undefined ? { listed } : { failed, listed };
    }
    if (status(each) === 'BYE') return { failed: closed(each), listed };
    if (status(each) === command) listed.push(each);
    else if (!Object.hasOwn(ANSWER, status(each))) return { failed: notTheProtocol(each), listed };
  }
}

/** The word of an untagged line, in capitals; empty for any other line. */
export const status = (heard: string): string =>
  heard.startsWith('* ') ? firstWord(heard.slice(2)).toUpperCase() : '';

/** Frames everything up to the line with the tag, or a `+` that asks for more. A literal may hold lines: it is leapt over. */
export const answerFrame =
  (tag: string): Framer =>
  (buffer) => {
    for (let at = 0, within = false; ; ) {
      const end = buffer.indexOf(0x0a, at) + 1;
      if (end === 0) return 0;
      const each = text(buffer.subarray(at, end));
      if (!within && (each.startsWith(`${tag} `) || each.startsWith('+'))) return end;
      const literal = /\{(\d{1,9})\}\r?\n$/.exec(each.slice(-14));
      within = literal !== null;
      at = end + Number(literal?.[1] ?? 0);
    }
  };
