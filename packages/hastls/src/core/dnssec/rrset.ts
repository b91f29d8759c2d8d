import { parsed } from '../bytes/parsed.ts';
import { text } from '../bytes/text.ts';
import { canonical, type Name } from '../dns/name.ts';
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
  const records = new Map<string, ResourceRecord>();
  const signatures: Signature[] = [];
  for (const record of ownersIn(section).get(canonical(name)) ?? []) {
    const data = record.type === type ? text(record.rdata) : undefined;
    if (data !== undefined && !records.has(data)) records.set(data, record);
    if (record.type === TYPE.RRSIG) signatures.push(...signatureOver(type, record));
  }
  return records.size === 0 ? undefined : { name, type, records: [...records.values()], signatures };
}

/** All RRsets of an owner in a section. Signatures are no RRset, but belong to one. [RFC4035 §2.2] */
export const rrsetsAt = (section: readonly ResourceRecord[], name: Name): readonly Rrset[] =>
  [
    ...new Set(
      ownersIn(section)
        .get(canonical(name))
        ?.map(({ type }) => type),
    ),
  ]
    .filter((type) => type !== TYPE.RRSIG)
    .flatMap((type) => rrsetOf(section, name, type) ?? []);

/** All RRsets of a type in a section. */
export const rrsetsOf = (section: readonly ResourceRecord[], type: number): readonly Rrset[] =>
  [...ownersIn(section).keys()].map((owner) => rrsetOf(section, owner, type)).filter((rrset) => rrset !== undefined);

type Owners = Map<Name, ResourceRecord[]>;

/** A section is sorted once for as long as it is held: thousands of records must not be gone through for each other. */
const sorted = new WeakMap<readonly ResourceRecord[], Owners>();

function ownersIn(section: readonly ResourceRecord[]): Owners {
  const known = sorted.get(section);
  if (known !== undefined) return known;
  const owners: Owners = new Map();
  for (const record of section) {
    if (record.class !== CLASS_IN) continue;
    const owner = canonical(record.name);
    const records = owners.get(owner);
    if (records === undefined) owners.set(owner, [record]);
    else records.push(record);
  }
  sorted.set(section, owners);
  return owners;
}

/** A malformed signature is none. */
function signatureOver(type: number, { rdata }: ResourceRecord): readonly Signature[] {
  if (((rdata[0] ?? 0) << 8) + (rdata[1] ?? 0) !== type) return NO_SIGNATURES; // spares reading what is not asked for
  const read = parsed(() => readRrsig(rdata));
  return read.ok ? [{ ...read.value, rdata }] : NO_SIGNATURES;
}

const NO_SIGNATURES: readonly Signature[] = [];
