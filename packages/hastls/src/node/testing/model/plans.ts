import { readHastls } from '../../../core/dns/index.ts';
import {
  type Attempt,
  barredBy,
  type Decision,
  decide,
  type Evidence,
  type Outcome,
  PROOFS,
  type Request,
  STANCES,
} from '../../../core/policy/index.ts';
import type { Profile } from '../../../core/talk/index.ts';
import { OUTCOME_OF } from '../../ending.ts';
import type { Fault } from './claims.ts';

/** What was explored of the plans of clients. */
export interface Plans {
  /** Stances, proofs and records: each has a plan. */
  readonly decisions: number;
  /** Of those, how many must not come to plaintext. */
  readonly bound: number;
  /** Ways through all plans, where each attempt may end in any way that an attacker can bring about. */
  readonly runs: number;
  readonly fault?: Fault;
}

/**
 * Follows the plans of every stance through every way in which an attacker can make attempts end.
 *
 * @param judge makes the plans: the one function that does, unless that is what is to be tried
 */
export function checkPlans(profile: Profile, endings: readonly string[], judge: typeof decide = decide): Plans {
  const service = { name: profile.name, ports: profile.ports, inBand: true };
  const upgradeEndings = [
    ...ANYTHING,
    ...(endings.includes('start-tls') ? TLS_ENDINGS : []),
    ...endings.flatMap(toOutcome),
  ];
  const outcomes = {
    tls: [...ANYTHING, ...TLS_ENDINGS],
    upgrade: [...new Set(upgradeEndings)],
    plaintext: ['connected'],
  } as const satisfies Record<Attempt['do'], readonly Outcome[]>;
  const found = { decisions: 0, bound: 0, runs: 0 };

  for (const stance of STANCES)
    for (const evidence of everyEvidence(profile)) {
      const request: Request = { service, stance, evidence };
      const decision = judge(request);
      const isBound = mustNotSpeakPlaintext(request);
      found.decisions++;
      if (isBound) found.bound++;
      for (const run of runs(decision, outcomes)) {
        found.runs++;
        const last = run.at(-1);
        const isDowngrade = isBound || run.some(({ outcome }) => outcome === 'attacked');
        if (last?.outcome === 'connected' && last.do === 'plaintext' && isDowngrade)
          return { ...found, fault: faultOf(request, run) };
      }
    }
  return found;
}

interface Step {
  readonly do: Attempt['do'];
  readonly outcome: Outcome;
}

/** Anybody on the way can bring this about. */
const ANYTHING: readonly Outcome[] = ['unreachable', 'timeout'];
/** TLS with the true server, with the attacker, or with neither. */
const TLS_ENDINGS: readonly Outcome[] = ['connected', 'handshake', 'untrusted', 'name-mismatch', 'pinned'];

const toOutcome = (ending: string): readonly Outcome[] =>
  ending in OUTCOME_OF ? [OUTCOME_OF[ending as keyof typeof OUTCOME_OF]] : []; // as: it is one of its keys

/** The rule itself, stated apart from the code that decides. [R2] [A23] [R24] [R25] [R29] */
function mustNotSpeakPlaintext({ stance, evidence: { proof, records } }: Request): boolean {
  if (stance === 'cso') return true;
  if (proof === 'bogus' || proof === 'indeterminate') return true;
  if (proof === 'insecure') return false;
  const usable = records.flatMap((each) => (each.kind === 'usable' ? [each] : []));
  if (usable.some(({ preference }) => preference > 0)) return true;
  return usable.length > 0 && usable.every(({ doors }) => doors.kind === 'tls-only');
}

function everyEvidence({ ports }: Profile): readonly Evidence[] {
  const [plain = 7, tls = plain + 1] = [ports.plain[0], ports.tls[0]];
  const pairs = [undefined, [plain, 0], [0, tls], [plain, tls], [plain, plain]] as const;
  return PROOFS.flatMap((proof) =>
    pairs.flatMap((pair) =>
      pair === undefined
        ? [{ proof, records: [] }]
        : [0, 1].map((preference) => ({ proof, records: [readHastls(octets(...pair, preference))] })),
    ),
  );
}

const octets = (...numbers: readonly number[]): Uint8Array =>
  Uint8Array.from(numbers.flatMap((each) => [each >> 8, each & 0xff]));

/** Every way through a plan. */
function* runs(
  { plan, fallbackCauses }: Pick<Decision, 'plan' | 'fallbackCauses'>,
  outcomes: Readonly<Record<Attempt['do'], readonly Outcome[]>>,
  tried: readonly Step[] = [],
): Generator<readonly Step[]> {
  const attempt = plan[tried.length];
  if (attempt === undefined || tried.at(-1)?.outcome === 'connected') {
    yield tried;
    return;
  }
  const isBarred = barredBy(attempt, tried, fallbackCauses) !== undefined;
  for (const outcome of isBarred ? (['barred'] as const) : outcomes[attempt.do])
    yield* runs({ plan, fallbackCauses }, outcomes, [...tried, { do: attempt.do, outcome }]);
}

const faultOf = ({ stance, evidence }: Request, run: readonly Step[]): Fault => ({
  claim: 'plaintext-by-plan',
  side: 'client',
  transcript: [`${stance}, ${evidence.proof}`, ...run.map((step) => `${step.do}: ${step.outcome}`)],
});
