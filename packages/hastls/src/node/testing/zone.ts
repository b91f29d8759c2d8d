import { parsed, writer } from '../../core/bytes/index.ts';
import {
  CLASS_IN,
  child,
  labelCount,
  labels,
  type Name,
  parseName,
  type Question,
  RCODE,
  type ResourceRecord,
  readTarget,
  sameName,
  TYPE,
  writeName,
} from '../../core/dns/index.ts';
import { createDenial, type DenialKind, nsec3Parameters } from './denial.ts';
import { readRecords } from './records.ts';
import { createSigner, type Validity } from './signer.ts';
import { createZoneKey, type DigestType, type ZoneKey } from './zone-key.ts';
import { plantZone } from './zone-tree.ts';

/** A zone as data. What is left out is made: a SOA and an NS record, one key, NSEC. */
export interface ZoneOptions {
  readonly apex: string;
  /** Master-file text; relative names and a missing TTL are completed by the apex and 300. */
  readonly records?: string;
  /** The empty list makes an unsigned zone. Default: one new key of algorithm 13. */
  readonly keys?: readonly ZoneKey[];
  /** RDATA of DNSKEY records whose private half nobody has. */
  readonly deadKeys?: readonly Uint8Array[];
  readonly denial?: DenialKind;
  /** Of every signature. Default: from a day before the hierarchy's time to 30 days after it. */
  readonly validity?: Validity;
  /** Digests of the DS records in the zone above; the empty list makes the delegation insecure. Default: SHA-256. */
  readonly ds?: readonly DigestType[];
}

/** A zone that answers. */
export interface Zone {
  readonly apex: Name;
  readonly keys: readonly ZoneKey[];
  readonly ds: readonly DigestType[];
  find(question: Question): Found;
}

/** One zone's answer, with every signature and every proof of absence. */
export interface Found {
  readonly rcode: number;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** Where an alias leads: there the question is to be asked again. */
  readonly alias?: Name;
}

/** What the hierarchy tells a zone. */
export interface Surroundings {
  /** Seconds since 1970. */
  readonly at: number;
  /** NS and DS records for the zones right below; records of the zone's own stand in their place. */
  readonly delegations: readonly ResourceRecord[];
}

const DAY = 86_400;
const TTL = 300;

/** Makes a zone that answers. */
export function createZone(options: ZoneOptions, { at, delegations }: Surroundings): Zone {
  const apex = parseName(options.apex);
  const { keys = [createZoneKey()], deadKeys = [] } = options;
  const kind: DenialKind = keys.length === 0 ? { kind: 'none' } : (options.denial ?? { kind: 'nsec' });
  const own = readRecords(options.records ?? '', apex);
  const unsaid = (made: ResourceRecord) =>
    !own.some(({ name, type }) => type === made.type && sameName(name, made.name));
  const tree = plantZone(apex, [
    ...own,
    ...readRecords('@ SOA ns hostmaster 1 7200 3600 1209600 300\n@ NS ns', apex).filter(unsaid),
    ...delegations.filter(unsaid),
    ...[...keys.map(({ rdata }) => rdata), ...deadKeys].map((rdata) => zoneRecord(apex, TYPE.DNSKEY, rdata)),
    ...(kind.kind === 'nsec3' ? [zoneRecord(apex, TYPE.NSEC3PARAM, nsec3Parameters(kind))] : []),
  ]);
  const signed = createSigner(apex, keys, options.validity ?? { from: at - DAY, until: at + 30 * DAY });
  const denial = createDenial({ apex, ttl: TTL, names: tree.inventory() }, kind);

  const proof = (records: readonly ResourceRecord[]) => records.flatMap((each) => signed([each]));
  const absent = (rcode: number, why: readonly ResourceRecord[]): Found => ({
    rcode,
    answers: [],
    authorities: [...signed(tree.rrset(apex, TYPE.SOA)), ...proof(why)],
  });

  /** What stands at `owner`, as the answer to a question for `name`; nothing if no record of it answers. */
  function present(owner: Name, { name, type }: Question): Found | undefined {
    const all = type === TYPE.ANY ? tree.rrsets(owner) : [tree.rrset(owner, type)];
    const [rrset, cname] = [all.flat(), tree.rrset(owner, TYPE.CNAME)];
    const standing = rrset.length > 0 ? all : [cname];
    const as = (records: readonly ResourceRecord[]) => records.map((each) => ({ ...each, name }));
    const answers = standing.flatMap((each) => (kind.kind === 'compact' ? signed(as(each)) : as(signed(each))));
    if (answers.length === 0) return undefined;
    const [alias] = rrset.length > 0 ? [] : cname;
    return { rcode: RCODE.NOERROR, answers, authorities: [], ...(alias && { alias: readTarget(alias.rdata) }) };
  }

  function beyond(question: Question): Found {
    const { name } = question;
    const encloser = tree.encloser(name);
    const dname = tree.rrset(encloser, TYPE.DNAME);
    const [renaming] = dname;
    if (renaming !== undefined) return renamed(question, renaming, signed(dname));
    const wildcard = child('*', encloser);
    if (!tree.has(wildcard)) return absent(RCODE.NXDOMAIN, denial.nxdomain(name, encloser));
    const expanded = present(wildcard, question); // [RFC4592 §3.3.1]
    return expanded === undefined
      ? absent(RCODE.NOERROR, denial.wildcardNodata(name, encloser))
      : { ...expanded, authorities: proof(denial.noCloser(name, encloser)) }; // [RFC4035 §3.1.3.3]
  }

  return {
    apex,
    keys,
    ds: options.ds ?? [2],
    find(question) {
      const { name, type } = question;
      const cut = tree.cut(name);
      if (cut !== undefined && !(type === TYPE.DS && sameName(cut, name))) return NOT_SERVED;
      if (!tree.has(name)) return beyond(question);
      return present(name, question) ?? absent(RCODE.NOERROR, denial.nodata(name));
    },
  };
}

/** Another zone's business, which nobody here knows: what a recursive server makes of a lame delegation. */
export const NOT_SERVED: Found = { rcode: RCODE.SERVFAIL, answers: [], authorities: [] };

/** A name below a DNAME: the record, and the CNAME that follows from it, which nobody signs. [RFC6672 §2.2 §5.3.1] */
function renamed({ name, type }: Question, dname: ResourceRecord, signed: readonly ResourceRecord[]): Found {
  const below = labels(name).slice(0, labelCount(name) - labelCount(dname.name));
  const alias = parsed(() => below.reduceRight<Name>((at, label) => child(label, at), readTarget(dname.rdata)));
  if (!alias.ok) return { rcode: RCODE.YXDOMAIN, answers: signed, authorities: [] }; // no name is that long
  const out = writer();
  writeName(out, alias.value);
  const cname = { ...dname, name, type: TYPE.CNAME, rdata: out.finish() };
  const found = { rcode: RCODE.NOERROR, answers: [...signed, cname], authorities: [] };
  return type === TYPE.CNAME || type === TYPE.ANY ? found : { ...found, alias: alias.value };
}

/** A record of the TTL that everything made here has. */
export const zoneRecord = (name: Name, type: number, rdata: Uint8Array): ResourceRecord => ({
  name,
  type,
  class: CLASS_IN,
  ttl: TTL,
  rdata,
});
