import { parsed } from '../bytes/parsed.ts';
import { type Name, namesBetween, parent, sameName } from '../dns/name.ts';
import type { ResourceRecord } from '../dns/resource-record.ts';
import { TYPE } from '../dns/type-names.ts';
import { readDs } from '../dns/typed-rdata.ts';
import { algorithmToText } from './algorithms.ts';
import { cutQuestions, spokenOf } from './cut-search.ts';
import { proveAbsence } from './denial.ts';
import { bogus, type Failure, isFailure, SIGN_ANEW, within } from './failure.ts';
import { keysOf, usableDs } from './key.ts';
import type { Given, Link, Need, ProvenZone } from './proof.ts';
import { rrsetOf } from './rrset.ts';
import type { Session } from './session.ts';
import { type Verified, verifyRrset } from './signature.ts';
import { proveKeys } from './zone-keys.ts';

/**
 * The next zone cut on the way from a secure zone to `target`; `undefined` when there is none.
 *
 * It is looked for from below. That a zone speaks of a name, be it of its DS or of its absence, shows that no name in
 * between is a cut: a zone has no records, and signs no denial, for what lies below its delegations. [RFC4035 §2.3]
 * [RFC5155 §7.1]
 */
export function* nextCut(
  session: Session,
  from: ProvenZone,
  target: Name,
): Generator<Need, ProvenZone | Failure | undefined, Given> {
  const all = namesBetween(from.zone, target);
  const { at, negativeAnchors = [] } = session.context;
  const exempt = all
    .flatMap((name) => negativeAnchors.filter(({ zone }) => sameName(zone, name)))
    .find(({ until }) => at < until);
  let open = exempt === undefined ? all : namesBetween(from.zone, parent(exempt.zone));
  while (open.length > 0) {
    yield* session.fetch(cutQuestions(session, from.zone, open));
    const deepest = Math.max(0, spokenOf(session, from.zone, open));
    const found = yield* cutAt(session, from, open[deepest] as Name, target); // it is one of them
    if (typeof found === 'object') return found;
    open = found === 'nothing-below' ? [] : open.slice(deepest + 1);
  }
  if (exempt === undefined) return undefined;
  const says = `${exempt.zone} counts as unsigned by local decision, until ${new Date(exempt.until * 1000).toISOString()}`;
  return insecureBelow(from, exempt.zone, exempt.until, says, []); // [RFC7646]
}

/** What a secure zone says of a cut at `name`: a delegation, secure or not, or that there is none, or no name at all. */
function* cutAt(
  session: Session,
  from: ProvenZone,
  name: Name,
  target: Name,
): Generator<Need, ProvenZone | Failure | 'no-cut' | 'nothing-below', Given> {
  const message = yield* session.answer({ name, type: TYPE.DS });
  if (isFailure(message)) return message;
  const keys = keysOf(from.keys);
  const ds = rrsetOf(message.answers, name, TYPE.DS);
  if (ds !== undefined) {
    const verified = yield* verifyRrset(session, ds, from.zone, keys);
    if (isFailure(verified)) return verified;
    // nobody delegates by a wildcard: it would speak of names that have a delegation of their own, too
    if (verified.expandedFrom !== undefined)
      return bogus(`the DS of ${name} comes from a wildcard, which delegates nothing: ${SIGN_ANEW}`); // [RFC4035 §5.3.4]
    return yield* delegatedZone(session, from, name, verified, target);
  }
  const alias = rrsetOf(message.answers, name, TYPE.CNAME);
  if (alias !== undefined) {
    const verified = yield* verifyRrset(session, alias, from.zone, keys);
    return isFailure(verified) ? verified : 'no-cut'; // an alias is none
  }
  const absence = yield* proveAbsence(session, from, message, { name, type: TYPE.DS });
  if (isFailure(absence)) return within(`the delegation of ${name} from ${from.zone}`, absence);
  if (absence.delegation || absence.optOut)
    return insecureBelow(from, name, absence.expires, `${from.zone} delegates ${name} without DS`, absence.links);
  return absence.answer === 'nxdomain' ? 'nothing-below' : 'no-cut'; // [RFC8020]
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
      [ds.link],
    ); // [RFC4035 §5.2]
  const below = cutQuestions(session, name, namesBetween(name, target));
  yield* session.fetch([{ name, type: TYPE.DNSKEY }, ...below]); // in the same round trip
  const chain = [...from.chain, ds.link];
  return yield* proveKeys(session, name, ds.records, chain, Math.min(from.expires, ds.expires));
}

/** What the DS records ask for, for whoever wonders what is missing. */
function dsToText(records: readonly ResourceRecord[]): string {
  const asked = records.flatMap(({ rdata }) => {
    const ds = parsed(() => readDs(rdata));
    return ds.ok ? [`${algorithmToText(ds.value.algorithm)} with digest ${ds.value.digestType}`] : [];
  });
  return [...new Set(asked)].join(', ');
}

/** @param because the links that show it */
function insecureBelow(
  from: ProvenZone,
  name: Name,
  expires: number,
  says: string,
  because: readonly Link[],
): ProvenZone {
  const link: Link = { kind: 'insecure-delegation', zone: from.zone, name, type: TYPE.DS, says };
  const chain = [...from.chain, ...because, link];
  return { zone: name, proof: 'insecure', keys: [], expires: Math.min(from.expires, expires), chain };
}
