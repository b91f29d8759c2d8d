import { concatBytes, writer } from '../../core/bytes/index.ts';
import {
  canonical,
  KEY_FLAG,
  type Name,
  type ResourceRecord,
  signatureLabels,
  signedOctets,
  TYPE,
  writeName,
} from '../../core/dns/index.ts';
import { isRevoked, type ZoneKey } from './zone-key.ts';

/** When signatures hold: seconds since 1970, both ends included. */
export interface Validity {
  readonly from: number;
  readonly until: number;
}

/** Signs one RRset with one key; the records must be of one owner and type. [RFC4034 §3] */
export function signRrset(
  rrset: readonly [ResourceRecord, ...ResourceRecord[]],
  key: ZoneKey,
  zone: Name,
  { from, until }: Validity,
): ResourceRecord {
  const [{ name, type, class: rrclass, ttl }] = rrset;
  const unsigned = writer()
    .uint16(type)
    .uint8(key.algorithm)
    .uint8(signatureLabels(name))
    .uint32(ttl)
    .uint32(until)
    .uint32(from)
    .uint16(key.tag);
  writeName(unsigned, canonical(zone));
  const head = unsigned.finish();
  const placeholder = Uint8Array.of(0); // an RRSIG has a signature, but does not sign it
  const signature = key.sign(signedOctets(concatBytes(head, placeholder), rrset));
  return { name, type: TYPE.RRSIG, class: rrclass, ttl, rdata: concatBytes(head, signature) };
}

/** Gives an RRset together with its signatures, which are made when they are first asked for. */
export type Signer = (rrset: readonly ResourceRecord[]) => readonly ResourceRecord[];

/**
 * A zone's signer. Keys that are secure entry points sign the keys, the others all else; either does both when alone.
 * Revoked keys sign the keys only.
 */
export function createSigner(zone: Name, keys: readonly ZoneKey[], validity: Validity): Signer {
  const made = new Map<string, readonly ResourceRecord[]>();
  const inUse = keysInUse(keys);
  const entries = new Set([...entryKeys(keys), ...keys.filter(isRevoked)]);
  const others = inUse.some((key) => !isEntry(key)) ? inUse.filter((key) => !isEntry(key)) : inUse;
  return (rrset) => {
    const [first, ...rest] = rrset;
    if (first === undefined) return [];
    const known = `${canonical(first.name)} ${first.type}`;
    const signatures =
      made.get(known) ??
      [...(first.type === TYPE.DNSKEY ? entries : others)].map((key) =>
        signRrset([first, ...rest], key, zone, validity),
      );
    made.set(known, signatures);
    return [...rrset, ...signatures];
  };
}

/** Keys that a DS record may point to: the secure entry points, or all keys of a zone that names none. [RFC4034 §2.1.1] */
export function entryKeys(keys: readonly ZoneKey[]): readonly ZoneKey[] {
  const inUse = keysInUse(keys);
  return inUse.some(isEntry) ? inUse.filter(isEntry) : inUse;
}

/** Without the revoked ones, unless there are no others: then nothing of the zone holds. */
const keysInUse = (keys: readonly ZoneKey[]): readonly ZoneKey[] =>
  keys.every(isRevoked) ? keys : keys.filter((key) => !isRevoked(key));

const isEntry = ({ rdata }: ZoneKey): boolean => ((rdata[1] ?? 0) & KEY_FLAG.entryPoint) !== 0;
