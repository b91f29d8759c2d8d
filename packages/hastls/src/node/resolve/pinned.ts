import { isWithin, type Name } from '../../core/dns/index.ts';
import type { Proven } from '../../core/dnssec/index.ts';

/**
 * Takes no word for it that a pinned zone, or anything below, is unsigned: whoever pinned it knows better, so that
 * such a proof, however good, comes from keys that were stolen or a parent that was made to lie.
 */
export function pinned(proven: Proven, zones: readonly Name[]): Proven {
  if (proven.proof !== 'insecure') return proven;
  const names = [proven.question.name, ...proven.aliases];
  const cuts = proven.chain.filter(({ kind }) => kind === 'insecure-delegation').map(({ name }) => name);
  const zone = zones.find(
    (each) =>
      names.some((name) => isWithin(name, each)) &&
      // an alias may lead from a pinned zone into an unsigned one elsewhere: then the cut has nothing to do with it
      (cuts.length === 0 || cuts.some((cut) => isWithin(cut, each) || isWithin(each, cut))),
  );
  if (zone === undefined) return proven;
  const why = `${zone} is pinned as signed, and yet this says that it, or a zone below it, is not`;
  return {
    ...proven,
    proof: 'bogus',
    answer: 'error',
    records: [],
    expires: undefined,
    because: [why, ...proven.because],
  };
}
