import { KEY_FLAG, keyTag, type Name, readDnskey, readDs, sameName, TYPE } from 'hastls/dns';
import { type Anchor, algorithmToText, type TrackedZone } from 'hastls/dnssec';
import { rfc3339 } from 'hastls/report';
import type { Answer } from 'hastls/resolve';
import { type Finding, fine, mind, wrong } from './finding.ts';

/** A trust anchor, and what its zone makes of the key. */
export interface AnchorState {
  readonly zone: Name;
  readonly keyTag: number;
  readonly algorithm: number;
  /** `validated`: it signs the zone's keys; `unknown`: those could not be proven. */
  readonly state: 'validated' | 'present' | 'revoked' | 'absent' | 'unknown' | Watched;
  /** When this ends, in seconds since 1970: a pending key is trusted then, and any other no more. */
  readonly until?: number;
}

/** What is known of a key from its zone's rollovers alone: it is trusted not yet, or never again. */
type Watched = 'pending' | 'distrusted';

/** @param keys the answer to a question for the zone's DNSKEY records */
export function anchorStates(zone: Name, anchors: readonly Anchor[], keys: Answer): readonly AnchorState[] {
  const signer = keys.chain.find(({ kind, name }) => kind === 'dnskey' && sameName(name, zone))?.keyTag;
  const held = keysOf(keys);
  return anchors
    .filter((each) => sameName(each.zone, zone))
    .map(({ record, until }) => {
      const { tag, algorithm } = keyIn(record);
      const key = held.find((each) => each.tag === tag);
      const state = (): AnchorState['state'] => {
        if (keys.proof !== 'secure') return 'unknown';
        if (key === undefined) return 'absent';
        if (key.revoked) return 'revoked';
        return tag === signer ? 'validated' : 'present';
      };
      return { zone, keyTag: tag, algorithm, state: state(), ...(until !== undefined && { until }) };
    });
}

/** The keys that are not trusted, of those that the resolver follows. [RFC5011 §4] */
export const watchedStates = ({ zone, keys }: TrackedZone): readonly AnchorState[] =>
  keys.flatMap(({ record, state, until }): readonly AnchorState[] => {
    if (state === 'valid' || state === 'missing') return [];
    const { tag, algorithm } = keyIn(record);
    const key = { zone, keyTag: tag, algorithm };
    return state === 'pending' && until !== undefined ? [{ ...key, state, until }] : [{ ...key, state: 'distrusted' }];
  });

/** The key that an anchor's record stands for. */
const keyIn = ({ type, rdata }: Anchor['record']): { readonly tag: number; readonly algorithm: number } =>
  type === TYPE.DS
    ? { tag: readDs(rdata).keyTag, algorithm: readDs(rdata).algorithm }
    : { tag: keyTag(rdata), algorithm: readDnskey(rdata).algorithm };

/** Tags as they are without the mark of revocation, which changes them. [RFC5011 §2.1] */
const keysOf = ({ records }: Answer): readonly { tag: number; revoked: boolean; entry: boolean }[] =>
  records.map(({ rdata }) => {
    const { flags } = readDnskey(rdata);
    return {
      tag: keyTag(rdata.with(1, flags & 0xff & ~KEY_FLAG.revoked)),
      revoked: (flags & KEY_FLAG.revoked) !== 0,
      entry: (flags & KEY_FLAG.entryPoint) !== 0,
    };
  });

/** Which anchor works, which has had its day or soon will, and which key is to come without an anchor that knows it. */
export function judgeAnchors(
  zone: Name,
  states: readonly AnchorState[],
  keys: Answer,
  now: number,
): readonly Finding[] {
  const newcomers =
    keys.proof === 'secure'
      ? keysOf(keys).filter(
          ({ tag, entry, revoked }) => entry && !revoked && !states.some((each) => each.keyTag === tag),
        )
      : [];
  return [
    ...states.map(judgeAnchor),
    ...states.flatMap((each) => (runsOut(each, now) ? [expiring(each)] : [])),
    ...newcomers.map(({ tag }) =>
      mind('anchors', `${zone} ${tag}: a key of the zone that no anchor knows`, 'add it before it takes over'),
    ),
  ];
}

/** Time enough to have the next anchors from wherever these came from. */
const SOON_SECONDS = 90 * 86_400;

const runsOut = ({ state, until }: AnchorState, now: number): boolean =>
  until !== undefined && (state === 'validated' || state === 'present') && until - now < SOON_SECONDS;

const expiring = ({ zone, keyTag: tag, until = 0 }: AnchorState): Finding =>
  mind(
    'anchors',
    `${zone} ${tag}: not to be trusted from ${rfc3339(until)} on, as the anchors say`,
    'have newer anchors before that day',
  );

function judgeAnchor({ zone, keyTag: tag, algorithm, state, until = 0 }: AnchorState): Finding {
  const anchor = `${zone} ${tag} (${algorithmToText(algorithm)})`;
  switch (state) {
    case 'validated':
      return fine('anchors', `${anchor}: validated the zone's keys`);
    case 'present':
      return fine('anchors', `${anchor}: a key of the zone, in reserve`);
    case 'revoked':
      return mind('anchors', `${anchor}: revoked by the zone: it has run out`, 'remove it from the anchors');
    case 'absent':
      return mind(
        'anchors',
        `${anchor}: no key of the zone: it has run out, or is not in use yet`,
        'if it has been replaced, update the anchors',
      );
    case 'pending':
      return fine('anchors', `${anchor}: a new key of the zone, trusted from ${rfc3339(until)} on if it stays`);
    case 'distrusted':
      return fine('anchors', `${anchor}: revoked by itself, and not trusted any more`);
    case 'unknown':
      return wrong(
        'anchors',
        `${anchor}: the zone's keys could not be proven`,
        'see the upstreams and the clock first',
      );
  }
}
