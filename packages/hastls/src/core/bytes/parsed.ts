/** What a parser of foreign input gives: the value, or one sentence that says what is wrong with the input. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

/**
 * Runs a parser whose parts complain with `RangeError`, the one error that means "the input is bad".
 * Anything else that is thrown is a fault of ours and goes on up.
 */
export function parsed<T>(parse: () => T): Parsed<T> {
  try {
    return { ok: true, value: parse() };
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, why: error.message };
    throw error;
  }
}
