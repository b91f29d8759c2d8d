import type { Question } from '../dns/question.ts';
import { typeToText } from '../dns/type-names.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { leaf, type Tree } from './tree.ts';

/** A question to the upstreams: by which way it was answered, and by which it was not. */
export interface Asked {
  readonly question: Question;
  /** Null: nobody answered. */
  readonly way: string | null;
  readonly inVain: readonly { readonly way: string; readonly why: string }[];
}

/** A question to the upstreams, as programs are told it. */
export interface AskedObject {
  readonly name: string;
  readonly type: string;
  readonly way: string | null;
  readonly inVain: Asked['inVain'];
}

/** A question as programs are told it. */
export const askedObject = ({ question, way, inVain }: Asked, hastlsType: number): AskedObject => ({
  name: question.name,
  type: typeToText(question.type, hastlsType),
  way,
  inVain: inVain.map((each) => ({ ...each, why: printable(each.why) })),
});

/** How much was asked of whom, and what had to be tried again, and why. */
export function askedTrees(asked: readonly Asked[], paint: Paint): readonly Tree[] {
  const counts = new Map<string, number>();
  for (const { way } of asked) if (way !== null) counts.set(way, (counts.get(way) ?? 0) + 1);
  const retried = asked.flatMap(({ question: { name, type }, inVain }) =>
    inVain.map(({ way, why }) => leaf(printable(`${typeToText(type)} of ${name}, ${way}: ${why}`))),
  );
  const what = asked.length === 0 ? 'asked nobody: all was known' : `asked ${questions(asked.length)}`;
  return [
    {
      says: paint.strong(what),
      below: [
        ...[...counts].map(([way, count]) => leaf(printable(`${way}: ${count} answered`))),
        ...(retried.length === 0 ? [] : [{ says: paint.doubtful('in vain'), below: retried }]),
      ],
    },
  ];
}

const questions = (count: number): string => `${count} ${count === 1 ? 'question' : 'questions'}`;
