import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createHierarchy, type DenialKind } from 'hastls/testing';
import { type Question, TYPE } from '#core/dns/index.js';
import { prove } from '#core/dnssec/index.js';
import { hashes, verifyAll } from '#node/crypto.js';
import { AT, question, type World } from './driver.js';

/** The questions of each round trip of a cold proof, and what it came to. */
async function roundsOf(asked: string, { answer, anchors }: World) {
  const rounds: (readonly Question[])[] = [];
  const proving = prove(question(asked), { anchors, at: AT, hashes });
  for (let step = proving.next(); ; ) {
    if (step.done) return { proven: step.value, rounds };
    const { ask, check } = step.value;
    if (ask.length > 0) rounds.push(ask);
    const replies = ask.map((each) => {
      const message = answer(each);
      return message === undefined
        ? ({ kind: 'failure', why: 'timeout' } as const)
        : ({ kind: 'message', message } as const);
    });
    step = proving.next({ replies, valid: await verifyAll(check) });
  }
}

const ASKED = ['host', 'nothing', 'a.b.c.nothing', 'x.wild', '_smtp._tcp.host', 'alias'] as const;
const SIGNED = ['host', 'nothing', 'x.wild', '_smtp._tcp.host'] as const;

interface Shape {
  /** Labels between one zone cut and the next. */
  readonly gaps: readonly number[];
  /** The first zone, counted from the root, that is not signed; beyond the last: all are. */
  readonly unsignedFrom: number;
  readonly denial: DenialKind;
}

function zonesOf({ gaps }: Shape): readonly string[] {
  const apexes = ['.'];
  for (const [index, gap] of gaps.entries()) {
    const below = Array.from({ length: gap }, (_, label) => `z${index}${label}.`).join('');
    const above = apexes.at(-1) as string;
    apexes.push(above === '.' ? below : below + above);
  }
  return apexes;
}

function worldOf(shape: Shape): World {
  const { denial, unsignedFrom } = shape;
  const records = 'host A 192.0.2.1\n*.wild A 192.0.2.2\nalias CNAME host';
  return createHierarchy({
    at: AT,
    zones: zonesOf(shape).map((apex, index) => ({
      apex,
      denial,
      records,
      ...(index >= unsignedFrom && { keys: [] }),
    })),
  });
}

const DENIALS: readonly DenialKind[] = [{ kind: 'nsec' }, { kind: 'nsec3' }];

/** Names that a walk may have to ask about: the cuts; on the way to an unsigned zone, asked about sparingly, all. [A24] */
function asked(cuts: readonly string[], { unsignedFrom }: Shape): readonly string[] {
  const unsigned = cuts[unsignedFrom - 1];
  if (unsigned === undefined) return cuts;
  const labels = unsigned.split('.').slice(0, -1);
  return labels.map((_, index) => `${labels.slice(index).join('.')}.`);
}

test('a cold proof takes two round trips, and one more at most for each zone cut that was not guessed', async () => {
  const shapes = fc.record({
    gaps: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
    unsignedFrom: fc.integer({ min: 1, max: 8 }),
    denial: fc.constantFrom(...DENIALS),
    prefix: fc.constantFrom(...ASKED),
  });
  await fc.assert(
    fc.asyncProperty(shapes, async ({ prefix, ...shape }) => {
      const [, ...cuts] = zonesOf(shape);
      const { proven, rounds } = await roundsOf(`${prefix}.${cuts.at(-1)} A`, worldOf(shape));
      const isSigned = shape.unsignedFrom > cuts.length;
      assert.equal(proven.proof, isSigned ? 'secure' : 'insecure', proven.because.join('\n'));
      const early = rounds.slice(0, 2).flat();
      const guessed = (cut: string) => early.some(({ name, type }) => type === TYPE.DS && name === cut);
      const unguessed = asked(cuts, shape).filter((name) => !guessed(name));
      assert.ok(rounds.length <= 2 + unguessed.length, `${rounds.length} round trips, ${unguessed.length} not guessed`);
    }),
    { numRuns: 100 },
  );
});

test('in signed zones of up to seven labels every cut is guessed: two round trips', async () => {
  const shapes = fc.record({
    gaps: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 3 }),
    unsignedFrom: fc.constant(9),
    denial: fc.constantFrom(...DENIALS),
    prefix: fc.constantFrom(...SIGNED),
  });
  await fc.assert(
    fc.asyncProperty(shapes, async ({ prefix, ...shape }) => {
      const { proven, rounds } = await roundsOf(`${prefix}.${zonesOf(shape).at(-1)} A`, worldOf(shape));
      assert.equal(proven.proof, 'secure');
      assert.equal(rounds.length, 2);
    }),
    { numRuns: 50 },
  );
});
