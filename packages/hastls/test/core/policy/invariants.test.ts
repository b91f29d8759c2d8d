import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  barredBy,
  type Decision,
  decide,
  type Evidence,
  FALLBACK_CAUSES,
  type Outcome,
  PROOFS,
  type Request,
  STANCES,
} from 'hastls/policy';
import { portOf, record, SERVICES } from './notation.js';

// The nine invariants of the decision table, over random RRsets of up to three records.

const port = fc.constantFrom(0, 25, 80, 143, 443, 465, 993, 8080);
const preference = fc.constantFrom(0, 0, 1, 2, 256);
const anyRecord = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(port, port, preference).map((numbers) => record(numbers.join(' '))) },
  { weight: 1, arbitrary: fc.constant(record('short')) },
);
const evidence: fc.Arbitrary<Evidence> = fc.record({
  proof: fc.constantFrom(...PROOFS),
  records: fc.array(anyRecord, { maxLength: 3 }),
});
const source = fc.record({ name: fc.constant('TLSA'), forbidsPlaintext: fc.boolean(), commitsToTls: fc.boolean() });
const switches = fc.record(
  {
    literalR27: fc.boolean(),
    cioUpgrade: fc.constantFrom('allow' as const, 'refuse' as const),
    fallbackScope: fc.constantFrom('pair' as const, 'host' as const),
    fallbackCauses: fc.subarray([...FALLBACK_CAUSES]),
    tightenFromInsecure: fc.boolean(),
    unauthenticatedTls: fc.boolean(),
  },
  { requiredKeys: [] },
);
const request: fc.Arbitrary<Request> = fc
  .record({
    service: fc.constantFrom(...Object.values(SERVICES)),
    stance: fc.constantFrom(...STANCES),
    evidence,
    alsoForbidding: fc.option(evidence, { nil: undefined }),
    expired: fc.option(fc.array(anyRecord, { maxLength: 2 }), { nil: undefined }),
    sources: fc.array(source, { maxLength: 2 }),
    port: fc.option(fc.constantFrom(25, 80, 143, 443, 8080, 9999).map(portOf), { nil: undefined }),
    switches,
  })
  .map(({ alsoForbidding, expired, port: configured, ...rest }) => ({
    ...rest,
    ...(alsoForbidding && { alsoForbidding }),
    ...(expired && { expired }),
    ...(configured && { port: configured }),
  }));

const usable = ({ records }: Evidence) => records.flatMap((each) => (each.kind === 'usable' ? [each] : []));
const proven = (each: Request): ReturnType<typeof usable> =>
  each.evidence.proof === 'secure' ? usable(each.evidence) : [];
const plaintext = (decision: Decision) => decision.plan.filter((attempt) => attempt.do === 'plaintext');
const secureSteps = (decision: Decision) =>
  decision.plan.filter((attempt) => attempt.do !== 'plaintext' && attempt.unauthenticated !== true);

const always = (title: string, holds: (asked: Request, decision: Decision) => void) =>
  test(title, () =>
    fc.assert(
      fc.property(request, (asked) => holds(asked, decide(asked))),
      { numRuns: 3000 },
    ),
  );

always('[A23] 1: what is not proven allows no plaintext', (asked, decision) => {
  if (asked.evidence.proof === 'bogus' || asked.evidence.proof === 'indeterminate')
    assert.deepEqual(plaintext(decision), []);
});

always('[R24] [A9] 2: preference 1 anywhere allows no plaintext', (asked, decision) => {
  if (proven(asked).some((each) => each.preference >= 1)) assert.deepEqual(plaintext(decision), []);
});

always('[R25] [R29] 3: a host without a plaintext port gets no plaintext', (asked, decision) => {
  const records = proven(asked);
  if (records.length > 0 && records.every(({ doors }) => doors.kind === 'tls-only'))
    assert.deepEqual(plaintext(decision), []);
});

always('[R2] [R26] 4: a secure-only client sends no plaintext, ever', (asked, decision) => {
  if (asked.stance === 'cso') assert.deepEqual(plaintext(decision), []);
});

always('[R3] [R24] 5: an insecure-only client uses TLS only where preference 1 makes it', (asked, decision) => {
  const demanded = [asked.evidence, asked.alsoForbidding].some(
    (each) => each?.proof === 'secure' && usable(each).some(({ preference: wanted }) => wanted >= 1),
  );
  if (asked.stance === 'cio' && !(demanded && asked.switches?.cioUpgrade !== 'refuse'))
    assert.deepEqual(secureSteps(decision), []);
});

always('[A32] 6: one more source never adds plaintext', (asked, decision) => {
  for (const extra of [
    { name: 'x', forbidsPlaintext: true },
    { name: 'x', forbidsPlaintext: false, commitsToTls: true },
  ]) {
    const more = decide({ ...asked, sources: [...(asked.sources ?? []), extra] });
    const ports = new Set(plaintext(decision).map((attempt) => attempt.port));
    assert.ok(plaintext(more).every((attempt) => ports.has(attempt.port)));
  }
});

always(
  '[R30] [A10] 7: before any plaintext of a fallback client stand all secure attempts, those of its pair named',
  (asked, decision) => {
    if (asked.stance !== 'cfb') return;
    const first = decision.plan.findIndex((attempt) => attempt.do === 'plaintext');
    if (first < 0) return;
    assert.ok(decision.plan.slice(first).every((attempt) => attempt.do === 'plaintext'));
    for (const attempt of plaintext(decision))
      if (secureSteps(decision).length > 0) {
        assert.ok((attempt.after?.length ?? 0) > 0);
        assert.ok(attempt.after?.every((index) => decision.plan[index]?.do !== 'plaintext'));
      }
  },
);

always('[R9] 8: usable records, not guesses, name the ports', (asked, decision) => {
  const records = proven(asked);
  if (records.length === 0 || asked.sources?.some((each) => each.commitsToTls)) return;
  const published = new Set(
    records.flatMap(({ doors }) => Object.values(doors).filter((value) => typeof value === 'number')),
  );
  for (const attempt of decision.plan) assert.ok(published.has(attempt.port) || attempt.port === asked.port);
});

always('9: the same request always gives the same decision, whatever the order of the records', (asked, decision) => {
  assert.deepEqual(decide(asked), decision);
  const reversed = { ...asked, evidence: { ...asked.evidence, records: [...asked.evidence.records].reverse() } };
  assert.deepEqual(decide(reversed).plan, decision.plan);
});

always('[R7] no attempt at unauthenticated TLS where plaintext is barred', (_, decision) => {
  if (decision.plan.some((attempt) => attempt.unauthenticated === true)) assert.ok(plaintext(decision).length > 0);
});

always('every decision has a reason, and a refusal has no plan', (_, decision) => {
  assert.equal(decision.refused, decision.plan.length === 0);
  assert.ok(decision.because.every(({ rule, text }) => /^[RAF]\d+$/.test(rule) && text.length > 0));
});

/** How each attempt may fail. */
const failures = fc.array(fc.constantFrom<Outcome>(...FALLBACK_CAUSES, 'attacked'), { minLength: 12, maxLength: 12 });

test('[A28] [A11] whatever fails, and how: plaintext comes after failures of all its pair for allowed causes, never after an attack', () => {
  let allowed = 0;
  fc.assert(
    fc.property(request, failures, (each, outcomes) => {
      const asked: Request = { ...each, stance: 'cfb' }; // who steps down at all
      const decision = decide(asked);
      const causes: readonly string[] = asked.switches?.fallbackCauses ?? DEFAULT_CAUSES;
      for (const [index, attempt] of decision.plan.entries()) {
        if (attempt.do !== 'plaintext' || attempt.after === undefined) continue;
        const tried = outcomes.slice(0, index).map((outcome) => ({ outcome }));
        const isAllowed = barredBy(attempt, tried, decision.fallbackCauses) === undefined;
        const ofPair = attempt.after.map((before) => outcomes[before] as string); // as: a plan has fewer than 12 attempts
        assert.equal(
          isAllowed,
          ofPair.every((each) => causes.includes(each)) && !outcomes.slice(0, index).includes('attacked'),
        );
        if (isAllowed) allowed++;
      }
    }),
    { numRuns: 10_000 },
  );
  assert.ok(allowed > 100, 'a property that nothing was held to');
});

/** Written out once more: a wrong name and a wrong key are no reasons to step down. */
const DEFAULT_CAUSES = ['unreachable', 'timeout', 'not-offered', 'upgrade-refused', 'handshake', 'untrusted'];
