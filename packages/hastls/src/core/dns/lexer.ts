/** A word of a master file: as it was written, but without the quotes around it. [RFC1035 §5.1] */
export interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

/** One entry of a master file: a line, or several held together by parentheses. [RFC1035 §5.1] */
export interface Entry {
  /** The line it begins on, counted from 1. */
  readonly line: number;
  /** Whether it began with white space, and so with the owner of the entry before. */
  readonly indented: boolean;
  readonly words: readonly Word[];
}

/** Cuts a master file into entries, one at a time. */
export interface Lexer {
  /** The line that is being read, counted from 1. */
  readonly line: number;
  /** The next entry that has words; `undefined` at the end. @throws RangeError when the text cannot be cut. */
  next(): Entry | undefined;
}

/** Enough for 65535 octets of data, each written `\DDD`, and for as much again in white space and comments. */
const MAX_ENTRY = 524_288;

/** A lexer at the beginning of `source`. */
export function lexer(source: string): Lexer {
  let at = 0;
  let line = 1;

  function entry(): Entry {
    const start = at;
    const begun = line;
    const indented = isBlank(source[at]);
    const words: Word[] = [];
    let depth = 0;
    for (; at < source.length; ) {
      if (at - start > MAX_ENTRY) throw new RangeError(`an entry of more than ${MAX_ENTRY} characters`);
      const character = source[at] as string; // the loop's bound
      if (character === '\n') {
        at++;
        line++;
        if (depth === 0) break;
      } else if (isBlank(character)) at++;
      else if (character === ';') skipComment();
      else if (character === '(') {
        depth++;
        at++;
      } else if (character === ')') {
        if (--depth < 0) throw new RangeError('a closing parenthesis without an opening one');
        at++;
      } else if (character === '"') words.push({ text: quoted().slice(1, -1), quoted: true });
      else words.push({ text: bare(), quoted: false });
    }
    if (depth > 0) throw new RangeError('an opening parenthesis that is never closed');
    return { line: begun, indented, words };
  }

  function skipComment(): void {
    const end = source.indexOf('\n', at);
    at = end < 0 ? source.length : end;
  }

  function quoted(): string {
    const start = at++;
    for (; source[at] !== '"'; at++) {
      if (source[at] === '\\') at++;
      if (at >= source.length || source[at] === '\n') throw new RangeError('a quote that is not closed on its line');
    }
    return source.slice(start, ++at);
  }

  /** A word up to white space or a character that means something; quotes within it belong to it: `key="a b"`. */
  function bare(): string {
    const start = at;
    for (; at < source.length; ) {
      const character = source[at] as string; // the loop's bound
      if (isBlank(character) || ENDS_WORD.has(character)) break;
      if (character < ' ') throw new RangeError('a control character');
      if (character === '"') quoted();
      else if (character === '\\') {
        if (at + 1 >= source.length || source[at + 1] === '\n')
          throw new RangeError('a backslash at the end of a line');
        at += 2;
      } else at++;
    }
    return source.slice(start, at);
  }

  return {
    get line() {
      return line;
    },
    next() {
      while (at < source.length) {
        const found = entry();
        if (found.words.length > 0) return found;
      }
      return undefined;
    },
  };
}

const ENDS_WORD: ReadonlySet<string> = new Set(['\n', ';', '(', ')']);

const isBlank = (character: string | undefined): boolean =>
  character === ' ' || character === '\t' || character === '\r';
