import { isWithin, type Name } from '../dns/name.ts';
import type { Link } from '../dnssec/proof.ts';
import { linkTree } from './link.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { leaf, type Tree } from './tree.ts';

/**
 * The links of one proof or more as branches: each zone stands below the one that vouches for it. Where the chain broke,
 * the reasons stand behind its last link.
 */
export function chainTrees(chain: readonly Link[], paint: Paint, broken: readonly string[] = []): readonly Tree[] {
  const top: Branch = { zone: undefined, says: '', below: [], zones: [] };
  let path: readonly Branch[] = [top]; // down to the zone of the last link
  for (const link of chain) {
    path = path.filter(({ zone }) => zone === undefined || isWithin(link.zone, zone));
    const zone = zoneBranch(path.at(-1) ?? top, link.zone, paint);
    if (zone !== path.at(-1)) path = [...path, zone];
    const tree = linkTree(link, paint);
    if (!zone.below.some((each) => isSame(each, tree))) zone.below.push(tree); // proofs may share their beginning
  }
  const [what, ...why] = broken.map((each) => printable(each));
  if (what !== undefined) path.at(-1)?.below.push({ says: `${paint.bad('broken')}: ${what}`, below: why.map(leaf) });
  return top.below;
}

/** What the links of the chain do not say already. */
export const besideChain = (because: readonly string[], chain: readonly Link[]): readonly string[] =>
  because.filter((each) => !chain.some(({ says }) => says === each));

interface Branch extends Tree {
  readonly zone: Name | undefined;
  readonly below: Tree[];
  readonly zones: Branch[];
}

/** The branch of a zone at or right below another one, which is made when it is not there yet. */
function zoneBranch(above: Branch, zone: Name, paint: Paint): Branch {
  if (above.zone === zone) return above;
  const found = above.zones.find((each) => each.zone === zone);
  if (found !== undefined) return found;
  const made: Branch = { zone, says: paint.strong(printable(zone)), below: [], zones: [] };
  above.zones.push(made);
  above.below.push(made);
  return made;
}

const isSame = (a: Tree, b: Tree): boolean =>
  a.says === b.says && a.below.length === b.below.length && a.below.every((each, at) => isSame(each, b.below[at] ?? b));
