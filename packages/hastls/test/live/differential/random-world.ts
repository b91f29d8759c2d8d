import {
  genericText,
  isWithin,
  labelCount,
  type Name,
  parent,
  parseName,
  type Question,
  sameName,
  TYPE,
  toName,
  typeFromText,
} from '#core/dns/index.js';
import { createZoneKey, dsRdata, type KeyAlgorithm, type ZoneKey, type ZoneOptions } from '#node/testing/index.js';
import type { Chance } from './chance.ts';

/** Zones below one name of their own, and a question to them. */
export interface RandomWorld {
  readonly zones: readonly [ZoneOptions, ...ZoneOptions[]];
  readonly question: Question;
  /** Other questions whose answers say something of the same zones. */
  readonly others: readonly Question[];
}

/** Zones at random cuts, each signed, unsigned, or signed with something odd, and records that lead from one to another. */
export function randomWorld(chance: Chance, top: Name, at: number): RandomWorld {
  const apexes: Name[] = [top];
  for (let left = chance.below(5); left > 0; left--) {
    const apex = below(chance, chance.any(apexes) ?? top, 1 + chance.below(3));
    // a delegation by wildcard has no defined meaning [RFC4592 §4.2]
    if (!apex.startsWith('*.') && !apexes.some((each) => sameName(each, apex))) apexes.push(apex);
  }
  const owners: Name[] = [...apexes];
  const zones = apexes.map((apex) => randomZone(chance, apex, apexes, owners, at));
  for (const zone of zones) delegateOddly(chance, zone, zones);
  const [first, ...others] = zones.map((zone) => ({ ...zone, records: zone.records.join('\n') }));
  if (first === undefined) throw new RangeError('a world has at least its top');
  const ask = (): Question => ({ name: askedName(chance, owners), type: typeOf(chance.pick(ASKED)) });
  return {
    zones: [first, ...others],
    question: ask(),
    others: [...Array.from({ length: 6 }, ask), ...apexes.map((name) => ({ name, type: TYPE.DS }))],
  };
}

/** Few, so that names meet. */
const LABELS = ['a', 'b', 'www', '_tcp', 'Mixed', '*', 'x\\.y', '\\000', '\\255z', 'l'.repeat(40)] as const;
const TYPES = ['A', 'AAAA', 'TXT', 'MX', 'TYPE65400', 'CNAME', 'DNAME'] as const;
const ASKED = [
  ...(['A', 'A', 'A', 'TXT', 'TYPE65400', 'TYPE65400', 'MX', 'AAAA', 'CNAME', 'DS', 'DS'] as const),
  ...(['DNSKEY', 'NS', 'SOA', 'DNAME', 'NSEC3PARAM'] as const),
] as const;

const typeOf = (mnemonic: string): number => typeFromText(mnemonic) ?? 0;

function below(chance: Chance, above: Name, labels: number): Name {
  let name = above;
  for (let left = labels; left > 0; left--) {
    const label = chance.pick(LABELS);
    if (name.length + label.length < (chance.hits(0.5) ? 150 : 400)) name = childOrSame(label, name);
  }
  return name;
}

/** No name is longer than 255 octets. */
function childOrSame(label: string, above: Name): Name {
  const made = toName(`${label}.${above}`);
  return made.ok ? made.value : above;
}

function askedName(chance: Chance, owners: readonly Name[]): Name {
  const name = chance.any(owners) ?? parseName('.');
  const [first] = owners;
  const bare = name.startsWith('*.') ? parent(name) : name;
  switch (chance.below(5)) {
    case 0:
      return below(chance, bare, 1 + chance.below(2));
    case 1:
      return first !== undefined && !sameName(bare, first) ? parent(bare) : bare;
    case 2:
      return bare.toUpperCase().startsWith('\\') ? bare : childOrSame(`n${chance.below(9)}`, bare);
    default:
      return name;
  }
}

type Draft = Omit<ZoneOptions, 'records'> & { readonly records: string[] };

function randomZone(chance: Chance, apex: Name, apexes: readonly Name[], owners: Name[], at: number): Draft {
  const records = randomRecords(chance, apex, apexes, owners);
  const algorithm = chance.pick(ALGORITHMS);
  const keys = chance.hits(0.15) ? [] : randomKeys(chance, algorithm);
  const ds = chance.pick([[2], [2], [2], [4], [1], [1, 2], [2, 4], [1, 2, 4], []] as const);
  return {
    apex,
    records,
    keys,
    ds,
    denial: randomDenial(chance),
    ...(chance.hits(0.08) && { validity: randomValidity(chance, at) }),
    ...(chance.hits(0.05) && { deadKeys: [spareKey(chance.pick(ALGORITHMS)).rdata] }),
  };
}

function randomRecords(chance: Chance, apex: Name, apexes: readonly Name[], owners: Name[]): string[] {
  const records: string[] = [];
  const taken = new Set<Name>();
  for (let left = chance.below(7); left > 0; left--) {
    const plain = below(chance, apex, chance.below(4));
    const owner = chance.hits(0.2) ? childOrSame('*', plain) : plain;
    const type = chance.pick(TYPES);
    if (taken.has(owner) || (type === 'CNAME' && sameName(owner, apex))) continue;
    taken.add(owner);
    if (type === 'DNAME') {
      const renamed = chance.hits(0.1) ? plain : childOrSame('dn', plain);
      if (taken.has(renamed)) continue;
      taken.add(renamed);
      owners.push(childOrSame('b', childOrSame('a', renamed)), renamed);
      records.push(`${renamed} DNAME ${chance.any([...owners, ...apexes]) ?? apex}`);
      continue;
    }
    owners.push(owner);
    const alias = below(chance, chance.any([...owners, ...apexes]) ?? apex, chance.below(2));
    const target = labelCount(alias) === 1 ? childOrSame('a', alias) : alias; // what the zone above the top has of it is not told here
    records.push(`${owner} ${type} ${DATA[type] ?? target}`);
    if (type !== 'CNAME' && chance.hits(0.3)) records.push(`${owner} ${type} ${MORE[type]}`);
  }
  return records;
}

const DATA: Readonly<Record<string, string>> = {
  A: '192.0.2.1',
  AAAA: '2001:db8::1',
  TXT: '"one"',
  MX: '10 Mail.Example.',
  TYPE65400: '\\# 6 001900190001',
};
const MORE: Readonly<Record<string, string>> = {
  A: '192.0.2.2',
  AAAA: '2001:db8::2',
  TXT: '"two" "three"',
  MX: '20 a.example.',
  TYPE65400: '\\# 6 000001d10000',
};

const ALGORITHMS = [8, 10, 13, 13, 13, 14, 15, 16] as const satisfies readonly KeyAlgorithm[];
const REVOKED = 0x80;
export const isRevoked = ({ rdata }: ZoneKey): boolean => ((rdata[1] ?? 0) & REVOKED) !== 0;
const made = new Map<string, ZoneKey>();

/** Keys take longer to make than worlds do, so that all worlds share a few. */
function spareKey(algorithm: KeyAlgorithm, flags = 257, which = 0): ZoneKey {
  const id = `${algorithm} ${flags} ${which}`;
  const key = made.get(id) ?? createZoneKey({ algorithm, flags, bits: which === 0 ? 1024 : 1280 });
  made.set(id, key);
  return key;
}

function randomKeys(chance: Chance, algorithm: KeyAlgorithm): ZoneKey[] {
  switch (chance.below(9)) {
    case 0:
      return [spareKey(algorithm), spareKey(algorithm, 256)]; // key-signing and zone-signing
    case 1:
      return [spareKey(algorithm), spareKey(algorithm, 257, 1)]; // double signature
    case 2:
      return [spareKey(algorithm), spareKey(chance.pick(ALGORITHMS), 257, 1)]; // an algorithm being rolled
    case 3:
      return [spareKey(algorithm), spareKey(algorithm, 257 | REVOKED, 1)];
    case 4:
      return [spareKey(algorithm, 256)]; // no secure entry point
    default:
      return [spareKey(algorithm)];
  }
}

function randomDenial(chance: Chance): NonNullable<ZoneOptions['denial']> {
  if (chance.hits(0.45)) return { kind: 'nsec' };
  const iterations = chance.pick([0, 0, 0, 0, 1, 5, 20, 50, 50, 51]);
  return { kind: 'nsec3', iterations, salt: chance.pick(['', '', 'ab', '00ff10']), optOut: chance.hits(0.4) };
}

/** Now and then the zone above has other DS records than the true ones. */
function delegateOddly(chance: Chance, { apex, keys: [key] = [] }: Draft, zones: readonly Draft[]): void {
  const above = zones
    .filter((zone) => isWithin(parseName(apex), parseName(zone.apex)) && zone.apex !== apex)
    .sort((a, b) => labelCount(parseName(b.apex)) - labelCount(parseName(a.apex)))
    .at(0);
  if (above === undefined || key === undefined || !chance.hits(0.25)) return;
  const right = dsRdata(parseName(apex), key);
  const changed = (at: number, value: number) => right.map((octet, index) => (index === at ? value : octet));
  const [unknownAlgorithm, sha1, md5, unknownDigest, wrong] = [
    changed(2, 99),
    changed(2, 5),
    changed(2, 1),
    changed(3, 99),
    changed(35, (right[35] ?? 0) ^ 1),
  ];
  const sets = [
    [unknownAlgorithm],
    [sha1],
    [md5],
    [unknownDigest],
    [wrong],
    [unknownAlgorithm, right],
    [unknownDigest, right],
    [wrong, right],
    [wrong, unknownAlgorithm],
    [sha1, unknownDigest],
  ] as const;
  for (const rdata of chance.pick(sets)) above.records.push(`${apex} DS ${genericText(rdata)}`);
}

const DAY = 86_400;

function randomValidity(chance: Chance, at: number): NonNullable<ZoneOptions['validity']> {
  return chance.pick([
    { from: at - DAY, until: at - 1 },
    { from: at - DAY, until: at },
    { from: at, until: at + DAY },
    { from: at + 1, until: at + DAY },
    { from: at - 2 ** 31 + DAY, until: at + DAY },
    { from: at - 2 ** 30, until: at + 2 ** 30 },
    { from: at - DAY, until: at + 2 ** 31 - 2 * DAY },
    { from: at + DAY, until: at - DAY },
  ]);
}
