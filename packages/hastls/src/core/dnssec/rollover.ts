import { equalBytes } from '../bytes/compare.ts';
import { parsed } from '../bytes/parsed.ts';
import type { Name } from '../dns/name.ts';
import type { ResourceRecord } from '../dns/resource-record.ts';
import { TYPE } from '../dns/type-names.ts';
import { KEY_FLAG, readDnskey, readDs } from '../dns/typed-rdata.ts';
import { dsDigest, isSigningKey, unrevoked } from './key.ts';
import type { Anchor, Hashes } from './proof.ts';

/**
 * How far a key has come on its way through a zone's rollovers. What RFC 5011 calls Start is not to be tracked at all.
 *
 * - `pending`: signed in by a trusted key, but not for long enough yet;
 * - `valid`: trusted;
 * - `missing`: trusted, though the zone does not have it now;
 * - `revoked`: by its own signature, and never to be trusted again;
 * - `removed`: the same, after the time for which others may need to see it. It is kept so as not to be forgotten.
 */
export type KeyState = 'pending' | 'valid' | 'missing' | 'revoked' | 'removed';

/** A key of a zone, and what it may be used for. [RFC5011 §4] */
export interface TrackedKey {
  /** The DNSKEY record, without the mark of revocation; the DS record of an anchor whose key was not seen yet. */
  readonly record: ResourceRecord;
  readonly state: KeyState;
  /** Seconds since 1970. */
  readonly since: number;
  /** When a pending key may become valid, and a revoked one is removed. */
  readonly until?: number;
}

/** A zone's keys, as far as they are trusted or may be one day. */
export interface TrackedZone {
  readonly zone: Name;
  readonly keys: readonly TrackedKey[];
  /** When to look at the zone's keys again, in seconds since 1970. */
  readonly next: number;
}

/** What was seen of a zone's keys. */
export interface Sighting {
  /** The DNSKEY records that are not revoked, in an RRset that a trusted key signed; `undefined`: there is no such RRset. */
  readonly keys: readonly ResourceRecord[] | undefined;
  /** DNSKEY records marked as revoked, whose own signature over the RRset holds. [RFC5011 §2.1] */
  readonly revoked: readonly ResourceRecord[];
  /** The RRset's original TTL, and for how long its signature holds, in seconds. */
  readonly ttl: number;
  readonly validFor: number;
}

const HOUR = 3600;
const DAY = 24 * HOUR;
/** [RFC5011 §2.4.1 §2.4.2] */
const HOLD_DOWN = 30 * DAY;
/** No zone has so many keys; a tracked one is never dropped for a new one. */
const MAX_TRACKED_KEYS = 32;

/** What becomes of the keys of a zone, now that this was seen. [RFC5011 §4.2] */
export function observe(tracked: TrackedZone, seen: Sighting, at: number, hashes: Hashes): TrackedZone {
  const { zone } = tracked;
  const among = (records: readonly ResourceRecord[] | undefined, { record }: TrackedKey) =>
    records?.find((each) => isSameKey(zone, record, each, hashes));
  const advanced = tracked.keys.flatMap((key) =>
    advance(
      key,
      { hasKeys: seen.keys !== undefined, present: among(seen.keys, key), revoked: among(seen.revoked, key) },
      at,
    ),
  );
  // two DS records may have stood for one key, until it was seen
  const kept = advanced.filter(
    (key, index) => advanced.findIndex((each) => isSameKey(zone, each.record, key.record, hashes)) === index,
  );
  const isNew = (record: ResourceRecord) =>
    isEntryPoint(record) && !tracked.keys.some((key) => isSameKey(zone, key.record, record, hashes));
  const until = at + Math.max(HOLD_DOWN, seen.ttl);
  const newcomers = (seen.keys ?? [])
    .filter(isNew)
    .slice(0, Math.max(0, MAX_TRACKED_KEYS - kept.length))
    .map((record): TrackedKey => ({ record, state: 'pending', since: at, until }));
  return { zone, keys: [...kept, ...newcomers], next: at + refreshInterval(seen) };
}

/** What was seen of one key. */
interface Glance {
  /** Whether it can be said at all which keys the zone has. */
  readonly hasKeys: boolean;
  readonly present: ResourceRecord | undefined;
  readonly revoked: ResourceRecord | undefined;
}

function advance(key: TrackedKey, { hasKeys, present, revoked }: Glance, at: number): readonly TrackedKey[] {
  const { until = 0 } = key;
  switch (key.state) {
    case 'pending':
      if (revoked !== undefined) return [];
      if (!hasKeys) return [key];
      if (present === undefined) return []; // should it come back, its time begins anew
      return [at >= until ? { record: present, state: 'valid', since: at } : key];
    case 'valid':
    case 'missing':
      if (revoked !== undefined)
        return [{ record: unrevoked(revoked), state: 'revoked', since: at, until: at + HOLD_DOWN }];
      return hasKeys ? [moved(key, present, at)] : [key];
    case 'revoked':
      return [at >= until ? { record: key.record, state: 'removed', since: at } : key];
    case 'removed':
      return [key];
  }
}

function moved(key: TrackedKey, present: ResourceRecord | undefined, at: number): TrackedKey {
  const state = present === undefined ? 'missing' : 'valid';
  return { record: present ?? key.record, state, since: state === key.state ? key.since : at };
}

/** [RFC5011 §2.3] */
const refreshInterval = ({ ttl, validFor }: Sighting): number =>
  Math.max(HOUR, Math.min(15 * DAY, Math.floor(ttl / 2), Math.floor(validFor / 2)));

/**
 * What is tracked of a zone, with the anchors that somebody configured: they are trusted at once, unless their key was
 * revoked. That is for ever.
 */
export function withAnchors(
  zone: Name,
  tracked: TrackedZone | undefined,
  anchors: readonly Anchor[],
  at: number,
  hashes: Hashes,
): TrackedZone {
  const keys = [...(tracked?.keys ?? [])];
  for (const { record } of anchors) {
    const index = keys.findIndex((key) => isSameKey(zone, record, key.record, hashes));
    const known = keys[index];
    if (known === undefined) keys.push({ record, state: 'valid', since: at });
    else if (known.state === 'pending') keys[index] = { record: known.record, state: 'valid', since: at };
  }
  return { zone, keys, next: tracked?.next ?? at };
}

/** The keys that answers may be proven with. */
export const trustedAnchors = ({ zone, keys }: TrackedZone): readonly Anchor[] =>
  keys.filter(({ state }) => state === 'valid' || state === 'missing').map(({ record }) => ({ zone, record }));

/** Whether two records stand for one key, be it revoked or not. */
export function isSameKey(zone: Name, a: ResourceRecord, b: ResourceRecord, hashes: Hashes): boolean {
  if (a.type === b.type) return equalBytes(unrevoked(a).rdata, unrevoked(b).rdata);
  const [ds, key] = a.type === TYPE.DS ? [a, b] : [b, a];
  const [digest, dnskey] = [parsed(() => readDs(ds.rdata)), unrevoked(key)];
  return digest.ok && equalBytes(dsDigest(zone, dnskey, digest.value, hashes), digest.value.digest);
}

function isEntryPoint(record: ResourceRecord): boolean {
  const key = parsed(() => readDnskey(record.rdata));
  return key.ok && isSigningKey(key.value) && (key.value.flags & KEY_FLAG.entryPoint) !== 0;
}
