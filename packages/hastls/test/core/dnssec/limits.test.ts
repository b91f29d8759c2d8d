import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseName, TYPE } from '#core/dns/index.js';
import { createAnswerReader, LIMITS, type Limit } from '#core/dnssec/index.js';
import {
  type Answerer,
  type Attack,
  against,
  collidingKeys,
  createHierarchy,
  createZoneKey,
  dsRdata,
  type Hierarchy,
  multiplySignatures,
  ofType,
  type ZoneOptions,
} from '#node/testing/index.js';
import { AT, run, type World } from './driver.js';
import { paddedWithOctets } from './hostile-answers.js';
import { withExponentOf } from './rsa-exponent.js';

const key = createZoneKey();

const world = (zone: Partial<ZoneOptions> = {}): Hierarchy =>
  createHierarchy({
    at: AT,
    zones: [{ apex: 'test.' }, { apex: 'signed.test.', keys: [key], records: 'host A 192.0.2.1', ...zone }],
  });

const chainOf = (links: number): string =>
  Array.from({ length: links }, (_, link) => `alias${link + 1} CNAME alias${link}`).join('\n');
const aliases = (links: number): Partial<ZoneOptions> => ({ records: `alias0 A 192.0.2.1\n${chainOf(links)}` });

/** DS records that name the key, but whose digests are of something else. */
const wrongDs = (count: number): string =>
  Array.from({ length: count }, (_, turn) => {
    const digest = dsRdata(parseName(`wrong${turn}.test.`), key).subarray(4);
    return `signed DS ${key.tag} 13 2 ${Buffer.from(digest).toString('hex')}`;
  }).join('\n');

const trueDs = `signed DS ${key.tag} 13 2 ${Buffer.from(dsRdata(parseName('signed.test.'), key).subarray(4)).toString('hex')}`;
const withDs = (ds: string): Hierarchy =>
  createHierarchy({
    at: AT,
    zones: [
      { apex: 'test.', records: `signed NS ns.signed\n${ds}` },
      { apex: 'signed.test.', keys: [key], records: 'host A 192.0.2.1' },
    ],
  });

const manyTypes = (count: number): string =>
  Array.from({ length: count }, (_, turn) => `many TYPE${65_280 + turn} \\# 1 00`).join('\n');

const addresses = (count: number): string =>
  Array.from({ length: count }, (_, turn) => `many A 192.0.${turn >> 8}.${turn & 0xff}`).join('\n');

const deep = (labels: number): string => `${'a.'.repeat(labels)}signed.test. A`;
const iterated = (iterations: number): Hierarchy => world({ denial: { kind: 'nsec3', iterations } });
const onlyAnswer = (attack: Attack): Attack => against(ofType(TYPE.A), attack);

interface Row {
  readonly limit: Limit;
  readonly asked: string;
  /** Just within the limit. */
  readonly within: () => Hierarchy | readonly [Hierarchy, Attack];
  readonly beyond: () => Hierarchy | readonly [Hierarchy, Attack];
  /** The question beyond the limit, if it is another one. */
  readonly askedBeyond?: string;
  /** Whether answers come in octets. Default: as messages. */
  readonly inOctets?: true;
}

const rows: readonly Row[] = [
  {
    limit: 'keysPerTag',
    asked: 'host.signed.test. A',
    within: () => world({ deadKeys: collidingKeys(key, LIMITS.keysPerTag - 1) }),
    beyond: () => world({ deadKeys: collidingKeys(key, LIMITS.keysPerTag) }),
  },
  {
    limit: 'checksPerRrset',
    asked: 'host.signed.test. A',
    within: () => [world(), onlyAnswer(multiplySignatures(LIMITS.checksPerRrset - 1))],
    beyond: () => [world(), onlyAnswer(multiplySignatures(LIMITS.checksPerRrset))],
  },
  {
    limit: 'checksPerQuestion',
    asked: 'alias8.signed.test. A',
    within: () => [world(aliases(8)), onlyAnswer(multiplySignatures(1))],
    beyond: () => [world(aliases(8)), onlyAnswer(multiplySignatures(2))],
  },
  {
    limit: 'dsMismatches',
    asked: 'host.signed.test. A',
    within: () => withDs(`${wrongDs(LIMITS.dsMismatches)}\n${trueDs}`),
    beyond: () => withDs(`${wrongDs(LIMITS.dsMismatches + 1)}`),
  },
  {
    limit: 'nsec3Iterations',
    asked: 'nothing.signed.test. A',
    within: () => iterated(LIMITS.nsec3Iterations),
    beyond: () => iterated(LIMITS.nsec3Iterations + 1),
  },
  {
    limit: 'nsec3RoundsPerQuestion',
    asked: deep(8), // each name up to the apex, the wildcard below it, and what the delegations took
    within: () => iterated(LIMITS.nsec3Iterations),
    beyond: () => iterated(LIMITS.nsec3Iterations),
    askedBeyond: deep(9),
  },
  {
    limit: 'rrsetsPerAnswer',
    asked: 'many.signed.test. ANY',
    within: () => world({ records: manyTypes(LIMITS.rrsetsPerAnswer) }),
    beyond: () => world({ records: manyTypes(LIMITS.rrsetsPerAnswer + 1) }),
  },
  {
    limit: 'aliasLinks',
    asked: `alias${LIMITS.aliasLinks}.signed.test. A`,
    within: () => world(aliases(LIMITS.aliasLinks)),
    beyond: () => world(aliases(LIMITS.aliasLinks + 1)),
    askedBeyond: `alias${LIMITS.aliasLinks + 1}.signed.test. A`,
  },
  {
    limit: 'upstreamQuestions',
    asked: 'z0.test. A',
    within: () => scattered(8),
    beyond: () => scattered(14),
  },
  {
    limit: 'recordsPerQuestion',
    asked: 'many.signed.test. A',
    within: () => world({ records: addresses(LIMITS.recordsPerQuestion - 24) }),
    beyond: () => world({ records: addresses(LIMITS.recordsPerQuestion + 1) }),
  },
  {
    limit: 'octetsPerQuestion',
    asked: 'host.signed.test. A',
    within: () => [world(), onlyAnswer(paddedWithOctets)],
    beyond: () => [world(), paddedWithOctets],
    inOctets: true,
  },
];

/** Aliases that lead through so many zones, one link a message. */
function scattered(zones: number): readonly [Hierarchy, Attack] {
  const hierarchy = createHierarchy({
    at: AT,
    zones: [
      { apex: 'test.' },
      ...Array.from({ length: zones }, (_, at) => ({
        apex: `z${at}.test.`,
        records: at + 1 < zones ? `@ CNAME z${at + 1}.test.` : '@ A 192.0.2.1',
      })),
    ],
  });
  const oneLink: Attack = (honest) => (asked) => {
    const message = honest(asked);
    return message && { ...message, answers: message.answers.filter(({ name }) => name === asked.name) };
  };
  return [hierarchy, oneLink];
}

const open = (made: Hierarchy | readonly [Hierarchy, Attack], inOctets = false): World => {
  const [hierarchy, attack] = 'anchors' in made ? [made, (honest: Answerer) => honest] : made;
  const world = { answer: attack(hierarchy.answer), anchors: hierarchy.anchors };
  return inOctets ? { ...world, readAnswer: createAnswerReader().read } : world;
};

test('every limit has its row', () => {
  assert.deepEqual(rows.map(({ limit }) => limit).sort(), Object.keys(LIMITS).sort());
});

for (const { limit, asked, within, beyond, askedBeyond = asked, inOctets } of rows)
  test(`[F8] limit ${limit}: proven within it, indeterminate by name beyond it`, async () => {
    const inside = await run(asked, open(within(), inOctets));
    assert.equal(inside.proven.proof, 'secure', inside.proven.because.join('\n'));
    const outside = await run(askedBeyond, open(beyond(), inOctets));
    assert.equal(outside.proven.proof, 'indeterminate', outside.proven.because.join('\n'));
    assert.match(outside.proven.because.join('\n'), new RegExp(`limit ${limit} `));
    assert.ok(outside.checks <= LIMITS.checksPerQuestion && outside.asked.length <= LIMITS.upstreamQuestions);
  });

for (const [what, key, weight, expected] of [
  ['P-256', createZoneKey({ algorithm: 13 }), 1, 20],
  ['RSA', createZoneKey({ algorithm: 8 }), 1, 20],
  ['RSA with a long exponent', withExponentOf(8, createZoneKey({ algorithm: 8 })), 2, 12],
  ['Ed448', createZoneKey({ algorithm: 16 }), 2, 12],
  ['P-384', createZoneKey({ algorithm: 14 }), 3, 8],
] as const)
  test(`[F8] a check by ${what} counts for ${weight} of those that a question has, and for ${4 * weight} if it fails`, async () => {
    const hostile = open([world({ ...aliases(8), keys: [key] }), onlyAnswer(multiplySignatures(7))]);
    const { proven, checks } = await run('alias8.signed.test. A', hostile);
    assert.match(proven.because.join('\n'), /limit checksPerQuestion /);
    // The first three hold, and two of them are of the zone above; then seven that fail come before each that holds.
    assert.equal(checks, expected);
  });
