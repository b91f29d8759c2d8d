import type { FallbackCause } from '../core/policy/index.ts';
import type { Verdict } from '../core/talk/index.ts';

/** What a plan makes of a dialogue that did not come to TLS. Somebody who garbles it allows no step down. [A28] */
export const OUTCOME_OF: Readonly<Record<Exclude<Verdict['kind'], 'start-tls'>, FallbackCause | 'attacked'>> = {
  absent: 'not-offered',
  refused: 'upgrade-refused',
  closed: 'upgrade-refused',
  garbled: 'attacked',
};
