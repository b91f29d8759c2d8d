import { text } from '../../bytes/text.ts';
import { type Coded, type Conversation, type Framer, firstWord, withoutEnd } from '../../talk/index.ts';

/** What is listed, and the line behind the list, which says how it went. */
export interface Listing extends Coded {
  readonly listed: readonly string[];
}

/** Takes what is listed, and the word that ends the list. */
export function* listing(): Conversation<Listing> {
  const listed: string[] = [];
  for (;;) {
    const whole = withoutEnd(yield { do: 'take', frame: lineWithLiterals });
    if (!whole.startsWith('"')) return { code: firstWord(whole).toUpperCase(), whole, listed };
    listed.push(whole);
  }
}

/**
 * Frames the whole reply to what was said. A challenge ends one too: it is a string, as the answer to it is, and nothing
 * else is said in that way. [RFC5804 §2.1]
 */
export const replyTo = (said: string): Framer =>
  /^(AUTHENTICATE\b|["{])/i.test(said) ? lineWithLiterals : answerFrame;

/** Frames a line. A literal in it may hold lines: it is leapt over. [RFC5804 §1.2] */
export const lineWithLiterals: Framer = (buffer) => {
  const first = buffer[0];
  if (first !== undefined && (first < 0x20 || first > 0x7e)) return -1; // [V14]
  for (let at = 0; ; ) {
    const end = buffer.indexOf(0x0a, at) + 1;
    const literal = /\{(\d{1,9})\}\r?\n$/.exec(text(buffer.subarray(Math.max(at, end - 14), end)));
    if (end === 0 || literal === null) return end;
    at = end + Number(literal[1]);
    if (at >= buffer.length) return 0;
  }
};

/** Frames lines up to one that is no string of a list: names, or a script as it is. [RFC5804 §2.7 §2.9] */
const answerFrame: Framer = (buffer) => {
  for (let at = 0; ; ) {
    const length = lineWithLiterals(buffer.subarray(at));
    if (length <= 0) return length;
    const listed = buffer[at] === QUOTE || buffer[at] === BRACE;
    at += length;
    if (!listed) return at;
  }
};

const [QUOTE, BRACE] = [0x22, 0x7b];
