import type { Message } from '../dns/message.ts';
import { canonical, isWithin, labelCount, type Name, sameName } from '../dns/name.ts';
import type { Question } from '../dns/question.ts';
import { TYPE } from '../dns/type-names.ts';
import { denialSignatures } from './denial.ts';
import { type Rrset, rrsetOf, type Signature } from './rrset.ts';
import type { Session } from './session.ts';

// Where to look for a zone cut. All of this goes by what answers claim, before anything of them is proven: whoever lies
// makes us ask in vain, and no more.

/** The index of the deepest of these names that the zone has said something of, in an answer to a DS question. */
export const spokenOf = (session: Session, zone: Name, names: readonly Name[]): number =>
  names.findLastIndex((name) => {
    const message = session.held({ name, type: TYPE.DS });
    return message !== undefined && speakersIn(message, name).some((speaker) => sameName(speaker, zone));
  });

/**
 * The questions, together, that will show the next cut below a zone, among names of which it has said nothing yet. The
 * zones that deeper answers come from are the best guess; without any, names ever further apart.
 */
export function cutQuestions(session: Session, zone: Name, names: readonly Name[]): readonly Question[] {
  const [first] = names;
  if (first === undefined || spokenOf(session, zone, names) >= 0) return [];
  const claimed = new Set(names.flatMap((name) => zonesIn(session.held({ name, type: TYPE.DS }), name)));
  const guesses = names.filter((name) => claimed.has(canonical(name)));
  return guesses.length > 0
    ? [ds(first), ...guesses.flatMap((name) => [ds(name), { name, type: TYPE.DNSKEY }])]
    : spread(names).map(ds);
}

/**
 * So few names are asked about one by one: most names are not deep, the cut is near the top, and servers of the unsigned
 * zone below it are better not asked for what they may choke on. [A24]
 */
const FEW = 6;

/** The first name, the second, the fourth, and so on, and the last; of few names, the first. */
const spread = (names: readonly Name[]): readonly Name[] =>
  names.length <= FEW
    ? names.slice(0, 1)
    : names.filter((_, index) => Number.isInteger(Math.log2(index + 1)) || index === names.length - 1);

const ds = (name: Name): Question => ({ name, type: TYPE.DS });

/** The zones that an answer about a DS claims to come from. */
const zonesIn = (message: Message | undefined, name: Name): readonly Name[] =>
  message === undefined
    ? []
    : [
        ...signaturesIn(message, name).map(({ signer }) => canonical(signer)),
        ...message.authorities.filter(({ type }) => type === TYPE.SOA).map((soa) => canonical(soa.name)),
      ];

/**
 * The zones that say something of a DS. Its absence is for one of them to deny, the deepest above the name: denials of
 * zones further up are padding.
 */
function speakersIn(message: Message, name: Name): readonly Name[] {
  const signers = signaturesIn(message, name).map(({ signer }) => signer);
  if (dsIn(message, name) !== undefined) return signers;
  const above = signers.filter((signer) => isWithin(name, signer) && !sameName(name, signer));
  return above.sort((a, b) => labelCount(b) - labelCount(a)).slice(0, 1);
}

/** The signatures over what a message says of a DS: itself, the alias in its place, or its absence. */
const signaturesIn = (message: Message, name: Name): readonly Signature[] =>
  dsIn(message, name)?.signatures ?? denialSignatures(message);

const dsIn = ({ answers }: Message, name: Name): Rrset | undefined =>
  rrsetOf(answers, name, TYPE.DS) ?? rrsetOf(answers, name, TYPE.CNAME);
