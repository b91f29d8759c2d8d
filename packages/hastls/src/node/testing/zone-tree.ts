import { canonical, isWithin, type Name, parent, type ResourceRecord, sameName, TYPE } from '../../core/dns/index.ts';

/** A zone's records, found by name. */
export interface ZoneTree {
  /** Whether the name exists, be it only because something lies below it. [RFC4592 §2.2.2] */
  has(name: Name): boolean;
  rrset(name: Name, type: number): readonly ResourceRecord[];
  /** All that stands at the name, by type. */
  rrsets(name: Name): readonly (readonly ResourceRecord[])[];
  /** The closest name above that exists. */
  encloser(name: Name): Name;
  /** The delegation at or above the name, if there is one: from there on another zone speaks. */
  cut(name: Name): Name | undefined;
  /** Every name this zone speaks for, with its types: what denial records are made from. */
  inventory(): ReadonlyMap<Name, readonly number[]>;
}

/** A zone's names as a tree, empty non-terminals among them. */
export function plantZone(apex: Name, records: readonly ResourceRecord[]): ZoneTree {
  const tree = new Map<Name, Map<number, ResourceRecord[]>>();
  const grow = (name: Name): Map<number, ResourceRecord[]> => {
    const owner = canonical(name);
    const known = tree.get(owner);
    if (known !== undefined) return known;
    if (!sameName(owner, apex)) grow(parent(owner));
    const types = new Map<number, ResourceRecord[]>();
    tree.set(owner, types);
    return types;
  };
  for (const record of records) {
    if (!isWithin(record.name, apex)) throw new RangeError(`${record.name} does not lie in the zone ${apex}`);
    const types = grow(record.name);
    types.set(record.type, [...(types.get(record.type) ?? []), record]);
  }
  const rrset = (name: Name, type: number) => tree.get(canonical(name))?.get(type) ?? [];
  const isCut = (name: Name) => !sameName(name, apex) && rrset(name, TYPE.NS).length > 0;

  function cut(name: Name): Name | undefined {
    for (let at = name; !sameName(at, apex); at = parent(at)) if (isCut(at)) return at;
    return undefined;
  }

  return {
    has: (name) => tree.has(canonical(name)),
    rrset,
    rrsets: (name) => [...(tree.get(canonical(name))?.values() ?? [])],
    cut,
    encloser(name) {
      let above = parent(name);
      while (!tree.has(canonical(above))) above = parent(above);
      return above;
    },
    inventory: () =>
      new Map(
        [...tree]
          .filter(([name]) => cut(name) === undefined || isCut(name))
          .map(([name, types]) => [name, typesSpokenFor(isCut(name), [...types.keys()])]),
      ),
  };
}

/** At a delegation the zone above speaks for NS and DS alone; the rest is glue. [RFC4034 §4.1.2] */
const typesSpokenFor = (atCut: boolean, types: readonly number[]): readonly number[] =>
  atCut ? types.filter((type) => type === TYPE.NS || type === TYPE.DS) : types;
