import { HASTLS_TYPE } from './hastls.ts';
import { lexer, type Word } from './lexer.ts';
import { type Name, ROOT } from './name.ts';

/** The words of one entry that are still to be read, and what is needed to read them. */
export interface Words {
  readonly left: number;
  /** What completes relative names. */
  readonly origin: Name;
  readonly hastlsType: number;
  /** The next word; `what` is for the complaint when there is none. */
  next(what: string): Word;
  /** The next word without taking it. */
  peek(): Word | undefined;
}

/** A reader at the first of these words. */
export function words(of: readonly Word[], origin: Name = ROOT, hastlsType: number = HASTLS_TYPE): Words {
  let at = 0;
  return {
    origin,
    hastlsType,
    get left() {
      return of.length - at;
    },
    peek: () => of[at],
    next(what) {
      const word = of[at];
      if (word === undefined) throw new RangeError(`${what} is missing`);
      at++;
      return word;
    },
  };
}

/** The words of a text that is one entry. */
export function splitWords(text: string): readonly Word[] {
  const source = lexer(text);
  const entry = source.next();
  if (source.next() !== undefined) throw new RangeError('more than one line');
  return entry?.words ?? [];
}
