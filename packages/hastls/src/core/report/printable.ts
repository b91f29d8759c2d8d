const MOST = 500;

/**
 * A peer's words as a person may see them: on one line, bounded, and with nothing in them that moves a cursor,
 * colours a terminal, reverses the reading order or cannot be seen. Everything else is left as it is. [V8]
 */
export function printable(words: string): string {
  const shown = words.length > MOST ? `${words.slice(0, MOST)}…` : words;
  return shown.replace(UNSEEN, (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`);
}

/**
 * Control, format (bidirectional marks, zero-width characters, tags), line and paragraph separators, halves of a
 * surrogate pair, private use, unassigned; and of the spaces all but the common one, as they hide where words end.
 */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;
