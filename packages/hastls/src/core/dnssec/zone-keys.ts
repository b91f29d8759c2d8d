import { equalBytes } from '../bytes/compare.ts';
import type { Name } from '../dns/name.ts';
import type { ResourceRecord } from '../dns/resource-record.ts';
import { TYPE } from '../dns/type-names.ts';
import { supportedAlgorithm } from './algorithms.ts';
import { bogus, type Failure, indeterminate, isFailure } from './failure.ts';
import { entryKeys, type Key, keysOf, usableDs } from './key.ts';
import type { Given, Link, Need, ProvenZone } from './proof.ts';
import { type Rrset, rrsetOf } from './rrset.ts';
import type { Session } from './session.ts';
import { type Verified, verifyRrset } from './signature.ts';

/** A zone's DNSKEY RRset, proven by DS or DNSKEY records that are trusted. [RFC4035 §5] */
export function* proveKeys(
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
  const verified = yield* verifyKeys(session, zone, rrset, trusted);
  if (isFailure(verified)) return verified;
  return {
    zone,
    proof: 'secure',
    keys: verified.records,
    expires: Math.min(expires, verified.expires),
    chain: [...chain, verified.link],
  };
}

/** Finds a signature over a zone's DNSKEY RRset by one of the keys that are trusted. */
export function* verifyKeys(
  session: Session,
  zone: Name,
  rrset: Rrset,
  trusted: readonly ResourceRecord[],
): Generator<Need, Verified | Failure, Given> {
  const entries = trustedEntries(session, zone, keysOf(rrset.records), trusted);
  return isFailure(entries) ? entries : yield* verifyRrset(session, rrset, zone, entries);
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
  if (entries.length === 0)
    return bogus(`${zone} does not have the key of its trust anchor: it was replaced, and the anchor must be, too`);
  return [...new Set([...same, ...entries])];
}
