import { hostInUrl } from '../dns/address.ts';
import type { Link, Proof } from '../dnssec/proof.ts';
import type { Attempt, Decision, Reason } from '../policy/request.ts';
import type { Stance } from '../policy/stance.ts';
import { besideChain, chainTrees } from './chain.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { leaf, type Tree } from './tree.ts';

const MEANING: Readonly<Record<Stance, string>> = { cio: 'insecure only', cso: 'secure only', cfb: 'fallback allowed' };

/** A decision together with what it was made from. */
export interface Decided {
  readonly service: string;
  readonly host: string;
  readonly decision: Decision;
  readonly proof: Proof;
  /** The records, in presentation form. */
  readonly promised: readonly string[];
  /** Why the proof is what it is, outermost first. */
  readonly proofBecause: readonly string[];
  readonly chain: readonly Link[];
}

/** The decision as programs are told it. */
export interface DecisionObject {
  readonly v: 1;
  readonly service: string;
  readonly host: string;
  readonly stance: string;
  readonly proof: Proof;
  /** Attempts in order, each on a new connection. */
  readonly plan: readonly Omit<Attempt, 'after'>[];
  readonly refused: boolean;
  readonly flags: readonly string[];
  readonly because: readonly Reason[];
}

/** A decision as programs are told it. */
export const decisionObject = ({ service, host, proof, decision }: Decided): DecisionObject => ({
  v: 1,
  service,
  host,
  stance: decision.stance,
  proof,
  plan: decision.plan.map(({ after: _, ...attempt }) => attempt),
  refused: decision.refused,
  flags: decision.flags,
  because: decision.because,
});

/** Record, signature, rule, action: what was promised, how far it is proven, by which rules, and what is done. */
export function decisionTree(decided: Decided, paint: Paint): Tree {
  const { service, host, decision } = decided;
  return {
    says: `${paint.strong(`${printable(service)}://${printable(hostInUrl(host))}`)}, ${decision.stance} (${MEANING[decision.stance]})`,
    below: [...evidenceTrees(decided, paint), ...actionTrees(decision, paint)],
  };
}

/** The same evidence under several stances. */
export function decisionsTree(decided: Decided, decisions: readonly Decision[], paint: Paint): Tree {
  return {
    says: paint.strong(`${printable(decided.service)}://${printable(hostInUrl(decided.host))}`),
    below: [
      ...evidenceTrees(decided, paint),
      ...decisions.map((decision) => ({
        says: `${decision.stance} (${MEANING[decision.stance]})`,
        below: actionTrees(decision, paint),
      })),
    ],
  };
}

function evidenceTrees({ promised, proof, proofBecause, chain }: Decided, paint: Paint): readonly Tree[] {
  return [
    {
      says: promised.length === 0 ? 'promised: nothing' : 'promised',
      below: promised.map((each) => leaf(printable(each))),
    },
    {
      says: `proof: ${paintProof(proof, paint)}`,
      below: [...besideChain(proofBecause, chain).map((each) => leaf(printable(each))), ...chainTrees(chain, paint)],
    },
  ];
}

function actionTrees({ because, plan, flags }: Decision, paint: Paint): readonly Tree[] {
  return [
    { says: 'because', below: because.map(({ rule, text }) => leaf(`[${rule}] ${printable(text)}`)) },
    ...(flags.length === 0 ? [] : [leaf(`mind: ${paint.doubtful(flags.join(', '))}`)]),
    plan.length === 0
      ? leaf(`plan: ${paint.bad('refused, nothing is tried')}`)
      : { says: 'plan', below: plan.map((attempt, index) => leaf(`${index + 1}. ${sayAttempt(attempt, paint)}`)) },
  ];
}

/** An attempt in words. */
function sayAttempt({ do: how, port, unauthenticated }: Attempt, paint: Paint): string {
  const whom = unauthenticated === true ? paint.doubtful(', to nobody knows whom') : '';
  switch (how) {
    case 'tls':
      return `${paint.good('TLS')} from the first octet, port ${port}${whom}`;
    case 'upgrade':
      return `${paint.good('TLS')} by in-band upgrade, port ${port}${whom}`;
    case 'plaintext':
      return `${paint.bad('plaintext')}, port ${port}`;
  }
}

/** The word of a proof, marked by how much it is worth. */
export function paintProof(proof: Proof, paint: Paint): string {
  switch (proof) {
    case 'secure':
      return paint.good(proof);
    case 'insecure':
    case 'indeterminate':
      return paint.doubtful(proof);
    case 'bogus':
      return paint.bad(proof);
  }
}
