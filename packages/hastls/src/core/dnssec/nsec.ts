import { child, compareNames, isWithin, labelCount, type Name, ROOT, sameName, suffix } from '../dns/name.ts';
import type { Question } from '../dns/question.ts';
import { TYPE, typeToText } from '../dns/type-names.ts';
import { bogus, type Failure, SIGN_ANEW } from './failure.ts';
import type { Witness } from './witness.ts';

/** What an absence was proven to be. */
export interface Denied {
  readonly answer: 'nodata' | 'nxdomain';
  /** The name is a zone cut without DS: all below is insecure. */
  readonly delegation: boolean;
  /** Unsigned delegations may lie where the name would: nothing is proven but that nothing signed is there. [RFC5155 §6] */
  readonly optOut: boolean;
}

/** An NSEC record whose signature holds, with its owner. */
export interface NsecRecord {
  readonly owner: Name;
  readonly next: Name;
  readonly types: readonly number[];
}

/** What NSEC records of a zone prove of a question. [RFC4035 §5.4] */
export function nsecDenial(
  records: readonly NsecRecord[],
  zone: Name,
  question: Question,
  witness: Witness,
): Denied | Failure {
  const { name } = question;
  const matching = (wanted: Name) =>
    witness.saw(
      records.find(({ owner }) => sameName(owner, wanted)),
      'matches',
      wanted,
    );
  const match = matching(name);
  if (match !== undefined) return typesDenial(match.types, question);
  const cover = covering(records, name, zone, witness);
  if (cover === undefined) return bogus(`no NSEC record of ${zone} says anything of ${name}: ${SIGN_ANEW}`);
  if (isBelow(cover.next, name)) return { answer: 'nodata', delegation: false, optOut: false }; // an empty non-terminal
  const encloser = suffix(name, Math.max(sharedLabels(name, cover.owner), sharedLabels(name, cover.next)));
  const wildcard = child('*', encloser);
  const source = matching(wildcard);
  if (source !== undefined) return wildcardDenial(source.types, { ...question, name: wildcard });
  const noSource = covering(records, wildcard, zone, witness);
  if (noSource === undefined) return bogus(`no NSEC record of ${zone} says that there is no ${wildcard}: ${SIGN_ANEW}`);
  return { answer: isBelow(noSource.next, wildcard) ? 'nodata' : 'nxdomain', delegation: false, optOut: false };
}

/** Whether the records prove that neither `name` nor anything below it exists. [RFC4035 §5.3.4] */
export function nsecCovers(records: readonly NsecRecord[], zone: Name, name: Name, witness: Witness): boolean {
  const closest = records.filter(({ next }) => !isBelow(next, name));
  return covering(closest, name, zone, witness) !== undefined;
}

/** What the types of an existing name say of one of them that is not there. */
export function typesDenial(types: readonly number[], { name, type }: Question): Denied | Failure {
  if (isNoName(types)) return { answer: 'nxdomain', delegation: false, optOut: false };
  if (type === TYPE.ANY && types.some((each) => !ALWAYS_THERE.has(each)))
    return bogus(`${name} is signed to have records, yet the answer has none`);
  if (types.includes(type))
    return bogus(
      `${name} is signed to have ${typeToText(type)}, yet the answer has none: it was removed, ask another resolver`,
    );
  if (types.includes(TYPE.CNAME)) return bogus(`${name} is signed to be an alias, yet the answer has none`); // [RFC6840 §4.3]
  const delegation = isDelegation(types);
  if (delegation && type !== TYPE.DS)
    return bogus(`the parent of ${name} cannot deny what the child has: ask another resolver`); // [RFC6840 §4.1]
  if (type === TYPE.DS && types.includes(TYPE.SOA) && name !== ROOT)
    return bogus(`${name} itself cannot deny its DS: only its parent can`);
  return { answer: 'nodata', delegation, optOut: false };
}

/** What is at a name only because something is to be said of it. */
const ALWAYS_THERE: ReadonlySet<number> = new Set([TYPE.RRSIG, TYPE.NSEC]);

/** A record made up for an absent name, as if it were there, which says so itself; with any other type it would contradict itself. [RFC9824 §2] */
const isNoName = (types: readonly number[]): boolean =>
  types.includes(TYPE.NXNAME) && types.every((each) => each === TYPE.NXNAME || ALWAYS_THERE.has(each));

/** The same for the wildcard that would have answered. [RFC4035 §3.1.3.4] */
export function wildcardDenial(types: readonly number[], wildcard: Question): Denied | Failure {
  const denied = typesDenial(types, wildcard);
  return 'failed' in denied ? denied : { ...denied, delegation: false };
}

/** Whether an existing name says nothing of the names below it: they are another zone's, or a DNAME's. [RFC6840 §4.1] */
export const isBarrier = (types: readonly number[]): boolean => isDelegation(types) || types.includes(TYPE.DNAME);

const isDelegation = (types: readonly number[]): boolean => types.includes(TYPE.NS) && !types.includes(TYPE.SOA);

function covering(records: readonly NsecRecord[], name: Name, zone: Name, witness: Witness): NsecRecord | undefined {
  const cover = records.find((record) => covers(record, name, zone));
  return witness.saw(cover, cover !== undefined && isBelow(cover.next, name) ? 'empty' : 'covers', name);
}

/** Whether the record proves that `name` has no records of its own. */
function covers({ owner, next, types }: NsecRecord, name: Name, zone: Name): boolean {
  if (compareNames(owner, name) >= 0) return false;
  if (isWithin(name, owner) && isBarrier(types)) return false;
  const last = compareNames(next, owner) <= 0;
  return last ? sameName(next, zone) : compareNames(name, next) < 0; // the last record leads back to the apex, and only it
}

const isBelow = (name: Name, above: Name): boolean => isWithin(name, above) && !sameName(name, above);

/** How many labels two names share, counted from the root. */
function sharedLabels(a: Name, b: Name): number {
  let shared = Math.min(labelCount(a), labelCount(b));
  while (!sameName(suffix(a, shared), suffix(b, shared))) shared--;
  return shared;
}
