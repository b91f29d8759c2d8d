import { latin1, text } from '../bytes/text.ts';
import type { Conversation, Framer } from './conversation.ts';

/**
 * A line ends with LF; a CR before it is dropped. No line begins with a control character: that is a ClientHello sent
 * into a dialogue which is not waiting for one, or a TLS alert, and is not answered. [V14]
 */
export const lineFrame: Framer = (buffer) => {
  const first = buffer[0];
  if (first !== undefined && first < 0x20 && !LINE_MAY_BEGIN.includes(first)) return -1;
  return buffer.indexOf(LF) + 1;
};

const [TAB, LF, CR, HYPHEN, DOT] = [0x09, 0x0a, 0x0d, 0x2d, 0x2e] as const;
const LINE_MAY_BEGIN: readonly number[] = [TAB, LF, CR];

/** Frames a line that may begin with anything, as what goes on behind a literal does. */
export const anyLineFrame: Framer = (buffer) => buffer.indexOf(LF) + 1;

/** A line as text, without its end. */
export const withoutEnd = (octets: Uint8Array): string => text(octets).replace(/\r?\n$/, '');

/** Takes one line, without its end. */
export function* line(): Conversation<string> {
  return withoutEnd(yield { do: 'take', frame: lineFrame });
}

/** Sends lines, all in one piece. */
export function* say(...lines: readonly string[]): Conversation<void> {
  yield { do: 'send', bytes: latin1(lines.map((each) => `${each}\r\n`).join('')) };
}

/** A reply of three digits and text, over one or more lines. */
export interface Reply {
  /** The digits; empty when it is not a reply: there are none, or they change from line to line. */
  readonly code: string;
  /** What stands behind the code, line by line. */
  readonly lines: readonly string[];
  /** The whole of it, as it was said. */
  readonly whole: string;
}

/** Takes a reply in the form of `250-first`, `250-second`, `250 last`. [RFC5321 §4.2.1] */
export function* reply(): Conversation<Reply> {
  const heard: string[] = [];
  for (;;) {
    const each = yield* line();
    heard.push(each);
    if (/^\d{3}-/.test(each)) continue;
    const code = /^\d{3}(?: |$)/.test(each) ? each.slice(0, 3) : '';
    const same = heard.every((one) => one.startsWith(code));
    return { code: same ? code : '', lines: heard.map((one) => one.slice(4)), whole: heard.join('\n') };
  }
}

/** Frames such a reply as a whole. */
export const replyFrame: Framer = (buffer) => {
  for (let at = 0; ; ) {
    const end = buffer.indexOf(LF, at) + 1;
    const goesOn = at + 3 < end && buffer[at + 3] === HYPHEN;
    if (!goesOn) return end;
    at = end;
  }
};

/** Frames a line, and the block behind it up to a line with nothing but a dot, if the line says that there is one. */
export const blockFrame =
  (opens: (first: string) => boolean): Framer =>
  (buffer) => {
    const first = buffer.indexOf(LF) + 1;
    if (first === 0 || !opens(text(buffer.subarray(0, first)))) return first;
    const rest = dottedFrame(buffer.subarray(first));
    return rest === 0 ? 0 : first + rest;
  };

/** Frames lines up to one with nothing but a dot, that line included. */
export const dottedFrame: Framer = (buffer) => {
  for (let at = 0; ; ) {
    const end = buffer.indexOf(LF, at) + 1;
    if (end === 0) return 0;
    if (buffer[at] === DOT && (end - at === 2 || (end - at === 3 && buffer[at + 1] === CR))) return end;
    at = end;
  }
};

/** The first word of a line, as it stands. */
export const firstWord = (words: string): string => words.split(' ', 1)[0] ?? '';

/** The first word of a command, in capitals: no line protocol cares for the case of its commands. */
export const verb = (command: string): string => firstWord(command).toUpperCase();
