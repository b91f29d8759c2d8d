import { compareBytes, equalBytes } from '../bytes/compare.ts';
import { child, isWithin, type Name, parent, sameName } from '../dns/name.ts';
import type { Question } from '../dns/question.ts';
import { TYPE } from '../dns/type-names.ts';
import { type Nsec3Param, OPT_OUT } from '../dns/typed-rdata.ts';
import { bogus, type Failure, isFailure, limitReached, SIGN_ANEW } from './failure.ts';
import { LIMITS } from './limits.ts';
import { type Denied, isBarrier, typesDenial, wildcardDenial } from './nsec.ts';
import type { Nsec3Hasher } from './nsec3-hash.ts';
import type { Witness } from './witness.ts';

/** An NSEC3 record whose signature holds, with the hash that its owner's first label is. */
export interface Nsec3Record extends Nsec3Param {
  readonly owner: Name;
  readonly hash: Uint8Array;
  readonly nextHash: Uint8Array;
  readonly types: readonly number[];
}

/** What NSEC3 records of a zone prove of a question. [RFC5155 §8.4 §8.5 §8.6 §8.7] */
export const nsec3Denial = (
  records: readonly Nsec3Record[],
  zone: Name,
  question: Question,
  hasher: Nsec3Hasher,
  witness: Witness,
): Denied | Failure => withChain(records, zone, hasher, witness, (chain) => deny(chain, zone, question));

/** Whether the records prove that neither `name` nor anything below it exists, and if with opt-out. [RFC5155 §8.8] */
export const nsec3Covers = (
  records: readonly Nsec3Record[],
  zone: Name,
  name: Name,
  hasher: Nsec3Hasher,
  witness: Witness,
): { readonly optOut: boolean } | Failure =>
  withChain(records, zone, hasher, witness, (chain) => {
    const cover = chain.cover(name);
    return cover === undefined
      ? bogus(`no NSEC3 record of ${zone} says that there is no ${name}: ${SIGN_ANEW}`)
      : optOutOf(cover);
  });

function deny(chain: Chain, zone: Name, question: Question): Denied | Failure {
  const { name } = question;
  const match = chain.match(name);
  if (match !== undefined) return typesDenial(match.types, question);
  let nextCloser = name;
  let encloser: Nsec3Record | undefined;
  for (; encloser === undefined && !sameName(nextCloser, zone); ) {
    encloser = chain.match(parent(nextCloser));
    if (encloser === undefined) nextCloser = parent(nextCloser);
  }
  if (encloser === undefined) return bogus(`no NSEC3 record of ${zone} shows a name above ${name}: ${SIGN_ANEW}`);
  if (isBarrier(encloser.types))
    return bogus(`${parent(nextCloser)} is a delegation or a DNAME: ${zone} cannot deny what lies below: ${SIGN_ANEW}`); // [RFC5155 §8.3]
  const cover = chain.cover(nextCloser);
  if (cover === undefined) return bogus(`no NSEC3 record of ${zone} says that there is no ${nextCloser}: ${SIGN_ANEW}`);
  // a delegation may lie in the span, and no wildcard stands for one
  if (question.type === TYPE.DS && optOutOf(cover).optOut) return UNSAID; // [RFC5155 §8.6]
  const wildcard = child('*', parent(nextCloser));
  const source = chain.match(wildcard);
  if (source !== undefined) {
    const denied = wildcardDenial(source.types, { ...question, name: wildcard });
    return isFailure(denied) ? denied : { ...denied, ...optOutOf(cover) };
  }
  if (chain.cover(wildcard) !== undefined) return { answer: 'nxdomain', delegation: false, ...optOutOf(cover) };
  if (optOutOf(cover).optOut) return UNSAID;
  return bogus(`no NSEC3 record of ${zone} says that there is no ${wildcard}: ${SIGN_ANEW}`);
}

/** Nothing but that opt-out left room for what is not signed. */
const UNSAID: Denied = { answer: 'nodata', delegation: false, optOut: true };

const SHA1 = 1;

const optOutOf = ({ flags }: Nsec3Record): { readonly optOut: boolean } => ({ optOut: (flags & OPT_OUT) !== 0 });

/** The NSEC3 records of one zone with one way of hashing. */
interface Chain {
  match(name: Name): Nsec3Record | undefined;
  cover(name: Name): Nsec3Record | undefined;
}

/** Looks for proofs in the records' chain, as far as the limits of hashing go. */
function withChain<R extends object>(
  records: readonly Nsec3Record[],
  zone: Name,
  hasher: Nsec3Hasher,
  witness: Witness,
  look: (chain: Chain) => R | Failure,
): R | Failure {
  const known = records.filter(
    // unknown hashes and flags are to be ignored [RFC5155 §8.1 §8.2]
    ({ owner, algorithm, flags }) => sameName(parent(owner), zone) && algorithm === SHA1 && (flags & ~OPT_OUT) === 0,
  );
  const [first] = known;
  if (first === undefined) return bogus(`${zone} gives no NSEC3 record that can be used: ${SIGN_ANEW}`);
  const { iterations, salt } = first;
  if (known.some((each) => each.iterations !== iterations || !equalBytes(each.salt, salt)))
    return bogus(`the NSEC3 records of ${zone} are not of one chain: ${SIGN_ANEW}`); // [RFC5155 §8.2]
  if (iterations > LIMITS.nsec3Iterations) return limitReached('nsec3Iterations');
  const hash = hasher(first);
  let exhausted = false;
  const hashOf = (name: Name): Uint8Array | undefined => {
    const hashed = hash(name);
    exhausted ||= hashed === undefined;
    return hashed;
  };
  const found = look({
    match(name) {
      const hash = isWithin(name, zone) ? hashOf(name) : undefined;
      const found = hash && known.find((each) => equalBytes(each.hash, hash));
      return witness.saw(found, 'matches', name);
    },
    cover(name) {
      const hash = hashOf(name);
      const found = hash && known.find((each) => spans(each, hash));
      return witness.saw(found, 'covers', name);
    },
  });
  return exhausted ? limitReached('nsec3RoundsPerQuestion') : found;
}

/** Whether a hash lies strictly between the record's own and the next: an existing name's never does. [RFC5155 §8.3] */
function spans({ hash: from, nextHash: to }: Nsec3Record, hash: Uint8Array): boolean {
  if (from.length !== hash.length || to.length !== hash.length) return false;
  const [after, before] = [compareBytes(from, hash) < 0, compareBytes(hash, to) < 0];
  if (compareBytes(from, to) < 0) return after && before;
  return after || before; // the last one leads back to the first
}
