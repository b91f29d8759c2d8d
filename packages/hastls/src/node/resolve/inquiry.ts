import type { Question } from '../../core/dns/index.ts';
import type { InVain } from './ask.ts';

/** One question that a look-up put to the upstreams. */
export interface Inquiry {
  readonly question: Question;
  /** Who answered, and over which transport; null: nobody did. */
  readonly way: string | null;
  /** What was tried besides, and what came of it. */
  readonly inVain: readonly InVain[];
}
