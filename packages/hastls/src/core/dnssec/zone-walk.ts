import { parsed } from '../bytes/parsed.ts';
import { canonical, isWithin, labelCount, type Name, namesBetween, sameName } from '../dns/name.ts';
import type { Question } from '../dns/question.ts';
import type { ResourceRecord } from '../dns/resource-record.ts';
import { TYPE } from '../dns/type-names.ts';
import { keyTag, readDs } from '../dns/typed-rdata.ts';
import { type Failure, indeterminate, isFailure, within } from './failure.ts';
import { GUESSED_ZONES } from './limits.ts';
import type { Anchor, Context, Given, Link, Need, ProvenZone } from './proof.ts';
import type { Session } from './session.ts';
import { nextCut } from './zone-cut.ts';
import { proveKeys } from './zone-keys.ts';

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

const anchorsInForce = ({ anchors, at }: Context): readonly Anchor[] => anchors.filter((each) => isInForce(each, at));

/** Whether an anchor is to be trusted at this time, in seconds since 1970. */
export const isInForce = ({ from = 0, until = Number.POSITIVE_INFINITY }: Anchor, at: number): boolean =>
  from <= at && at < until;

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
    records,
    says: `${zone} has a trust anchor: ${anchorTags(records)}`,
  };
  const reached = yield* proveKeys(session, zone, records, [link], Number.POSITIVE_INFINITY);
  return remember(session, isFailure(reached) ? within(`the trust anchor of ${zone}`, reached) : reached, zone);
}

/** The keys that DS or DNSKEY records trust. */
const anchorTags = (records: readonly ResourceRecord[]): string =>
  records
    .flatMap(({ type, rdata }) => {
      const tag = parsed(() => (type === TYPE.DS ? readDs(rdata).keyTag : keyTag(rdata)));
      return tag.ok ? [`key ${tag.value}`] : [];
    })
    .join(', ');
