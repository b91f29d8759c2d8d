import { parsed } from '../bytes/parsed.ts';
import { writer } from '../bytes/writer.ts';
import type { Message } from '../dns/message.ts';
import { child, isWithin, labelCount, labels, type Name, parent, ROOT, sameName, writeName } from '../dns/name.ts';
import type { Question } from '../dns/question.ts';
import { CLASS_IN, type ResourceRecord } from '../dns/resource-record.ts';
import { TYPE } from '../dns/type-names.ts';
import { readTarget } from '../dns/typed-rdata.ts';
import { LIMITS } from './limits.ts';
import { type Rrset, rrsetOf, rrsetsAt } from './rrset.ts';

/** What a message says, in order, of a name and of those its aliases lead to. Nothing of it is proven yet. */
export type Step =
  | {
      readonly kind: 'data';
      readonly name: Name;
      /** One, unless the question is ANY. */
      readonly rrsets: readonly Rrset[];
      /** What the answer is, when it follows from the RRset instead of being it. */
      readonly derived?: readonly ResourceRecord[];
    }
  | { readonly kind: 'alias'; readonly name: Name; readonly rrset: Rrset; readonly target: Name }
  | { readonly kind: 'absent'; readonly name: Name }
  /** A DNAME makes the name so long that none can be. [RFC6672 §2.2] */
  | { readonly kind: 'overlong'; readonly name: Name; readonly rrset: Rrset }
  /** Says more than can be true. */
  | { readonly kind: 'broken'; readonly name: Name; readonly why: string };

/** The steps of a message, up to the data, the absence, or the name that it is silent about. */
export function* stepsOf(message: Message, { name, type }: Question): Generator<Step> {
  for (const seen = new Set<Name>(); !seen.has(name) && seen.size <= LIMITS.aliasLinks; ) {
    seen.add(name);
    const step = stepAt(message, { name, type });
    if (step.kind === 'absent' && seen.size > 1 && !speaksOf(message, name)) return;
    yield step;
    if (step.kind !== 'alias') return;
    name = step.target;
  }
}

function stepAt({ answers }: Message, { name, type }: Question): Step {
  const rrsets = type === TYPE.ANY ? rrsetsAt(answers, name) : optional(rrsetOf(answers, name, type));
  const dname = dnameOver(answers, name);
  const cname = rrsetOf(answers, name, TYPE.CNAME);
  const isOwn = dname === undefined || rrsets.some(({ signatures }) => signatures.length > 0);
  if (rrsets.length > 0 && isOwn) return { kind: 'data', name, rrsets };
  if (dname !== undefined && !cname?.signatures.length) return renamed(name, dname, cname, type);
  if (cname === undefined) return { kind: 'absent', name };
  const target = soleTarget(cname);
  return target === undefined
    ? { kind: 'broken', name, why: `${name} has several CNAME records, or one that cannot be read` }
    : { kind: 'alias', name, rrset: cname, target };
}

/** Past an alias, only a SOA record of a zone above says that the message still speaks of the name. [RFC2308 §2] */
const speaksOf = ({ authorities }: Message, name: Name): boolean =>
  authorities.some((record) => record.type === TYPE.SOA && isWithin(name, record.name));

/** The nearest DNAME above a name. */
function dnameOver(answers: Message['answers'], name: Name): Rrset | undefined {
  let found: Rrset | undefined;
  for (let owner = name; found === undefined && owner !== ROOT; ) {
    owner = parent(owner);
    found = rrsetOf(answers, owner, TYPE.DNAME);
  }
  return found;
}

/** A DNAME's rewriting; the unsigned CNAME that comes with it must say the same. [RFC6672 §2.2 §5.3.1] */
function renamed(name: Name, dname: Rrset, cname: Rrset | undefined, type: number): Step {
  const to = soleTarget(dname);
  if (to === undefined)
    return { kind: 'broken', name, why: `${dname.name} has several DNAME records, or a broken one` };
  const below = labels(name).slice(0, labelCount(name) - labelCount(dname.name));
  const target = parsed(() => below.reduceRight<Name>((above, label) => child(label, above), to));
  const said = cname && soleTarget(cname);
  if (cname !== undefined && !(target.ok && said !== undefined && sameName(said, target.value)))
    return { kind: 'broken', name, why: `the CNAME of ${name} is not what the DNAME of ${dname.name} makes of it` };
  if (!target.ok) return { kind: 'overlong', name, rrset: dname };
  return type === TYPE.CNAME || type === TYPE.ANY
    ? { kind: 'data', name, rrsets: [dname], derived: cname?.records ?? [synthesised(name, dname, target.value)] }
    : { kind: 'alias', name, rrset: dname, target: target.value };
}

/** The CNAME that a server should have sent along with the DNAME. [RFC6672 §3.1] */
function synthesised(name: Name, { records: [dname] }: Rrset, target: Name): ResourceRecord {
  const to = writer();
  writeName(to, target);
  return { name, type: TYPE.CNAME, class: CLASS_IN, ttl: dname?.ttl ?? 0, rdata: to.finish() };
}

const optional = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value]);

function soleTarget({ records }: Rrset): Name | undefined {
  const [first, ...more] = records;
  const target = first && parsed(() => readTarget(first.rdata));
  return target?.ok && more.length === 0 ? target.value : undefined;
}
