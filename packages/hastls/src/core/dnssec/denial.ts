import { parsed } from '../bytes/parsed.ts';
import { fromBase32hex } from '../bytes/radix.ts';
import type { Message } from '../dns/message.ts';
import { labels, type Name, sameName } from '../dns/name.ts';
import type { Question } from '../dns/question.ts';
import type { ResourceRecord } from '../dns/resource-record.ts';
import { typesOf } from '../dns/type-bitmap.ts';
import { TYPE } from '../dns/type-names.ts';
import { readNsec, readNsec3, readSoa } from '../dns/typed-rdata.ts';
import { bogus, type Failure, isFailure, SIGN_ANEW, within } from './failure.ts';
import { keysOf } from './key.ts';
import { type Denied, type NsecRecord, nsecCovers, nsecDenial } from './nsec.ts';
import { type Nsec3Record, nsec3Covers, nsec3Denial } from './nsec3.ts';
import type { Given, Link, Need, ProvenZone } from './proof.ts';
import { type Rrset, rrsetOf, rrsetsOf, type Signature, signaturesOver } from './rrset.ts';
import { questionToText, type Session } from './session.ts';
import { verifyRrset } from './signature.ts';
import { createWitness, type Witness } from './witness.ts';

/** A proven absence. */
export interface Absence extends Denied {
  readonly expires: number;
  readonly links: readonly Link[];
}

/** Proves, with what a message brings along, that a secure zone does not have what was asked for. */
export function* proveAbsence(
  session: Session,
  zone: ProvenZone,
  message: Message,
  question: Question,
): Generator<Need, Absence | Failure, Given> {
  const evidence = yield* gather(session, zone, message);
  const witness = createWitness();
  const denied = judge(evidence, `the absence of ${questionToText(question)}`, session, zone.zone, [
    () => nsecDenial(evidence.nsec, zone.zone, question, witness),
    () => nsec3Denial(evidence.nsec3, zone.zone, question, session.nsec3Hash, witness),
  ]);
  return conclude(session, evidence, witness, denied);
}

/** Proves that neither `name` nor anything below it exists, so that a wildcard was right to answer. [RFC4035 §5.3.4] */
export function* proveNoCloser(
  session: Session,
  zone: ProvenZone,
  message: Message,
  name: Name,
): Generator<Need, { readonly optOut: boolean; readonly expires: number } | Failure, Given> {
  const evidence = yield* gather(session, zone, message);
  const witness = createWitness();
  const denied = judge(evidence, `the absence of ${name}, without which no wildcard may answer`, session, zone.zone, [
    () =>
      nsecCovers(evidence.nsec, zone.zone, name, witness)
        ? { optOut: false }
        : bogus(`no NSEC record of ${zone.zone} says that there is no ${name}: ${SIGN_ANEW}`),
    () => nsec3Covers(evidence.nsec3, zone.zone, name, session.nsec3Hash, witness),
  ]);
  return conclude(session, evidence, witness, denied);
}

/** Takes into the chain what bears the denial; if there is none, all that was signed. */
function conclude<R extends object>(
  session: Session,
  evidence: Evidence,
  witness: Witness,
  denied: R | Failure,
): (R & Pick<Absence, 'expires' | 'links'>) | Failure {
  const links = isFailure(denied) ? evidence.links : witness.testify(evidence.links);
  for (const link of links) session.links.add(link);
  return isFailure(denied) ? denied : { ...denied, expires: evidence.expires, links };
}

/** The signatures over what a message denies with. */
export function denialSignatures({ authorities }: Message): readonly Signature[] {
  const known = found.get(authorities);
  if (known !== undefined) return known;
  const signatures = [TYPE.NSEC, TYPE.NSEC3, TYPE.SOA].flatMap((type) => signaturesOver(authorities, type));
  found.set(authorities, signatures);
  return signatures;
}

/** They are asked for again at each step: read once for as long as the message is held. */
const found = new WeakMap<Message['authorities'], readonly Signature[]>();

/** Denial records of one zone in one message. */
interface Evidence {
  readonly nsec: readonly NsecRecord[];
  readonly nsec3: readonly Nsec3Record[];
  readonly links: readonly Link[];
  readonly expires: number;
  /** The first that did not verify. */
  readonly failure: Failure | undefined;
}

/** By NSEC or by NSEC3, whichever the message has; what did not verify explains better why neither holds. */
function judge<R extends object>(
  { nsec, nsec3, failure }: Evidence,
  what: string,
  session: Session,
  zone: Name,
  [byNsec, byNsec3]: readonly [() => R | Failure, () => R | Failure],
): R | Failure {
  if (nsec.length === 0 && nsec3.length === 0)
    return failure === undefined ? session.unsigned(what, zone) : within(what, failure);
  const first = nsec.length > 0 ? byNsec() : undefined;
  if (first !== undefined && !isFailure(first)) return first;
  const second = nsec3.length > 0 ? byNsec3() : undefined;
  if (second !== undefined && !isFailure(second)) return second;
  return within(what, failure ?? ((second ?? first) as Failure)); // one of the two was tried, and failed
}

/** The denial records whose signatures hold. A wildcard's are left out: they speak of another name. */
function* gather(session: Session, zone: ProvenZone, { authorities }: Message): Generator<Need, Evidence, Given> {
  const keys = keysOf(zone.keys);
  const nsec: NsecRecord[] = [];
  const nsec3: Nsec3Record[] = [];
  const links: Link[] = [];
  const lifetimes = [...soaLifetimes(session, zone.zone, authorities)];
  let failure: Failure | undefined;
  for (const rrset of denialRrsets(authorities)) {
    if (!rrset.signatures.some(({ signer }) => sameName(signer, zone.zone))) continue;
    const verified = yield* verifyRrset(session, rrset, zone.zone, keys);
    if (isFailure(verified)) {
      if (verified.failed === 'indeterminate') {
        failure = verified;
        break; // a limit was reached: whatever else there is, it is not looked at
      }
      failure ??= verified;
      continue;
    }
    if (verified.expandedFrom !== undefined) continue;
    links.push(verified.link);
    lifetimes.push(verified.expires);
    for (const record of verified.records) {
      if (rrset.type === TYPE.NSEC) nsec.push(...wellFormed(() => nsecRecord(record)));
      else nsec3.push(...wellFormed(() => nsec3Record(record)));
    }
  }
  return { nsec, nsec3, links, expires: Math.min(...lifetimes), failure };
}

function* denialRrsets(authorities: Message['authorities']): Generator<Rrset> {
  yield* rrsetsOf(authorities, TYPE.NSEC);
  yield* rrsetsOf(authorities, TYPE.NSEC3);
}

function nsecRecord({ name, rdata }: ResourceRecord): NsecRecord {
  const { next, bitmap } = readNsec(rdata);
  return { owner: name, next, types: typesOf(bitmap) };
}

function nsec3Record({ name, rdata }: ResourceRecord): Nsec3Record {
  const { bitmap, ...rest } = readNsec3(rdata);
  return { ...rest, owner: name, hash: fromBase32hex(labels(name)[0] ?? ''), types: typesOf(bitmap) };
}

/** An absence lasts no longer than the SOA record says, which a forged one can only shorten. [RFC2308 §5] [RFC9077] */
const soaLifetimes = ({ context }: Session, zone: Name, authorities: Message['authorities']): readonly number[] =>
  (rrsetOf(authorities, zone, TYPE.SOA)?.records ?? []).flatMap(({ ttl, rdata }) =>
    wellFormed(() => context.at + Math.min(ttl, readSoa(rdata).minimum)),
  );

const wellFormed = <T>(read: () => T): readonly T[] => {
  const result = parsed(read);
  return result.ok ? [result.value] : [];
};
