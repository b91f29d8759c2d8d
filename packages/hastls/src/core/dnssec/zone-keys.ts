import { equalBytes } from '../bytes/compare.ts';
import { parsed } from '../bytes/parsed.ts';
import { canonical, isWithin, labelCount, type Name, parent, sameName, suffix } from '../dns/name.ts';
import type { Question } from '../dns/question.ts';
import type { ResourceRecord } from '../dns/resource-record.ts';
import { TYPE } from '../dns/type-names.ts';
import { keyTag, readDs } from '../dns/typed-rdata.ts';
import { algorithmToText, supportedAlgorithm } from './algorithms.ts';
import { proveAbsence } from './denial.ts';
import { bogus, type Failure, indeterminate, isFailure, within } from './failure.ts';
import { entryKeys, type Key, keysOf, usableDs } from './key.ts';
import { GUESSED_ZONES } from './limits.ts';
import type { Anchor, Context, Given, Link, Need, ProvenZone } from './proof.ts';
import { rrsetOf } from './rrset.ts';
import type { Session } from './session.ts';
import { type Verified, verifyRrset } from './signature.ts';

/**
 * Walks from the anchor down to the deepest zone that encloses `target`: secure, or insecure because a signed parent
 * denies its DS. Missing signatures never end the walk: only what a zone above has signed does.
 */
export function* reachZone(session: Session, target: Name): Generator<Need, ProvenZone | Failure, Given> {
  let zone = nearestKnown(session, target) ?? (yield* reachAnchor(session, target));
  show(session, zone);
  while (!isFailure(zone) && zone.proof === 'secure' && !sameName(zone.zone, target)) {
    const cut: ProvenZone | Failure | undefined = yield* nextCut(session, zone, target);
    if (cut === undefined) break;
    zone = remember(session, cut, target);
    show(session, zone);
  }
  return zone;
}

/** The zone of the anchor that speaks for a name: the longest match. Without one, nothing is proven. */
export function anchorZone({ context }: Session, target: Name): Name | Failure {
  const zones = anchorsInForce(context)
    .map(({ zone }) => zone)
    .filter((zone) => isWithin(target, zone));
  const [longest] = zones.sort((a, b) => labelCount(b) - labelCount(a));
  return longest ?? indeterminate(`no-anchor: no trust anchor covers ${target}, so that nothing of it can be proven`);
}

const anchorsInForce = ({ anchors, at }: Context): readonly Anchor[] =>
  anchors.filter(({ from = 0, until = Number.POSITIVE_INFINITY }) => from <= at && at < until);

/** Whether `target` is known to be a signer's name, or only a name that may lie in or below an unsigned zone. */
export type Target = { readonly name: Name; readonly signs: boolean };

/**
 * The questions that a walk to these names will probably need, to be asked together. Names below an unsigned answer
 * are asked about more sparingly: servers of unsigned zones are known to choke on unusual types. [A24]
 */
export function zoneQuestions(session: Session, targets: readonly Target[]): readonly Question[] {
  return targets.flatMap(({ name, signs }) => {
    const known = nearestKnown(session, name);
    const start = startOf(session, name, known);
    if (start === undefined) return [];
    const all = namesBetween(start, name);
    const cuts = signs
      ? all.filter((_, index) => index < GUESSED_ZONES - 1 || index === all.length - 1)
      : all.filter((each, index) => index === 0 || labelCount(each) <= 2);
    const keys = signs ? cuts : cuts.slice(0, -1);
    return [
      ...(known === undefined ? [start, ...keys] : keys).map((each) => ({ name: each, type: TYPE.DNSKEY })),
      ...cuts.map((each) => ({ name: each, type: TYPE.DS })),
    ];
  });
}

/** Where a walk to `target` will begin; `undefined` if it will end at once. */
function startOf(session: Session, target: Name, known: ProvenZone | Failure | undefined): Name | undefined {
  const start = known === undefined ? anchorZone(session, target) : known;
  if (typeof start === 'string') return start;
  return isFailure(start) || start.proof === 'insecure' ? undefined : start.zone;
}

/** Names below `above` down to `below`, shortest first. */
function namesBetween(above: Name, below: Name): readonly Name[] {
  const [from, to] = [labelCount(above), labelCount(below)];
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => suffix(below, from + index + 1));
}

function nearestKnown(session: Session, target: Name): ProvenZone | Failure | undefined {
  const { context, zones } = session;
  const top = anchorZone(session, target);
  if (isFailure(top)) return undefined;
  for (const name of [top, ...namesBetween(top, target)].reverse()) {
    const known = zones.get(canonical(name)) ?? context.known?.(canonical(name));
    if (known !== undefined && (isFailure(known) || known.expires > context.at)) return known;
  }
  return undefined;
}

/** Takes a zone's chain into that of the answer; it begins with the chains of the zones above. */
function show({ links }: Session, zone: ProvenZone | Failure): void {
  if (!isFailure(zone)) for (const link of zone.chain) links.add(link);
}

function remember({ zones }: Session, cut: ProvenZone | Failure, target: Name): ProvenZone | Failure {
  zones.set(canonical(isFailure(cut) ? target : cut.zone), cut);
  return cut;
}

/** The zone of the anchor, its keys proven by the anchor. */
function* reachAnchor(session: Session, target: Name): Generator<Need, ProvenZone | Failure, Given> {
  const zone = anchorZone(session, target);
  if (isFailure(zone)) return zone;
  const records = anchorsInForce(session.context)
    .filter((anchor) => sameName(anchor.zone, zone))
    .map(({ record }) => record);
  const link: Link = {
    kind: 'anchor',
    zone,
    name: zone,
    type: records[0]?.type ?? TYPE.DS,
    says: `${zone} has a trust anchor: ${anchorTags(records)}`,
  };
  const reached = yield* proveKeys(session, zone, records, [link], Number.POSITIVE_INFINITY);
  return remember(session, isFailure(reached) ? within(`the trust anchor of ${zone}`, reached) : reached, zone);
}

/** The next zone cut on the way from a secure zone to `target`; `undefined` when there is none. */
function* nextCut(
  session: Session,
  from: ProvenZone,
  target: Name,
): Generator<Need, ProvenZone | Failure | undefined, Given> {
  const all = namesBetween(from.zone, target);
  const { at, negativeAnchors = [] } = session.context;
  const exempt = all
    .flatMap((name) => negativeAnchors.filter(({ zone }) => sameName(zone, name)))
    .find(({ until }) => at < until);
  const names = exempt === undefined ? all : namesBetween(from.zone, parent(exempt.zone));
  const signedHere = (name: Name) => {
    const message = session.held({ name, type: TYPE.DS });
    const ds = message && rrsetOf(message.answers, name, TYPE.DS);
    return ds?.signatures.some(({ signer }) => sameName(signer, from.zone)) === true;
  };
  const delegated = names.find(signedHere);
  for (const name of delegated === undefined ? names : [delegated]) {
    const found = yield* cutAt(session, from, name, target);
    if (found !== undefined) return found;
  }
  if (exempt === undefined) return undefined;
  const says = `${exempt.zone} counts as unsigned by local decision, until ${new Date(exempt.until * 1000).toISOString()}`;
  return insecureBelow(from, exempt.zone, exempt.until, says); // [RFC7646]
}

/** What a secure zone says of a cut at `name`: a delegation, secure or not, or that there is none. */
function* cutAt(
  session: Session,
  from: ProvenZone,
  name: Name,
  target: Name,
): Generator<Need, ProvenZone | Failure | undefined, Given> {
  const message = yield* session.answer({ name, type: TYPE.DS });
  if (isFailure(message)) return message;
  const keys = keysOf(from.keys);
  const ds = rrsetOf(message.answers, name, TYPE.DS);
  if (ds !== undefined) {
    const verified = yield* verifyRrset(session, ds, from.zone, keys);
    if (isFailure(verified)) return verified;
    return yield* delegatedZone(session, from, name, verified, target);
  }
  const alias = rrsetOf(message.answers, name, TYPE.CNAME);
  if (alias !== undefined) {
    const verified = yield* verifyRrset(session, alias, from.zone, keys);
    return isFailure(verified) ? verified : undefined; // an alias is no zone cut
  }
  const absence = yield* proveAbsence(session, from, message, { name, type: TYPE.DS });
  if (isFailure(absence)) return within(`the delegation of ${name} from ${from.zone}`, absence);
  if (!absence.delegation && !absence.optOut) return undefined;
  return insecureBelow(from, name, absence.expires, `${from.zone} delegates ${name} without DS`);
}

function* delegatedZone(
  session: Session,
  from: ProvenZone,
  name: Name,
  ds: Verified,
  target: Name,
): Generator<Need, ProvenZone | Failure, Given> {
  if (usableDs(ds.records, session.context.acceptSha1).length === 0)
    return insecureBelow(
      from,
      name,
      ds.expires,
      `${name} has only DS records of unsupported algorithms or digests: ${dsToText(ds.records)}`,
    ); // [RFC4035 §5.2]
  const [below] = namesBetween(name, target);
  yield* session.fetch([
    { name, type: TYPE.DNSKEY },
    ...(below === undefined ? [] : [{ name: below, type: TYPE.DS }]), // in the same round trip
  ]);
  const chain = [...from.chain, ds.link];
  return yield* proveKeys(session, name, ds.records, chain, Math.min(from.expires, ds.expires));
}

/** The keys that DS or DNSKEY records trust. */
const anchorTags = (records: readonly ResourceRecord[]): string =>
  records
    .flatMap(({ type, rdata }) => {
      const tag = parsed(() => (type === TYPE.DS ? readDs(rdata).keyTag : keyTag(rdata)));
      return tag.ok ? [`key ${tag.value}`] : [];
    })
    .join(', ');

/** What the DS records ask for, for whoever wonders what is missing. */
function dsToText(records: readonly ResourceRecord[]): string {
  const asked = records.flatMap(({ rdata }) => {
    const ds = parsed(() => readDs(rdata));
    return ds.ok ? [`${algorithmToText(ds.value.algorithm)} with digest ${ds.value.digestType}`] : [];
  });
  return [...new Set(asked)].join(', ');
}

function insecureBelow(from: ProvenZone, name: Name, expires: number, says: string): ProvenZone {
  const link: Link = { kind: 'insecure-delegation', zone: from.zone, name, type: TYPE.DS, says };
  const chain = [...from.chain, link];
  return { zone: name, proof: 'insecure', keys: [], expires: Math.min(from.expires, expires), chain };
}

/** A zone's DNSKEY RRset, proven by DS or DNSKEY records that are trusted. [RFC4035 §5] */
function* proveKeys(
  session: Session,
  zone: Name,
  trusted: readonly ResourceRecord[],
  chain: readonly Link[],
  expires: number,
): Generator<Need, ProvenZone | Failure, Given> {
  const message = yield* session.answer({ name: zone, type: TYPE.DNSKEY });
  if (isFailure(message)) return message;
  const rrset = rrsetOf(message.answers, zone, TYPE.DNSKEY);
  if (rrset === undefined) return session.unsigned(`the absence of DNSKEY at ${zone}`, zone);
  const entries = trustedEntries(session, zone, keysOf(rrset.records), trusted);
  if (isFailure(entries)) return entries;
  const verified = yield* verifyRrset(session, rrset, zone, entries);
  if (isFailure(verified)) return verified;
  return {
    zone,
    proof: 'secure',
    keys: verified.records,
    expires: Math.min(expires, verified.expires),
    chain: [...chain, verified.link],
  };
}

/** The keys that the records vouch for: DS by digest, DNSKEY by being the same. */
function trustedEntries(
  { context }: Session,
  zone: Name,
  keys: readonly Key[],
  trusted: readonly ResourceRecord[],
): readonly Key[] | Failure {
  const trustedOf = (type: number) => trusted.filter((record) => record.type === type);
  const dnskeys = keysOf(trustedOf(TYPE.DNSKEY)).filter(({ algorithm }) =>
    supportedAlgorithm(algorithm, context.acceptSha1),
  );
  const same = keys.filter(({ rdata }) => dnskeys.some((key) => equalBytes(key.rdata, rdata)));
  const followed = usableDs(trustedOf(TYPE.DS), context.acceptSha1);
  if (followed.length === 0 && dnskeys.length === 0)
    return indeterminate(`the trust anchor of ${zone} is of an unsupported algorithm, or no key that may sign`);
  const entries = followed.length > 0 ? entryKeys(zone, keys, followed, context.hashes) : same;
  if (isFailure(entries)) return same.length > 0 ? same : entries;
  if (entries.length === 0) return bogus(`${zone} does not have the key of its trust anchor`);
  return [...new Set([...same, ...entries])];
}
