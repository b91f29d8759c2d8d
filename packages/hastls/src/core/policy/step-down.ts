import type { FallbackCause } from './cause.ts';
import type { Attempt } from './request.ts';

/** How one attempt of a plan ended: `connected`, a cause that may allow a step down, or what never does. */
export type Outcome = 'connected' | FallbackCause | 'attacked' | 'barred';

/**
 * What came before and bars this attempt, if anything does: a step down waits for the failure, each for an allowed
 * cause, of all that it comes after; and nobody steps down once anything was attacked. [A11] [A28]
 */
export function barredBy<Before extends { readonly outcome: Outcome }>(
  { after }: Attempt,
  tried: readonly Before[],
  causes: readonly FallbackCause[],
): Before | undefined {
  if (after === undefined) return undefined;
  return tried.find(
    ({ outcome }, index) =>
      outcome === 'attacked' || (after.includes(index) && !causes.some((cause) => cause === outcome)),
  );
}
