import type { Message } from '../dns/message.ts';
import { canonical, labelCount, type Name, parent, suffix } from '../dns/name.ts';
import type { Question } from '../dns/question.ts';
import { RCODE } from '../dns/rcode.ts';
import type { ResourceRecord } from '../dns/resource-record.ts';
import { TYPE, typeToText } from '../dns/type-names.ts';
import type { Step } from './alias.ts';
import { type Absence, denialSignatures, proveAbsence, proveNoCloser } from './denial.ts';
import { type Failure, isFailure, limitReached, within } from './failure.ts';
import { keysOf } from './key.ts';
import { LIMITS } from './limits.ts';
import type { Given, Need, ProvenZone } from './proof.ts';
import type { Rrset, Signature } from './rrset.ts';
import { questionToText, type Session } from './session.ts';
import { maySign, verifyRrset } from './signature.ts';
import { anchorZone, reachZone, type Target } from './zone-walk.ts';

/** One step of an answer, judged. */
export interface Judged {
  readonly proof: 'secure' | 'insecure';
  readonly answer: 'data' | 'nodata' | 'nxdomain';
  readonly records: readonly ResourceRecord[];
  readonly expires: number;
}

/** Judges records, be they data or an alias, with what their message brings along. */
export function* judgeRrset(
  session: Session,
  message: Message,
  rrset: Rrset,
): Generator<Need, Judged | Failure, Given> {
  const judged = yield* judgeByZone(session, rrset, rrset.signatures, questionToText(rrset), (zone) =>
    judgeSecureRrset(session, zone, message, rrset),
  );
  if (isFailure(judged) || !('zone' in judged)) return judged;
  const expires = Math.min(session.context.at + Math.min(...rrset.records.map(({ ttl }) => ttl)), judged.expires);
  return { proof: 'insecure', answer: 'data', records: rrset.records, expires };
}

/** Judges RRsets that answer a question together: the weakest decides. */
export function* judgeRrsets(
  session: Session,
  message: Message,
  rrsets: readonly Rrset[],
): Generator<Need, Judged | Failure, Given> {
  if (rrsets.length > LIMITS.rrsetsPerAnswer) return limitReached('rrsetsPerAnswer');
  const all: Judged[] = [];
  for (const rrset of rrsets) {
    const judged = yield* judgeRrset(session, message, rrset);
    if (isFailure(judged)) return judged;
    all.push(judged);
  }
  const [first, second] = all;
  if (first !== undefined && second === undefined) return first;
  return {
    proof: all.every(({ proof }) => proof === 'secure') ? 'secure' : 'insecure',
    answer: 'data',
    records: all.flatMap(({ records }) => records),
    expires: Math.min(...all.map(({ expires }) => expires)),
  };
}

/** Judges that a message has nothing for a name. */
export function* judgeAbsence(
  session: Session,
  message: Message,
  question: Question,
): Generator<Need, Judged | Failure, Given> {
  const what = `the absence of ${questionToText(question)}`;
  const judged = yield* judgeByZone(session, question, denialSignatures(message), what, (zone) =>
    judgeSecureAbsence(session, zone, message, question),
  );
  if (isFailure(judged) || !('zone' in judged)) return judged;
  return { proof: 'insecure', answer: saysRcode(message), records: [], expires: judged.expires };
}

/** The zones that a step's proof will lead to. */
export function targetsOf(message: Message, step: Step, type: number): readonly Target[] {
  return rrsetsIn(message, step, type)
    .slice(0, LIMITS.rrsetsPerAnswer)
    .flatMap(({ signatures, ...about }): readonly Target[] => {
      const signers = signersOf(about, signatures);
      return signers.length > 0
        ? signers.map((name) => ({ name, signs: true }))
        : [{ name: homeOf(about), signs: false }];
    });
}

type About = Pick<Question, 'name' | 'type'>;

/** What a step rests on, with its signatures. */
function rrsetsIn(message: Message, step: Step, type: number): readonly (About & Pick<Rrset, 'signatures'>)[] {
  if (step.kind === 'data') return step.rrsets;
  return 'rrset' in step ? [step.rrset] : [{ name: step.name, type, signatures: denialSignatures(message) }];
}

/** More signers than this over one RRset nobody honest has. */
const MAX_SIGNERS = 3;

/**
 * Takes the zone from the signatures' signer, deepest first; without any, looks for the deepest zone that encloses the
 * name: only if that one is insecure may signatures be missing. Gives the insecure zone, or the judgement in a secure one.
 */
function* judgeByZone<R extends object>(
  session: Session,
  about: About,
  signatures: readonly Signature[],
  what: string,
  judgeSecure: (zone: ProvenZone) => Generator<Need, R | Failure, Given>,
): Generator<Need, R | ProvenZone | Failure, Given> {
  const home = homeOf(about);
  const anchor = anchorZone(session, home);
  if (isFailure(anchor)) return anchor;
  let failure: Failure | undefined;
  for (const signer of signersOf(about, signatures)) {
    if (labelCount(signer) < labelCount(anchor)) continue;
    const zone = yield* reachZone(session, signer);
    if (!isFailure(zone) && zone.proof === 'insecure') return zone;
    const outcome: R | Failure = isFailure(zone) ? zone : yield* judgeSecure(zone);
    if (!isFailure(outcome)) return outcome;
    failure ??= outcome;
  }
  const zone = yield* reachZone(session, home);
  if (!isFailure(zone) && zone.proof === 'insecure') return zone; // what was signed speaks of another link, or of nothing
  return failure ?? (isFailure(zone) ? zone : session.unsigned(what, zone.zone));
}

function* judgeSecureRrset(
  session: Session,
  zone: ProvenZone,
  message: Message,
  rrset: Rrset,
): Generator<Need, Judged | Failure, Given> {
  const verified = yield* verifyRrset(session, rrset, zone.zone, keysOf(zone.keys));
  if (isFailure(verified)) return verified;
  session.links.add(verified.link);
  const { records, expires, expandedFrom } = verified;
  if (expandedFrom === undefined) return { proof: 'secure', answer: 'data', records, expires };
  const denied = yield* proveNoCloser(session, zone, message, suffix(rrset.name, expandedFrom + 1));
  if (isFailure(denied)) return within(`${typeToText(rrset.type)} of ${rrset.name} comes from a wildcard`, denied);
  const proof = denied.optOut ? 'insecure' : 'secure';
  return { proof, answer: 'data', records, expires: Math.min(expires, denied.expires) };
}

function* judgeSecureAbsence(
  session: Session,
  zone: ProvenZone,
  message: Message,
  question: Question,
): Generator<Need, Judged | Failure, Given> {
  const absence: Absence | Failure = yield* proveAbsence(session, zone, message, question);
  if (isFailure(absence)) return absence;
  const { answer, optOut, expires } = absence;
  return optOut
    ? { proof: 'insecure', answer: saysRcode(message), records: [], expires } // [RFC5155 §9.2]
    : { proof: 'secure', answer, records: [], expires };
}

const saysRcode = ({ rcode }: Message): 'nxdomain' | 'nodata' => (rcode === RCODE.NXDOMAIN ? 'nxdomain' : 'nodata');

/** Where a name's records live: those of a DS above the name. [RFC4035 §2.4] */
export const homeOf = ({ name, type }: About): Name => (type === TYPE.DS ? parent(name) : name);

function signersOf(about: About, signatures: readonly Signature[]): readonly Name[] {
  const signers = new Map(signatures.map(({ signer }) => [canonical(signer), signer]));
  return [...signers.values()]
    .filter((signer) => maySign(signer, about))
    .sort((a, b) => labelCount(b) - labelCount(a))
    .slice(0, MAX_SIGNERS);
}
