import { canonical, isWithin, type Name, namesBetween } from '../../core/dns/index.ts';
import type { Proven } from '../../core/dnssec/index.ts';

/**
 * Takes no word for it that a pinned zone, or anything below, is unsigned, or that a zone which was proven to be signed
 * is not any more: whoever pins knows better, so that such a proof, however good, comes from keys that were stolen or a
 * parent that was made to lie.
 * @param seen canonical names of zones that were proven to be signed
 */
export function pinned(proven: Proven, zones: readonly Name[], seen: ReadonlySet<string>): Proven {
  if (proven.proof !== 'insecure') return proven;
  const names = [proven.question.name, ...proven.aliases];
  const cuts = proven.chain.filter(({ kind }) => kind === 'insecure-delegation').map(({ name }) => name);
  const zone = zones.find(
    (each) =>
      names.some((name) => isWithin(name, each)) &&
      // an alias may lead from a pinned zone into an unsigned one elsewhere: then the cut has nothing to do with it
      (cuts.length === 0 || cuts.some((cut) => isWithin(cut, each) || isWithin(each, cut))),
  );
  if (zone !== undefined)
    return disbelieved(proven, `${zone} is pinned as signed, and yet this says that it, or a zone below it, is not`);
  const lost = cuts
    .flatMap((cut) => names.filter((name) => isWithin(name, cut)).flatMap((name) => [cut, ...namesBetween(cut, name)]))
    .find((each) => seen.has(canonical(each)));
  if (lost !== undefined)
    return disbelieved(
      proven,
      `${lost} was proven to be signed before, and is pinned since; yet this says that it is not`,
    );
  return proven;
}

const disbelieved = (proven: Proven, why: string): Proven => ({
  ...proven,
  proof: 'bogus',
  answer: 'error',
  records: [],
  expires: undefined,
  because: [why, ...proven.because],
});
