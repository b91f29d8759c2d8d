import { createHash } from 'node:crypto';
import { compareBytes, fromHex, toBase32hex, writer } from '../../core/bytes/index.ts';
import {
  CLASS_IN,
  canonical,
  child,
  compareNames,
  labelCount,
  type Name,
  OPT_OUT,
  parent,
  type ResourceRecord,
  suffix,
  TYPE,
  toBitmap,
  writeName,
} from '../../core/dns/index.ts';

/** How a zone proves that something is not there. [RFC4034 §4] [RFC5155] */
export type DenialKind =
  | { readonly kind: 'nsec' }
  | {
      readonly kind: 'nsec3';
      /** Default 0. [RFC9276 §3.1] */
      readonly iterations?: number;
      /** In hex. Default: none. */
      readonly salt?: string;
      /** Leaves insecure delegations out of the chain. Default: false. */
      readonly optOut?: boolean;
    }
  /** NSEC records made up for the name that is asked for, as if it were there. [RFC9824] */
  | { readonly kind: 'compact' }
  /** Absence with nothing but a SOA record: what a signed zone must never do. */
  | { readonly kind: 'none' };

/** What a zone has, and so what it has not. */
export interface Inventory {
  readonly apex: Name;
  /** Of the denial records. [RFC9077] */
  readonly ttl: number;
  /**
   * Every name the zone speaks for, with its types but RRSIG and the denial's own; an empty non-terminal has none.
   */
  readonly names: ReadonlyMap<Name, readonly number[]>;
}

/** The records that prove each kind of absence. `encloser` is the closest name above that exists. */
export interface Denial {
  nodata(name: Name): readonly ResourceRecord[];
  nxdomain(name: Name, encloser: Name): readonly ResourceRecord[];
  /** That a wildcard below `encloser` was right to answer, as nothing closer to `name` exists. */
  noCloser(name: Name, encloser: Name): readonly ResourceRecord[];
  wildcardNodata(name: Name, encloser: Name): readonly ResourceRecord[];
}

/** Makes the denial records of a zone with these names. */
export function createDenial(inventory: Inventory, options: DenialKind): Denial {
  switch (options.kind) {
    case 'nsec':
      return nsecDenial(inventory);
    case 'nsec3':
      return nsec3Denial(inventory, options);
    case 'compact':
      return compactDenial(inventory);
    case 'none': {
      const nothing = () => [];
      return { nodata: nothing, nxdomain: nothing, noCloser: nothing, wildcardNodata: nothing };
    }
  }
}

function nsecDenial({ apex, ttl, names }: Inventory): Denial {
  const owners = [...names].filter(([, types]) => types.length > 0).sort(([a], [b]) => compareNames(a, b));
  const records = owners.map(([name, types], index): ResourceRecord => {
    const rdata = writer();
    writeName(rdata, owners[index + 1]?.[0] ?? apex); // the last one leads back to the apex [RFC4034 §4.1.1]
    rdata.bytes(toBitmap([...types, TYPE.RRSIG, TYPE.NSEC]));
    return { name, type: TYPE.NSEC, class: CLASS_IN, ttl, rdata: rdata.finish() };
  });
  /** The record at the name, or else the one whose span holds it. */
  const at = (name: Name) => lastUpTo(records, (record) => compareNames(record.name, name));
  const proof = (...about: readonly Name[]) => distinct(about.map(at));
  return {
    nodata: (name) => proof(name),
    nxdomain: (name, encloser) => proof(name, child('*', encloser)),
    noCloser: (name) => proof(name),
    wildcardNodata: (name, encloser) => proof(name, child('*', encloser)),
  };
}

/** Whoever makes records up as they are asked for signs what a wildcard answers with under the name itself. */
function compactDenial({ ttl, names }: Inventory): Denial {
  const saying = (name: Name, types: readonly number[]): readonly ResourceRecord[] => {
    const rdata = writer();
    writeName(rdata, child('\\000', name));
    rdata.bytes(toBitmap([...types, TYPE.RRSIG, TYPE.NSEC]));
    return [{ name, type: TYPE.NSEC, class: CLASS_IN, ttl, rdata: rdata.finish() }];
  };
  return {
    nodata: (name) => saying(name, names.get(canonical(name)) ?? []),
    nxdomain: (name) => saying(name, [TYPE.NXNAME]),
    noCloser: () => [],
    wildcardNodata: (name, encloser) => saying(name, names.get(canonical(child('*', encloser))) ?? []),
  };
}

function nsec3Denial({ apex, ttl, names }: Inventory, options: DenialKind & { kind: 'nsec3' }): Denial {
  const { iterations = 0, salt = '', optOut = false } = options;
  const isLeftOut = (types: readonly number[]) =>
    optOut && types.includes(TYPE.NS) && !types.includes(TYPE.DS) && !types.includes(TYPE.SOA);
  const hashed = (name: Name) => nsec3Hash(name, fromHex(salt), iterations);
  const chain = [...names]
    .filter(([, types]) => !isLeftOut(types))
    .map(([name, types]) => ({ name, types, hash: hashed(name) }))
    .sort((a, b) => compareBytes(a.hash, b.hash));
  const inChain = new Set(chain.map(({ name }) => name));
  const entries = chain.map(({ types, hash }, index) => {
    const next = (chain[index + 1] ?? chain[0])?.hash ?? hash;
    const rdata = writer()
      .bytes(nsec3Parameters(options, optOut ? OPT_OUT : 0))
      .uint8(next.length)
      .bytes(next)
      .bytes(toBitmap(bitmapTypes(types)));
    const name = child(toBase32hex(hash), apex);
    return { hash, record: { name, type: TYPE.NSEC3, class: CLASS_IN, ttl, rdata: rdata.finish() } };
  });
  const at = (name: Name) => {
    const wanted = hashed(canonical(name));
    return (lastUpTo(entries, ({ hash }) => compareBytes(hash, wanted)) ?? entries.at(-1))?.record;
  };
  const proof = (...about: readonly Name[]) => distinct(about.map(at));
  const nextCloser = (name: Name, encloser: Name) => suffix(name, labelCount(encloser) + 1);
  return {
    nodata(name) {
      if (inChain.has(canonical(name))) return proof(name);
      // a delegation that opt-out left unsaid: the closest name that is said, and the span without the next [RFC5155 §7.2.4]
      let encloser = parent(name);
      while (!inChain.has(canonical(encloser))) encloser = parent(encloser);
      return proof(encloser, nextCloser(name, encloser));
    },
    nxdomain: (name, encloser) => proof(encloser, nextCloser(name, encloser), child('*', encloser)),
    noCloser: (name, encloser) => proof(nextCloser(name, encloser)),
    wildcardNodata: (name, encloser) => proof(encloser, nextCloser(name, encloser), child('*', encloser)),
  };
}

/** The first octets of an NSEC3 record, and all of an NSEC3PARAM record. [RFC5155 §3.2 §4.2] */
export function nsec3Parameters({ iterations = 0, salt = '' }: DenialKind & { kind: 'nsec3' }, flags = 0): Uint8Array {
  const octets = fromHex(salt);
  return writer().uint8(1).uint8(flags).uint16(iterations).uint8(octets.length).bytes(octets).finish();
}

/** An insecure delegation and an empty non-terminal have no signature, all other names have. [RFC5155 §7.1] */
const bitmapTypes = (types: readonly number[]): readonly number[] =>
  types.some((type) => type !== TYPE.NS) ? [...types, TYPE.RRSIG] : types;

/** The last of sorted items that does not lie behind what is looked for. */
function lastUpTo<T>(sorted: readonly T[], compare: (item: T) => number): T | undefined {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const item = sorted[middle];
    if (item !== undefined && compare(item) <= 0) from = middle + 1;
    else to = middle;
  }
  return sorted[from - 1];
}

const distinct = <T>(found: readonly (T | undefined)[]): readonly T[] => [
  ...new Set(found.filter((each) => each !== undefined)),
];

/** The hash of a name. [RFC5155 §5] */
function nsec3Hash(name: Name, salt: Uint8Array, iterations: number): Uint8Array {
  const wire = writer();
  writeName(wire, canonical(name));
  const hash = (octets: Uint8Array) => createHash('sha1').update(octets).update(salt).digest();
  let hashed = hash(wire.finish());
  for (let turn = 0; turn < iterations; turn++) hashed = hash(hashed);
  return new Uint8Array(hashed);
}
