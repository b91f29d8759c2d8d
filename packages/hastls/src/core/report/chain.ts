import { isWithin, type Name } from '../dns/name.ts';
import type { Link } from '../dnssec/proof.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { rfc3339 } from './rfc3339.ts';
import type { Tree } from './tree.ts';

/** The links of a proof as branches: each zone stands below the one that vouches for it. */
export function chainTrees(chain: readonly Link[], paint: Paint): readonly Tree[] {
  const roots: Branch[] = [];
  const open: Branch[] = []; // from a root down to the zone of the last link
  for (const link of chain) {
    while (open.length > 0 && !isWithin(link.zone, (open.at(-1) as Branch).zone)) open.pop(); // just checked
    let top = open.at(-1);
    if (top === undefined || top.zone !== link.zone) {
      const zone: Branch = { zone: link.zone, says: paint.strong(printable(link.zone)), below: [] };
      (top?.below ?? roots).push(zone);
      open.push(zone);
      top = zone;
    }
    top.below.push({ zone: link.zone, says: sayLink(link, paint), below: [] });
  }
  return roots;
}

interface Branch extends Tree {
  readonly zone: Name;
  readonly below: Branch[];
}

function sayLink({ kind, says, inception, expiration }: Link, paint: Paint): string {
  const span =
    inception === undefined || expiration === undefined ? '' : `, ${rfc3339(inception)} to ${rfc3339(expiration)}`;
  return `${printable(kind)}: ${printable(says)}${paint.faint(span)}`;
}
