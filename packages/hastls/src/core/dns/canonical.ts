import { compareBytes, equalBytes } from '../bytes/compare.ts';
import { reader } from '../bytes/reader.ts';
import { writer } from '../bytes/writer.ts';
import { canonical, child, labelCount, type Name, suffix, writeName } from './name.ts';
import { readRdata } from './rdata.ts';
import type { ResourceRecord } from './resource-record.ts';
import { type Rrsig, readRrsig } from './typed-rdata.ts';

/** A record's data as it is signed: names lower-cased in the types that have it so. [RFC4034 §6.2] [RFC6840 §5.1] */
export const canonicalRdata = (type: number, rdata: Uint8Array): Uint8Array =>
  readRdata(type, reader(rdata), 'canonical');

/**
 * An RRset in the order it is signed in, each record once, its data in canonical form. [RFC4034 §6.3]
 * @throws RangeError when the records are no RRset: not of one owner, type and class.
 */
export function canonicalRrset(rrset: readonly ResourceRecord[]): readonly ResourceRecord[] {
  const [first] = rrset;
  if (first === undefined) throw new RangeError('an RRset has at least one record');
  const name = canonical(first.name);
  const sorted = rrset
    .map((record) => {
      if (canonical(record.name) !== name || record.type !== first.type || record.class !== first.class)
        throw new RangeError('records of an RRset have one owner, one type and one class');
      return { ...record, name, rdata: canonicalRdata(record.type, record.rdata) };
    })
    .sort((a, b) => compareBytes(a.rdata, b.rdata));
  return sorted.filter(({ rdata }, index) => {
    const before = sorted[index - 1];
    return before === undefined || !equalBytes(rdata, before.rdata);
  });
}

/**
 * The exact octets that an RRSIG signs: its own data without the signature, then the RRset in canonical form with the
 * original TTL, under the wildcard's name if it was expanded from one. [RFC4034 §3.1.8.1] [RFC4035 §5.3.2]
 * @throws RangeError when the RRSIG does not fit the RRset: another type, or more labels than the owner has.
 */
export const signedOctets = (rrsig: Uint8Array, rrset: readonly ResourceRecord[]): Uint8Array =>
  signedOctetsOf(readRrsig(rrsig), canonicalRrset(rrset));

/** `signedOctets` for a set that is canonical already: several signatures may cover it. @throws RangeError as there */
export function signedOctetsOf(signature: Rrsig, canonicalSet: readonly ResourceRecord[]): Uint8Array {
  const { typeCovered, algorithm, labels, originalTtl, expiration, inception, keyTag, signer } = signature;
  const to = writer().uint16(typeCovered).uint8(algorithm).uint8(labels);
  to.uint32(originalTtl).uint32(expiration).uint32(inception).uint16(keyTag);
  writeName(to, canonical(signer));
  const [first] = canonicalSet;
  if (first === undefined) return to.finish();
  if (first.type !== typeCovered) throw new RangeError(`a signature over type ${typeCovered}, not ${first.type}`);
  const head = writer();
  writeName(head, signedOwner(first.name, labels));
  const same = head.uint16(typeCovered).uint16(first.class).uint32(originalTtl).finish(); // in each record of the set
  for (const { rdata } of canonicalSet) to.bytes(same).uint16(rdata.length).bytes(rdata);
  return to.finish();
}

/** The name that was signed: the owner, or the wildcard that it was expanded from. [RFC4035 §5.3.2] */
export function signedOwner(owner: Name, labels: number): Name {
  const count = signatureLabels(owner);
  if (labels > count) throw new RangeError(`a signature over ${labels} labels, where the owner has ${count}`);
  return labels === count ? owner : child('*', suffix(owner, labels));
}

/** The labels of a name as an RRSIG counts them: neither the root nor a leading `*`. [RFC4034 §3.1.3] */
export const signatureLabels = (owner: Name): number => labelCount(owner) - (owner.startsWith('*.') ? 1 : 0);
