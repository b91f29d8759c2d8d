import { equalBytes } from '../bytes/compare.ts';
import { parsed } from '../bytes/parsed.ts';
import { canonical, type Name, sameName } from '../dns/name.ts';
import { CLASS_IN, type ResourceRecord } from '../dns/resource-record.ts';

import { TYPE } from '../dns/type-names.ts';
import { type Rrsig, readRrsig } from '../dns/typed-rdata.ts';

/** Records of one owner and type, with the signatures that claim to cover them. */
export interface Rrset {
  readonly name: Name;
  readonly type: number;
  readonly records: readonly ResourceRecord[];
  readonly signatures: readonly Signature[];
}

/** A signature and the RDATA it was read from. */
export interface Signature extends Rrsig {
  readonly rdata: Uint8Array;
}

/** The RRset of this owner and type in a section of a message; duplicates are no legal RRset and dropped. [A12] */
export function rrsetOf(section: readonly ResourceRecord[], name: Name, type: number): Rrset | undefined {
  const records: ResourceRecord[] = [];
  const signatures: Signature[] = [];
  for (const record of section) {
    if (record.class !== CLASS_IN || !sameName(record.name, name)) continue;
    if (record.type === type && !records.some(({ rdata }) => equalBytes(rdata, record.rdata))) records.push(record);
    if (record.type === TYPE.RRSIG) signatures.push(...signatureOver(type, record));
  }
  return records.length === 0 ? undefined : { name, type, records, signatures };
}

/** All RRsets of a type in a section. */
export function rrsetsOf(section: readonly ResourceRecord[], type: number): readonly Rrset[] {
  const owners = new Set(section.filter((record) => record.type === type).map(({ name }) => canonical(name)));
  return [...owners].map((owner) => rrsetOf(section, owner, type)).filter((rrset) => rrset !== undefined);
}

/** A malformed signature is none. */
function signatureOver(type: number, { rdata }: ResourceRecord): readonly Signature[] {
  if (((rdata[0] ?? 0) << 8) + (rdata[1] ?? 0) !== type) return NO_SIGNATURES; // spares reading what is not asked for
  const read = parsed(() => readRrsig(rdata));
  return read.ok ? [{ ...read.value, rdata }] : NO_SIGNATURES;
}

const NO_SIGNATURES: readonly Signature[] = [];
