import { parsed } from '../bytes/parsed.ts';
import { text } from '../bytes/text.ts';
import { canonical, type Name, sameName } from '../dns/name.ts';
import { CLASS_IN, type ResourceRecord } from '../dns/resource-record.ts';
import { TYPE } from '../dns/type-names.ts';
import { type Rrsig, readRrsig } from '../dns/typed-rdata.ts';
import { LIMITS } from './limits.ts';

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
  const all = recordsAt(section, name);
  const records = all.filter((record) => record.type === type);
  if (records.length === 0) return undefined;
  const signatures = all
    .filter((record) => record.type === TYPE.RRSIG && covers(record, type))
    .slice(0, LIMITS.checksPerQuestion) // more of them nobody will check
    .flatMap(readSignature);
  return { name, type, records: records.length === 1 ? records : distinct(records), signatures };
}

function distinct(records: readonly ResourceRecord[]): readonly ResourceRecord[] {
  const byData = new Map<string, ResourceRecord>();
  for (const record of records) {
    const data = text(record.rdata);
    if (!byData.has(data)) byData.set(data, record);
  }
  return [...byData.values()];
}

/** All RRsets of an owner in a section. Signatures are no RRset, but belong to one. [RFC4035 §2.2] */
export const rrsetsAt = (section: readonly ResourceRecord[], name: Name): readonly Rrset[] =>
  [...new Set(recordsAt(section, name).map(({ type }) => type))]
    .filter((type) => type !== TYPE.RRSIG)
    .flatMap((type) => rrsetOf(section, name, type) ?? []);

/** All RRsets of a type in a section, each made when it is wanted: there may be more of them than anybody will look at. */
export function* rrsetsOf(section: readonly ResourceRecord[], type: number): Generator<Rrset> {
  for (const owner of ownersOf(section, type)) {
    const rrset = rrsetOf(section, owner, type);
    if (rrset !== undefined) yield rrset;
  }
}

/** The signatures over all RRsets of a type in a section, as far as any will be checked. */
export function signaturesOver(section: readonly ResourceRecord[], type: number): readonly Signature[] {
  const signatures = section
    .filter((record) => record.type === TYPE.RRSIG && record.class === CLASS_IN && covers(record, type))
    .slice(0, LIMITS.checksPerQuestion);
  if (signatures.length === 0) return NO_SIGNATURES;
  const owners = ownersOf(section, type);
  return signatures.filter(({ name }) => owners.has(canonical(name))).flatMap(readSignature);
}

const ownersOf = (section: readonly ResourceRecord[], type: number): ReadonlySet<Name> =>
  new Set(
    section
      .filter((record) => record.type === type && record.class === CLASS_IN)
      .map((record) => canonical(record.name)),
  );

/** So few records are gone through each time: that is quicker than to sort them. */
const FEW = 16;

const recordsAt = (section: readonly ResourceRecord[], name: Name): readonly ResourceRecord[] =>
  section.length <= FEW
    ? section.filter((record) => record.class === CLASS_IN && sameName(record.name, name))
    : (ownersIn(section).get(canonical(name)) ?? []);

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

/** Whether a signature says that it is over this type: that is told before the rest of it is read. */
const covers = ({ rdata }: ResourceRecord, type: number): boolean => ((rdata[0] ?? 0) << 8) + (rdata[1] ?? 0) === type;

/** A malformed signature is none. */
function readSignature({ rdata }: ResourceRecord): readonly Signature[] {
  const read = parsed(() => readRrsig(rdata));
  return read.ok ? [{ ...read.value, rdata }] : NO_SIGNATURES;
}

const NO_SIGNATURES: readonly Signature[] = [];
