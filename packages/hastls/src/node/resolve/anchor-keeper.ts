import { type Name, recordToText, sameName } from '../../core/dns/index.ts';
import {
  type Anchor,
  isInForce,
  observe,
  type Sighting,
  type TrackedZone,
  trustedAnchors,
  withAnchors,
} from '../../core/dnssec/index.ts';
import { hashes } from '../crypto.ts';
import { readState, writeState } from './anchors-file.ts';

/** Follows the keys of the anchors' zones through their rollovers. [RFC5011] */
export interface AnchorKeeper {
  /**
   * The anchors to believe at this time, after a look at the zones' keys if one is due. What cannot be verified changes
   * nothing, and is tried again later.
   * @throws HastlsError ERR_HASTLS_STATE
   */
  anchors(at: number): Promise<readonly Anchor[]>;
}

/** What was seen of a zone's keys at this time; `undefined` when that could not be verified. */
export type Sight = (tracked: TrackedZone, at: number) => Promise<Sighting | undefined>;

/** How soon to try again when nothing could be seen. [RFC5011 §2.3] */
const RETRY_SECONDS = 3600;

/** @param onChange called when other keys are trusted than before: what was proven by them may not hold any more */
export function createAnchorKeeper(
  path: string,
  configured: readonly Anchor[],
  sight: Sight,
  onChange: () => void,
): AnchorKeeper {
  let held: { readonly anchors: readonly Anchor[]; readonly next: number } | undefined;
  let looking: Promise<readonly Anchor[]> | undefined;

  async function look(at: number): Promise<readonly Anchor[]> {
    const stored = await readState(path); // each time, as other processes may have seen more
    const tracked = trackedZones(stored, configured, at);
    const seen = await Promise.all(
      tracked.map(async (each) => {
        const sighting = each.next > at ? undefined : await sight(each, at);
        return sighting === undefined ? each : observe(each, sighting, at, hashes);
      }),
    );
    const anchors = seen.flatMap(trustedAnchors);
    if (held !== undefined && !areSame(held.anchors, anchors)) onChange();
    const next = Math.min(...seen.map((each) => (each.next > at ? each.next : at + RETRY_SECONDS)));
    held = { anchors, next };
    const others = stored.filter(({ zone }) => !seen.some((each) => sameName(each.zone, zone)));
    if (seen.some((each, index) => each !== tracked[index])) await writeState(path, [...others, ...seen]);
    return anchors;
  }

  return {
    async anchors(at) {
      if (held !== undefined && at < held.next) return held.anchors;
      looking ??= look(at).finally(() => {
        looking = undefined;
      });
      return looking;
    },
  };
}

/** What is tracked of the zones of anchors, by a state and the anchors themselves. */
export const trackedZones = (
  stored: readonly TrackedZone[],
  configured: readonly Anchor[],
  at: number,
): readonly TrackedZone[] =>
  zonesOf(configured, at).map(({ zone, anchors }) => {
    const known = stored.find((each) => sameName(each.zone, zone));
    return withAnchors(zone, known, anchors, at, hashes);
  });

/** Anchors in force, by zone. */
function zonesOf(
  anchors: readonly Anchor[],
  at: number,
): readonly { readonly zone: Name; readonly anchors: readonly Anchor[] }[] {
  const zones = anchors.map(({ zone }) => zone);
  return zones
    .filter((zone, index) => zones.findIndex((each) => sameName(each, zone)) === index)
    .map((zone) => ({ zone, anchors: anchors.filter((each) => sameName(each.zone, zone) && isInForce(each, at)) }));
}

const areSame = (a: readonly Anchor[], b: readonly Anchor[]): boolean =>
  JSON.stringify(a.map(toLine)) === JSON.stringify(b.map(toLine));

const toLine = ({ record }: Anchor): string => recordToText(record);
