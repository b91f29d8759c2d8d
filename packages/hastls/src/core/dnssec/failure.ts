import { LIMITS, type Limit } from './limits.ts';

/** A proof that did not come about, and why, outermost first. */
export interface Failure {
  readonly failed: 'bogus' | 'indeterminate';
  readonly because: readonly [string, ...string[]];
  /** It lacks signatures, which may have been removed on the way. */
  readonly unsigned?: true;
}

/** A chain that should be there does not hold. */
export const bogus = (why: string): Failure => ({ failed: 'bogus', because: [why] });
/** It could not be found out. */
export const indeterminate = (why: string): Failure => ({ failed: 'indeterminate', because: [why] });
/** It would have taken more work than any proof may cause. [F8] */
export const limitReached = (limit: Limit): Failure =>
  indeterminate(
    `limit ${limit} (${LIMITS[limit]}) was reached: the zone demands more work than any honest one${ADVICE[limit] ?? ''}`,
  );

/** What the operator of an honest zone would do about it. */
const ADVICE: Partial<Readonly<Record<Limit, string>>> = {
  nsec3Iterations: '; its operator should set them to 0', // [RFC9276 §3.1]
  keysPerTag: '; its operator should remove keys that share a tag',
  dsMismatches: '; its operator should remove DS records of keys that are gone',
};

/** What to do when records are not what was signed, be it an attacker's work or a signer's. */
export const SIGN_ANEW = 'ask another resolver; if all say the same, the zone must be signed anew';

/** The same failure, seen from one step further out. */
export const within = (context: string, failure: Failure): Failure => ({
  ...failure,
  because: [context, ...failure.because],
});

/** Whether a proof did not come about. */
export const isFailure = (outcome: unknown): outcome is Failure =>
  typeof outcome === 'object' && outcome !== null && 'failed' in outcome;
