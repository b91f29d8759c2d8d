import { concatBytes } from '#core/bytes/index.js';
import {
  child,
  encodeMessage,
  keyTag,
  MAX_MESSAGE,
  type Message,
  parseName,
  type ResourceRecord,
  ROOT,
  TYPE,
} from '#core/dns/index.js';
import { algorithmToText, LIMITS, type Limit } from '#core/dnssec/index.js';
import {
  type Attack,
  against,
  collidingKeys,
  createHierarchy,
  createZoneKey,
  multiplySignatures,
  ofType,
  type ZoneOptions,
} from '#node/testing/index.js';
import { AT } from './driver.js';

// Answers as long as they can be, made to cost as much work as they can. What they come to is tested beside this; what
// they cost is measured by `npm run bench -- hostile`.

export const octets = (...of: number[]): Uint8Array => Uint8Array.of(...of);

const key = createZoneKey();
const ZONE = parseName('signed.test.');
export const HOST = parseName('host.signed.test.');

export const world = (zone: Partial<ZoneOptions> = {}) =>
  createHierarchy({
    at: AT,
    zones: [{ apex: 'test.' }, { apex: ZONE, keys: [key], records: 'host A 192.0.2.1', ...zone }],
  });

const record = (name: ResourceRecord['name'], type: number, rdata: Uint8Array): ResourceRecord => ({
  name,
  type,
  class: 1,
  ttl: 300,
  rdata,
});

const SIGNATURE =
  world()
    .answer({ name: HOST, type: TYPE.A })
    .answers.find(({ type }) => type === TYPE.RRSIG)?.rdata ?? new Uint8Array();

/** A signature like that one over RRsets of the type, by nobody who has the key: wrong in its middle, where each check goes to its end. */
const worthless = (type: number, name: ResourceRecord['name'], turn: number, like = SIGNATURE): ResourceRecord => {
  const rdata = concatBytes(octets(type >> 8, type), like.subarray(2));
  rdata.set(octets(turn >> 8, turn), (BEFORE_SIGNATURE + rdata.length) >> 1);
  return record(name, TYPE.RRSIG, rdata);
};
/** Octets of an RRSIG's data up to the signer's name, and with it. */
const BEFORE_SIGNATURE = 18 + ZONE.length + 1;

/** The data of an RRSIG that says it is by this key. */
const signedBy = (dnskey: Uint8Array, signature: Uint8Array): Uint8Array => {
  const rdata = concatBytes(SIGNATURE.subarray(0, BEFORE_SIGNATURE), signature);
  rdata.set(dnskey.subarray(3, 4), 2);
  rdata.set(octets(keyTag(dnskey) >> 8, keyTag(dnskey)), 16);
  return rdata;
};

const named = (turn: number) => child(turn.toString(36), HOST);
/** Names of as many labels as there can be, none of which shares its end with another one. */
const longNamed = (turn: number) => parseName(`${'a.'.repeat(124)}${1000 + turn}.`);
/** A message has room for no more of them. */
const LONG_NAMES = 240;

/** Puts as many records into a section of the answers about addresses as are read, or as a message has room for. */
const flood = (section: 'answers' | 'authorities', make: Make, most = AS_MANY_AS_ARE_READ): Attack =>
  against(ofType(TYPE.A), (honest) => (question) => {
    const message = honest(question);
    if (message === undefined) return undefined;
    const records: ResourceRecord[] = [];
    const whole = (): Message => ({ ...message, answers: [], authorities: [], [section]: records });
    let room = MAX_MESSAGE - encodeMessage(whole()).length;
    for (let turn = 0; ; turn++) {
      const more = make(turn);
      room -= more.reduce((sum, { rdata }) => sum + rdata.length + OVERHEAD, 0);
      if (room < 0 || records.length + more.length > most) return whole();
      records.push(...more);
    }
  });
type Make = (turn: number) => readonly ResourceRecord[];
/** Of a record besides its data, with a short label and a pointer. */
const OVERHEAD = 16;
/** What the other answers have is no more than the rest. */
const AS_MANY_AS_ARE_READ = LIMITS.recordsPerQuestion - 24;

/** Pads each answer with records that nobody asked for. */
const padded =
  (padding: readonly ResourceRecord[]): Attack =>
  (honest) =>
  (question) => {
    const message = honest(question);
    return message && { ...message, additionals: padding };
  };

/** As many octets as an answer has room for, and more of them in one record than a thousand have. */
export const paddedWithOctets = padded([record(HOST, 1234, new Uint8Array(64_000))]);

/** Keys whose signatures take the longest to check, and something like a signature by each. */
const slowKeys: readonly (readonly [what: string, dnskey: Uint8Array, signature: Uint8Array])[] = [
  ...([14, 16] as const).map((algorithm) => {
    const { rdata, sign } = createZoneKey({ algorithm });
    return [algorithmToText(algorithm), rdata, sign(octets(0))] as const;
  }),
  [
    'RSA with 4096 bits and an exponent of 64',
    concatBytes(octets(1, 1, 3, 8, 8), new Uint8Array(8 + 512).fill(0xff)),
    new Uint8Array(512).fill(1),
  ],
];

const NSEC = octets(0, 0, 1, 0x40);
const NSEC3 = octets(1, 0, 0, 0, 0, 1, 7, 0, 1, 0x40);

/** An answer to a question for the host's address. */
export interface Flood {
  readonly what: string;
  readonly zone?: Partial<ZoneOptions>;
  readonly attack: Attack;
  /** The limit that ends it; otherwise it is bogus, as nothing of it is signed. */
  readonly limit?: Limit;
}

/** What answers are filled with. */
const fillings: readonly (readonly [what: string, section: 'answers' | 'authorities', make: Make])[] = [
  ['NSEC records of other names', 'authorities', (turn) => [record(named(turn), TYPE.NSEC, NSEC)]],
  ['NSEC3 records of other names', 'authorities', (turn) => [record(named(turn), TYPE.NSEC3, NSEC3)]],
  ['addresses', 'answers', (turn) => [record(HOST, TYPE.A, octets(10, 0, turn >> 8, turn))]],
  ['records of a type that nobody asked for', 'answers', (turn) => [record(HOST, 1234, octets(turn))]],
  ['aliases of one name', 'answers', (turn) => [record(HOST, TYPE.CNAME, octets(1, 97 + (turn % 26), 0))]],
];

export const floods: readonly Flood[] = [
  ...fillings.flatMap(([what, section, make]): readonly Flood[] => [
    {
      what: `thousands of ${what}`,
      attack: flood(section, make, Number.POSITIVE_INFINITY),
      limit: 'recordsPerQuestion',
    },
    { what: `as many ${what} as are read`, attack: flood(section, make) },
  ]),
  {
    what: 'NSEC records, each with a worthless signature',
    attack: flood('authorities', (turn) => [
      record(named(turn), TYPE.NSEC, NSEC),
      worthless(TYPE.NSEC, named(turn), turn),
    ]),
    limit: 'checksPerQuestion',
  },
  {
    what: 'addresses, and as many worthless signatures',
    attack: flood('answers', (turn) => [
      record(HOST, TYPE.A, octets(1, 1, turn >> 8, turn)),
      worthless(TYPE.A, HOST, turn),
    ]),
    limit: 'checksPerRrset',
  },
  {
    what: 'NSEC records of the longest names there can be',
    attack: flood('authorities', (turn) => [record(longNamed(turn), TYPE.NSEC, NSEC)], LONG_NAMES),
  },
  {
    what: 'honest answers, all padded with the longest names',
    attack: padded(Array.from({ length: LONG_NAMES }, (_, turn) => record(longNamed(turn), 1234, octets(1)))),
    limit: 'octetsPerQuestion',
  },
  {
    what: 'honest answers, all padded with hundreds of records',
    attack: padded(Array.from({ length: 300 }, (_, turn) => record(ROOT, 1234, octets(turn)))),
    limit: 'recordsPerQuestion',
  },
  ...slowKeys.map(
    ([what, rdata, signature]): Flood => ({
      what: `worthless signatures over NSEC records by a key of ${what}`,
      zone: { deadKeys: [rdata] },
      attack: flood('authorities', (turn) => [
        record(named(turn), TYPE.NSEC, NSEC),
        worthless(TYPE.NSEC, named(turn), turn, signedBy(rdata, signature)),
      ]),
      limit: 'checksPerQuestion',
    }),
  ),
  {
    what: 'a KeyTrap: signatures times keys that cannot be told apart',
    zone: { deadKeys: collidingKeys(key, 3) },
    attack: against(ofType(TYPE.A), multiplySignatures(60)),
    limit: 'checksPerRrset',
  },
  {
    what: 'a KeyTrap over the keys themselves',
    attack: against(ofType(TYPE.DNSKEY), multiplySignatures(200)),
    limit: 'checksPerRrset',
  },
  {
    what: 'a KeyTrap over the DS records',
    attack: against(ofType(TYPE.DS), multiplySignatures(200)),
    limit: 'checksPerRrset',
  },
];

/** A zone that makes an honest question dear, and what the limits make of it. */
export const costly: readonly (readonly [what: string, zone: Partial<ZoneOptions>, asked: string, expected: string])[] =
  [
    [
      'the longest NSEC3 salt',
      { denial: { kind: 'nsec3', salt: 'ff'.repeat(255), iterations: 50 } },
      `${'a.'.repeat(8)}signed.test. A`,
      'secure nxdomain',
    ],
    [
      'the longest NSEC3 salt and the longest name',
      { denial: { kind: 'nsec3', salt: 'ff'.repeat(255), iterations: 50 } },
      `${'a.'.repeat(118)}signed.test. A`,
      'limit nsec3RoundsPerQuestion',
    ],
    [
      'the longest NSEC3 salt and a chain of 2500 iterations',
      { denial: { kind: 'nsec3', salt: 'ff'.repeat(255), iterations: 2500 } },
      'nothing.signed.test. A',
      'limit nsec3Iterations',
    ],
    ['a chain of DNAMEs', { records: dnames(16) }, 'x.d16.signed.test. A', 'secure data'],
    ['a longer chain of DNAMEs', { records: dnames(17) }, 'x.d17.signed.test. A', 'limit aliasLinks'],
    [
      'a DNAME that makes the name longer each time',
      { records: 'loop DNAME a.loop' },
      'x.loop.signed.test. A',
      'limit aliasLinks',
    ],
    [
      'DNAMEs that lead to each other',
      { records: 'ping DNAME pong\npong DNAME ping' },
      'x.ping.signed.test. A',
      'circle',
    ],
  ];

function dnames(links: number): string {
  const chain = Array.from({ length: links }, (_, link) => `d${link + 1} DNAME d${link}`);
  return ['x.d0 A 192.0.2.1', ...chain].join('\n');
}

/** A server that follows no alias: one that does would give up before us. */
export const oneLink: Attack = (honest) => (asked) => {
  const alias = asked.type === TYPE.A ? honest({ ...asked, type: TYPE.CNAME }) : undefined;
  return alias === undefined || alias.answers.length === 0 ? honest(asked) : { ...alias, questions: [asked] };
};
