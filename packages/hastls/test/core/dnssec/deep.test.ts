import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelCount, type Name, suffix, TYPE } from '#core/dns/index.js';
import { LIMITS } from '#core/dnssec/index.js';
import {
  type Attack,
  against,
  answerServfail,
  createHierarchy,
  forge,
  ofType,
  staySilent,
  stripSignatures,
  type ZoneOptions,
} from '#node/testing/index.js';
import { AT, run } from './driver.js';

/** An IPv6 address as it stands in the reverse tree: 34 labels. */
const NAME = '8.7.6.5.4.3.2.1.8.7.6.5.4.3.2.1.8.7.6.5.4.3.2.1.8.b.d.0.1.0.0.2.ip6.arpa.' as Name;
const at = (labels: number): Name => suffix(NAME, labels);

/** A signed tree with cuts at names of so many labels, the last zone holding the name. */
const tree = (cuts: readonly number[], deepest: Partial<ZoneOptions> = {}, denial: 'nsec' | 'nsec3' = 'nsec3') =>
  createHierarchy({
    at: AT,
    zones: [0, 1, 2, ...cuts].map((labels, index) => ({
      apex: at(labels),
      denial: { kind: denial },
      ...(index === cuts.length + 2 && { records: `${NAME} PTR host.test.`, ...deepest }),
    })),
  });

const unsigned: Partial<ZoneOptions> = { keys: [] };

/** What a proof of such a tree comes to, and what it costs at most. */
interface Row {
  readonly cuts: readonly number[];
  readonly deepest?: Partial<ZoneOptions>;
  readonly asked?: string;
  readonly expected: string;
  readonly questions: number;
  readonly roundTrips: number;
}

const rows: readonly Row[] = [
  { cuts: [], expected: 'secure data', questions: 6, roundTrips: 2 },
  { cuts: [33], expected: 'secure data', questions: 18, roundTrips: 2 },
  { cuts: [10, 18], expected: 'secure data', questions: 21, roundTrips: 3 },
  { cuts: [5, 10, 14, 18, 32], expected: 'secure data', questions: 26, roundTrips: 5 },
  { cuts: [20, 21, 22, 23], expected: 'secure data', questions: 27, roundTrips: 5 },
  { cuts: [5, 10, 14, 33], deepest: unsigned, expected: 'insecure data', questions: 19, roundTrips: 5 },
  { cuts: [3], deepest: unsigned, expected: 'insecure data', questions: 12, roundTrips: 3 },
  { cuts: [18], deepest: unsigned, expected: 'insecure data', questions: 12, roundTrips: 3 },
  { cuts: [34], deepest: unsigned, expected: 'insecure data', questions: 12, roundTrips: 3 },
  { cuts: [18], asked: `${NAME} TXT`, expected: 'secure nodata', questions: 18, roundTrips: 2 },
  { cuts: [18], asked: `x.${NAME} PTR`, expected: 'secure nxdomain', questions: 18, roundTrips: 2 },
  {
    cuts: [10, 18],
    deepest: unsigned,
    asked: `${at(19)} A`,
    expected: 'insecure nodata',
    questions: 13,
    roundTrips: 4,
  },
];

for (const denial of ['nsec', 'nsec3'] as const)
  for (const { cuts, deepest, asked = `${NAME} PTR`, expected, questions, roundTrips } of rows)
    test(`${asked} is ${expected} by ${denial.toUpperCase()}, with cuts at ${[1, 2, ...cuts].join(', ')} labels: ${questions} questions in ${roundTrips} round trips`, async () => {
      const found = await run(asked, tree(cuts, deepest, denial));
      assert.equal(`${found.proven.proof} ${found.proven.answer}`, expected, found.proven.because.join('\n'));
      assert.ok(found.asked.length <= questions, `${found.asked.length} questions`);
      assert.ok(found.roundTrips <= roundTrips, `${found.roundTrips} round trips`);
    });

/** Answers to DS questions below a name are bent, all others are honest. */
const below = (labels: number, attack: Attack): Attack =>
  against(({ name, type }) => type === TYPE.DS && labelCount(name) > labels, attack);

/** What somebody makes of the DS questions of a tree with these cuts, and what the proof comes to nonetheless. */
const bent: readonly (readonly [why: string, cuts: readonly number[], attack: Attack, expected: string])[] = [
  ['servers of the unsigned zone choke on DS questions', [10], below(10, answerServfail), 'insecure data'],
  ['they do not answer them at all', [10], below(10, staySilent), 'insecure data'],
  ['nor do they say which zone they speak for', [10], below(10, forge('')), 'insecure data'],
  ['they claim to speak for zones that there are not', [10], below(10, forge(manySoas(11, 34))), 'insecure data'],
  ['the cut itself is hidden', [10], below(9, forge(`${at(10)} 300 IN SOA a. b. 1 1 1 1 1`)), 'bogus error'],
  ['signatures on the way are gone', [10], below(4, stripSignatures), 'bogus error'],
  ['nobody says anything of the way', [10], below(4, answerServfail), 'indeterminate error'],
];

function manySoas(from: number, to: number): string {
  const names = Array.from({ length: to - from }, (_, turn) => at(from + turn));
  return names.map((name) => `${name} 300 IN SOA a. b. 1 1 1 1 1`).join('\n');
}

for (const [why, cuts, attack, expected] of bent)
  test(`[F8] the address of an unsigned zone is ${expected} where ${why}`, async () => {
    const honest = tree(cuts, unsigned);
    const found = await run(`${NAME} PTR`, { ...honest, answer: attack(honest.answer) });
    assert.equal(`${found.proven.proof} ${found.proven.answer}`, expected, found.proven.because.join('\n'));
    assert.ok(found.asked.length <= LIMITS.upstreamQuestions);
  });

test('a cut at each of 34 labels is more than may be asked: indeterminate, by the limit', async () => {
  const found = await run(`${NAME} PTR`, tree(Array.from({ length: 32 }, (_, turn) => turn + 3)));
  assert.equal(found.proven.proof, 'indeterminate');
  assert.match(found.proven.because.join('\n'), /limit upstreamQuestions /);
});

test('[A24] of the names in an unsigned zone near the top no DS is asked', async () => {
  const world = createHierarchy({
    at: AT,
    zones: [{ apex: 'test.' }, { apex: 'plain.test.', keys: [], records: '_25._tcp.mail TLSA 3 1 1 00' }],
  });
  const { asked } = await run('_25._tcp.mail.plain.test. TLSA', world);
  assert.deepEqual(
    asked.filter(({ type }) => type === TYPE.DS).map(({ name }) => name),
    ['plain.test.'],
  );
});

test('[RFC8020] nothing lies below a name that is not there: a forged deep one is bogus after few questions', async () => {
  const honest = createHierarchy({ at: AT, zones: [{ apex: 'test.' }] });
  const forged = against(ofType(TYPE.A), forge('a.b.c.d.e.f.g.nothing.test. A 192.0.2.66'))(honest.answer);
  const { proven, asked } = await run('a.b.c.d.e.f.g.nothing.test. A', { ...honest, answer: forged });
  assert.equal(proven.proof, 'bogus');
  assert.deepEqual(
    asked.filter(({ type }) => type === TYPE.DS).map(({ name }) => name),
    ['nothing.test.'],
  );
});
