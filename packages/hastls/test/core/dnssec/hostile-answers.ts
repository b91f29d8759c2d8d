import { concatBytes } from '#core/bytes/index.js';
import {
  child,
  encodeMessage,
  MAX_MESSAGE,
  type Message,
  parseName,
  type ResourceRecord,
  TYPE,
} from '#core/dns/index.js';
import type { Limit } from '#core/dnssec/index.js';
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

/** A signature by the zone's key over RRsets of the type, made by nobody who has it. */
const worthless = (type: number, name: ResourceRecord['name'], turn: number): ResourceRecord => {
  const rdata = concatBytes(Uint8Array.of(type >> 8, type & 0xff), SIGNATURE.subarray(2));
  rdata[rdata.length - 1] = turn & 0xff;
  rdata[rdata.length - 2] = turn >> 8;
  return record(name, TYPE.RRSIG, rdata);
};

export const octets = (...of: number[]): Uint8Array => Uint8Array.of(...of);
const named = (turn: number) => child(turn.toString(36), HOST);

/** Puts as many records into a section of the answers about addresses as a message has room for. */
const flood = (section: 'answers' | 'authorities', make: (turn: number) => readonly ResourceRecord[]): Attack =>
  against(ofType(TYPE.A), (honest) => (question) => {
    const message = honest(question);
    if (message === undefined) return undefined;
    const records: ResourceRecord[] = [];
    const whole = (): Message => ({ ...message, answers: [], authorities: [], [section]: records });
    let room = MAX_MESSAGE - encodeMessage(whole()).length;
    for (let turn = 0; ; turn++) {
      const more = make(turn);
      room -= more.reduce((sum, { rdata }) => sum + rdata.length + OVERHEAD, 0);
      if (room < 0) return whole();
      records.push(...more);
    }
  });
/** Of a record besides its data, with a short label and a pointer. */
const OVERHEAD = 16;

const ofDenials = (type: number, rdata: Uint8Array): Attack =>
  flood('authorities', (turn) => [record(named(turn), type, rdata)]);
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

export const floods: readonly Flood[] = [
  { what: 'NSEC records of thousands of names', attack: ofDenials(TYPE.NSEC, NSEC) },
  { what: 'NSEC3 records of thousands of names', attack: ofDenials(TYPE.NSEC3, NSEC3) },
  {
    what: 'NSEC records, each with a worthless signature',
    attack: flood('authorities', (turn) => [
      record(named(turn), TYPE.NSEC, NSEC),
      worthless(TYPE.NSEC, named(turn), turn),
    ]),
    limit: 'checksPerQuestion',
  },
  {
    what: 'thousands of addresses',
    attack: flood('answers', (turn) => [record(HOST, TYPE.A, octets(10, 0, turn >> 8, turn))]),
  },
  {
    what: 'thousands of records of one octet, of a type that nobody asked for',
    attack: flood('answers', (turn) => [record(HOST, 1234, octets(turn))]),
  },
  {
    what: 'thousands of records, and as many worthless signatures',
    attack: flood('answers', (turn) => [
      record(HOST, TYPE.A, octets(1, 1, turn >> 8, turn)),
      worthless(TYPE.A, HOST, turn),
    ]),
    limit: 'checksPerRrset',
  },
  {
    what: 'thousands of aliases of one name',
    attack: flood('answers', (turn) => [record(HOST, TYPE.CNAME, octets(1, 97 + (turn % 26), 0))]),
  },
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
      `${'a.'.repeat(30)}signed.test. A`,
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
