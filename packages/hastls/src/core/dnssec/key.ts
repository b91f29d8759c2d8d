import { concatBytes, equalBytes } from '../bytes/compare.ts';
import { parsed } from '../bytes/parsed.ts';
import { writer } from '../bytes/writer.ts';
import { canonical, type Name, writeName } from '../dns/name.ts';
import type { ResourceRecord } from '../dns/resource-record.ts';
import { TYPE } from '../dns/type-names.ts';
import { type Dnskey, type Ds, KEY_FLAG, keyTag, readDnskey, readDs } from '../dns/typed-rdata.ts';
import { DEFAULT_MIN_RSA_BITS, DIGESTS, supportedAlgorithm } from './algorithms.ts';
import { bogus, type Failure, limitReached } from './failure.ts';
import { LIMITS } from './limits.ts';
import type { Context, Hashes } from './proof.ts';

/** A key of a zone that may sign records. */
export interface Key extends Dnskey {
  readonly tag: number;
  readonly rdata: Uint8Array;
}

const DNSSEC_PROTOCOL = 3;

/** A zone's keys are needed for whatever is in it: read once for as long as the records are held. */
const keysRead = new WeakMap<readonly ResourceRecord[], readonly Key[]>();

/** The records' keys: zone keys, of protocol 3, not revoked. [RFC4034 §2.1.1 §2.1.2] [RFC5011 §2.1] */
export function keysOf(records: readonly ResourceRecord[]): readonly Key[] {
  const keys = keysRead.get(records) ?? records.flatMap(toKey);
  keysRead.set(records, keys);
  return keys;
}

function toKey({ type, rdata }: ResourceRecord): readonly Key[] {
  const read = parsed(() => readDnskey(rdata));
  if (type !== TYPE.DNSKEY || !read.ok) return [];
  return isSigningKey(read.value) ? [{ ...read.value, tag: keyTag(rdata), rdata }] : [];
}

/** Whether a key may sign anything but its own revocation. */
export const isSigningKey = ({ flags, protocol }: Dnskey): boolean =>
  (flags & (KEY_FLAG.zone | KEY_FLAG.revoked)) === KEY_FLAG.zone && protocol === DNSSEC_PROTOCOL;

/** A key marked as revoked, which may sign nothing but that; `undefined` for any other record. [RFC5011 §2.1] */
export function revokedKey({ type, rdata }: ResourceRecord): Key | undefined {
  const read = parsed(() => readDnskey(rdata));
  if (type !== TYPE.DNSKEY || !read.ok || (read.value.flags & KEY_FLAG.revoked) === 0) return undefined;
  return { ...read.value, tag: keyTag(rdata), rdata };
}

/** The record without the mark of revocation, which changes the key's tag and digest, and not the key. */
export const unrevoked = (record: ResourceRecord): ResourceRecord =>
  record.type === TYPE.DNSKEY
    ? { ...record, rdata: record.rdata.with(1, (record.rdata[1] ?? 0) & ~KEY_FLAG.revoked) }
    : record;

/** Why signatures of this key are not accepted, if so. */
export function keyComplaint({ algorithm, publicKey }: Key, context: Context): string | undefined {
  const supported = supportedAlgorithm(algorithm, context.acceptSha1);
  return supported === undefined
    ? `is of algorithm ${algorithm}, which is not supported`
    : supported.complaint(publicKey, context.minRsaBits ?? DEFAULT_MIN_RSA_BITS);
}

/** The DS records that can be followed. None: the zone is as good as unsigned. [RFC4035 §5.2] */
export function usableDs(records: readonly ResourceRecord[], acceptSha1?: boolean): readonly Ds[] {
  const usable = records.flatMap(({ rdata }) => {
    const read = parsed(() => readDs(rdata));
    if (!read.ok || supportedAlgorithm(read.value.algorithm, acceptSha1) === undefined) return [];
    return DIGESTS[read.value.digestType] === undefined ? [] : [read.value];
  });
  const strong = usable.filter(({ digestType }) => DIGESTS[digestType]?.strong);
  return strong.length > 0 ? strong : usable; // [RFC4509 §3]
}

/** The keys that DS records vouch for: tag, algorithm and digest fit. */
export function entryKeys(
  zone: Name,
  keys: readonly Key[],
  dsRecords: readonly Ds[],
  hashes: Hashes,
): readonly Key[] | Failure {
  const entries = new Set<Key>();
  let mismatches = 0;
  for (const ds of dsRecords) {
    const named = keys.filter(({ tag, algorithm }) => tag === ds.keyTag && algorithm === ds.algorithm);
    if (named.length > LIMITS.keysPerTag) return limitReached('keysPerTag');
    for (const key of named) {
      if (equalBytes(dsDigest(zone, key, ds, hashes), ds.digest)) entries.add(key);
      else if (++mismatches > LIMITS.dsMismatches) return limitReached('dsMismatches');
    }
  }
  if (entries.size > 0) return [...entries];
  const tags = [...new Set(dsRecords.map((ds) => ds.keyTag))].join(', ');
  return bogus(
    `no DNSKEY of ${zone} fits its DS records (key tags ${tags}): the parent has the DS of another key, and must have that of one in the zone`,
  );
}

/** The digest by which this DS would vouch for the key; empty when it is of a type that we do not compute. [RFC4034 §5.1.4] */
export function dsDigest(zone: Name, { rdata }: { readonly rdata: Uint8Array }, ds: Ds, hashes: Hashes): Uint8Array {
  const owner = writer();
  writeName(owner, canonical(zone));
  return DIGESTS[ds.digestType]?.of(hashes, concatBytes(owner.finish(), rdata)) ?? new Uint8Array();
}
