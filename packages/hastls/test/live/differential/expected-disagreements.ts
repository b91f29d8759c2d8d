import { isWithin, type Name, parseName, sameName, TYPE, typeToText } from '#core/dns/index.js';
import { LIMITS, type Link, type Proven } from '#core/dnssec/index.js';
import { type Case, hasInnerAsterisk } from './cases.ts';
import { isRevoked } from './random-world.ts';
import type { Verdict } from './verdict.ts';

/** A case, and what both judges make of it. */
export interface Disputed {
  readonly disputed: Case;
  readonly ours: Verdict;
  readonly proven: Proven;
  readonly theirs: Verdict;
  /** Unbound's reasons. */
  readonly reasons: string;
}

/** Where our verdict is another one than Unbound's, and why that is as it should be. */
export interface Disagreement {
  readonly id: string;
  readonly why: string;
  readonly fits: (of: Disputed) => boolean;
}

export const EXPECTED: readonly Disagreement[] = [
  {
    id: 'nsec3-iterations',
    why: 'Unbound takes all below a zone of too many NSEC3 iterations for insecure, as RFC 9276 §3.2 allows; for us a limit proves nothing [F8], and where a chain of DS records leads on, none is reached',
    fits: ({ theirs, disputed: { zones } }) =>
      theirs.startsWith('insecure') &&
      zones.some(({ denial }) => denial?.kind === 'nsec3' && (denial.iterations ?? 0) > LIMITS.nsec3Iterations),
  },
  {
    id: 'cname-of-a-dname',
    why: 'the CNAME that a DNAME makes needs no signature (RFC 6672 §5.3.1); Unbound looks for one when CNAME or DNAME is what was asked for',
    fits: (of) =>
      onlyTheyFail(of) &&
      [TYPE.CNAME, TYPE.DNAME].some((type) => type === of.disputed.question.type) &&
      of.proven.chain.some(({ type }) => type === TYPE.DNAME),
  },
  {
    id: 'wildcard-by-its-name',
    why: 'a name that begins with an asterisk may come from a wildcard above it: its asterisk is no label to an RRSIG (RFC 4034 §3.1.3), but one of those that the wildcard stands for (RFC 4035 §5.3.2); Unbound takes one label too few off',
    fits: (of) =>
      onlyTheyFail(of) && of.disputed.question.name.startsWith('*.') && /signature crypto failed/.test(of.reasons),
  },
  {
    id: 'wildcard-without-records',
    why: 'a wildcard may exist only because names lie below it (RFC 4592 §2.2.2), and then answers that there is no data; Unbound wants to see records of it',
    fits: (of) =>
      hasInnerAsterisk(of.disputed) &&
      ((onlyTheyFail(of) && /proof failed|no DS for DS/.test(of.reasons)) ||
        (of.ours === 'secure nodata' && of.theirs === 'secure nxdomain')),
  },
  {
    id: 'revoked',
    why: 'a revoked key is good for nothing (RFC 5011 §2.1), even where a DS record names it; to Unbound it is a key like any other',
    fits: (of) => onlyWeFail(of) && of.disputed.zones.some(({ keys = [] }) => keys.some(isRevoked)),
  },
  {
    id: 'wildcard-alias-to-unsigned',
    why: 'the proof that a wildcard alias was right is of the zone that has the wildcard, and says nothing of the target, which may be unsigned and need no proof (RFC 4035 §5.3.4); Unbound judges the whole answer at once',
    fits: (of) =>
      of.ours === 'insecure absence' && of.theirs === 'failed' && /cnamenoanswer proof failed/.test(of.reasons),
  },
  {
    id: 'no-cut-there',
    why: 'where the signer is known, its own DS record shows the way (RFC 4035 §5.2): what is said of DS at names between, where no zone begins, does not matter; Unbound asks at each label',
    fits: (of) =>
      onlyTheyFail(of) &&
      of.disputed.damages.some(({ question: { name, type } }) => type === TYPE.DS && !isApex(of.disputed, name)),
  },
  {
    id: 'response-code',
    why: 'nobody signs a response code, so that the proven records say what is true (RFC 4035 §5.4), be it with NXDOMAIN or NOERROR above them',
    fits: (of) =>
      onlyTheyFail(of) &&
      of.disputed.damages.some(({ says }) => /NXDOMAIN and NOERROR change|the answer is that to/.test(says)),
  },
  {
    id: 'beside-the-proof',
    why: 'a record that does not verify is not used (RFC 4035 §5.3); it spoils nothing that is proven without it, while Unbound wants all of the authority section to be signed',
    fits: (of) =>
      onlyTheyFail(of) &&
      (rejectedBeside(of) ||
        /not all NSEC3 records secure/.test(of.reasons) ||
        (/^(6 ?)?$/.test(of.reasons) && of.ours === of.disputed.truth) ||
        (/misc failure/.test(of.reasons) && spoiltAnswer(of))),
  },
  {
    id: 'other-limits',
    why: 'more than 16 aliases, or more rounds of NSEC3 hashes than the limit, are no answer for us [A20] [F8]; Unbound has other limits',
    fits: (of) =>
      onlyWeFail(of) && of.proven.because.some((each) => /^limit (aliasLinks|nsec3RoundsPerQuestion) /.test(each)),
  },
  {
    id: 'alias-asked-anew',
    why: 'what an answer says of the target of its alias is taken as the answer (RFC 1034 §4.3.2), and proves nothing when it was spoilt; Unbound asks for the target by itself',
    fits: (of) => onlyWeFail(of) && spoiltAnswer(of) && of.proven.aliases.length > 0,
  },
  {
    id: 'unsigned-from-there',
    why: 'a zone above has shown that the name lies in unsigned land or in an opt-out span (RFC 4035 §5.2, RFC 5155 §6), so that the answer needs no signature, whatever was done to it; Unbound wants what it denies with to hold',
    fits: (of) =>
      onlyTheyFail(of) &&
      of.ours.startsWith('insecure') &&
      of.disputed.truth.startsWith('insecure') &&
      spoiltAnswer(of),
  },
  {
    id: 'cut-from-below',
    why: 'zone cuts are looked for from below, where answers name a signer (RFC 4035 §5.2 says what must be proven, and not in which order): an answer that was exchanged for that of a zone above is held to be that zone’s word, and broken; Unbound asks at each label and may come to unsigned land before. To fail is the safe side of it',
    fits: (of) => onlyWeFail(of) && of.theirs.startsWith('insecure') && ofZoneAbove(of),
  },
  {
    id: 'cname-unlike-its-dname',
    why: 'a CNAME beside a DNAME is what the DNAME makes, or the answer was spoilt (RFC 6672 §5.3.1); Unbound drops it, and makes its own',
    fits: (of) => onlyWeFail(of) && of.proven.because.some((each) => /is not what the DNAME of/.test(each)),
  },
  {
    id: 'anything-goes',
    why: 'of contradicting records that nobody signed either may be taken, or none',
    fits: (of) =>
      of.ours.startsWith('insecure') && spoiltAnswer(of) && (of.theirs.startsWith('insecure') || of.reasons === ''),
  },
];

const onlyWeFail = ({ ours, theirs }: Disputed): boolean => ours === 'failed' && theirs !== 'failed';

const onlyTheyFail = ({ ours, theirs }: Disputed): boolean => ours !== 'failed' && theirs === 'failed';

const spoiltAnswer = ({ disputed: { question, damages } }: Disputed): boolean =>
  damages.some(({ question: { name, type } }) => type === question.type && sameName(name, question.name));

/** Whether an answer was exchanged for that of a zone above, or mixed with it. */
const ofZoneAbove = ({ disputed: { damages } }: Disputed): boolean =>
  damages.some(({ question: { name }, says }) => {
    const [, other] =
      /(?:are those|is that to|authorities of|only the authorities of) (?:of )?(\S+) DS/.exec(says) ?? [];
    return other !== undefined && isWithin(name, parseName(other));
  });

const isApex = ({ zones }: Case, name: Name): boolean => zones.some(({ apex }) => sameName(parseName(apex), name));

/** Whether the records that Unbound stumbled over are none that our proof rests on. */
function rejectedBeside({ reasons, proven }: Disputed): boolean {
  const [, owner, type] = /from 127.0.0.1 for <(\S+) (\S+) IN>$/.exec(reasons) ?? [];
  const written = (name: Name) => name.replaceAll(/\\(\d{3}|.)/g, '?').toLowerCase();
  const isThat = (link: Link) => written(link.name) === owner?.toLowerCase() && typeToText(link.type) === type;
  return owner !== undefined && (type === 'SOA' || type === 'RRSIG' || !proven.chain.some(isThat));
}
