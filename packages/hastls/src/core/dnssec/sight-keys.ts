import type { Name } from '../dns/name.ts';
import type { ResourceRecord } from '../dns/resource-record.ts';
import { TYPE } from '../dns/type-names.ts';
import { type Failure, isFailure } from './failure.ts';
import { revokedKey } from './key.ts';
import type { Context, Given, Need, Proving } from './proof.ts';
import { isSameKey, type Sighting, type TrackedKey, type TrackedZone, trustedAnchors } from './rollover.ts';
import { type Rrset, rrsetOf } from './rrset.ts';
import { type Session, startSession } from './session.ts';
import { verifyRrset } from './signature.ts';
import { verifyKeys } from './zone-keys.ts';

/** Looks at a zone's keys: which it has, by a trusted key's signature, and which revoke themselves. [RFC5011 §2] */
export function* sightKeys(tracked: TrackedZone, context: Omit<Context, 'anchors'>): Proving<Sighting | Failure> {
  const { zone, keys } = tracked;
  const anchors = trustedAnchors(tracked);
  const session = startSession({ ...context, anchors });
  const message = yield* session.answer({ name: zone, type: TYPE.DNSKEY });
  if (isFailure(message)) return message;
  const rrset = rrsetOf(message.answers, zone, TYPE.DNSKEY);
  if (rrset === undefined) return session.unsigned(`the absence of DNSKEY at ${zone}`, zone);
  const revoked = yield* revocationsIn(session, zone, rrset, keys);
  const trusted = anchors.map(({ record }) => record);
  const verified = yield* verifyKeys(session, zone, rrset, trusted);
  if (isFailure(verified)) return revoked.length > 0 ? { keys: undefined, revoked, ttl: 0, validFor: 0 } : verified;
  const { originalTtl: ttl, validFor } = verified;
  return { keys: verified.records.filter((record) => revokedKey(record) === undefined), revoked, ttl, validFor };
}

/** The tracked keys that the RRset says are revoked, each by its own signature: nobody else can revoke it. */
function* revocationsIn(
  session: Session,
  zone: Name,
  rrset: Rrset,
  tracked: readonly TrackedKey[],
): Generator<Need, readonly ResourceRecord[], Given> {
  const revoked: ResourceRecord[] = [];
  for (const record of rrset.records) {
    const key = revokedKey(record);
    if (key === undefined) continue;
    if (!tracked.some((each) => isSameKey(zone, each.record, record, session.context.hashes))) continue;
    const verified = yield* verifyRrset(session, rrset, zone, [key]);
    if (!isFailure(verified)) revoked.push(record);
  }
  return revoked;
}
