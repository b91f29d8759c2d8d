import { latin1, text } from '../bytes/text.ts';
import type { Conversation, Framer } from './conversation.ts';

/**
 * A line ends with LF; a CR before it is dropped. No line begins with a control character: that is a ClientHello sent
 * into a dialogue which is not waiting for one, or a TLS alert, and is not answered. [V14]
 */
export const lineFrame: Framer = (buffer) => {
  const first = buffer[0];
  if (first !== undefined && first < 0x20 && !LINE_MAY_BEGIN.includes(first)) return -1;
  return buffer.indexOf(0x0a) + 1;
};
const LINE_MAY_BEGIN: readonly number[] = [0x09, 0x0a, 0x0d];

/** Takes one line, without its end. */
export function* line(): Conversation<string> {
  return text(yield { do: 'take', frame: lineFrame }).replace(/\r?\n$/, '');
}

/** Sends lines, all in one piece. */
export function* say(...lines: readonly string[]): Conversation<void> {
  yield { do: 'send', bytes: latin1(lines.map((each) => `${each}\r\n`).join('')) };
}

/** A reply of three digits and text, over one or more lines. */
export interface Reply {
  /** 0 when it is not a reply: no digits, or digits that change from line to line. */
  readonly code: number;
  /** What stands behind the code, line by line. */
  readonly lines: readonly string[];
  /** The whole of it, as it was said. */
  readonly whole: string;
}

/** Takes a reply in the form of SMTP and FTP: `250-` for each line but the last. [RFC5321 §4.2.1] */
export function* reply(): Conversation<Reply> {
  const heard: string[] = [];
  for (;;) {
    const each = yield* line();
    heard.push(each);
    if (/^\d{3}-/.test(each)) continue;
    const code = /^\d{3}(?: |$)/.test(each) ? each.slice(0, 3) : '';
    const same = code !== '' && heard.every((one) => one.startsWith(code));
    return { code: same ? Number(code) : 0, lines: heard.map((one) => one.slice(4)), whole: heard.join('\n') };
  }
}

/** The first word of a command or an answer, in capitals. */
export const verb = (command: string): string => (command.split(' ', 1)[0] ?? '').toUpperCase();
