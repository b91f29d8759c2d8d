// How far it is: one line that is written anew on a terminal, and a line now and then anywhere else.
const { stderr } = process;
const CLEARED = '\r\x1b[K';

export const TELL_MS = stderr.isTTY ? 1000 : 30_000;

/** Said until something else is. */
export function progress(text) {
  stderr.write(stderr.isTTY ? `${CLEARED}${text.slice(0, stderr.columns - 1)}` : `${text}\n`);
}

/** Said for good. */
export function remark(text) {
  stderr.write(stderr.isTTY ? `${CLEARED}${text}\n` : `${text}\n`);
}
