/**
 * Whether what the DNS says is true.
 *
 * A zone signs each of its RRsets (RRSIG) with keys (DNSKEY) that the zone above vouches for (DS), up to a zone whose
 * key we hold already: the trust anchor. That nothing is there is signed as well, by records that name their successor
 * (NSEC) or its hash (NSEC3), so that whatever lies between does not exist. A zone that is *not* signed is known by its
 * parent's signed word that it has no DS, and by nothing else: that an answer comes without signatures proves nothing,
 * as anybody on the way can remove them.
 *
 * `prove()` is a generator. It yields the questions it has and the signatures to be checked, is given answers and
 * results, and returns one of four proofs with its reasons. It walks from the anchor down and never from the answer up,
 * so that whatever is removed or added on the way can only end in `bogus` or `indeterminate`.
 */
export { algorithmToText } from './algorithms.ts';
export { readAnchors } from './anchors.ts';
export { anchorsStateToText, readAnchorsState } from './anchors-state.ts';
export { type AnswerReader, createAnswerReader } from './answer-reader.ts';
export { ROOT_ANCHORS } from './built-in-anchors.ts';
export { LIMITS, type Limit } from './limits.ts';
export * from './proof.ts';
export { prove } from './prove.ts';
export {
  type KeyState,
  observe,
  type Sighting,
  type TrackedKey,
  type TrackedZone,
  trustedAnchors,
  withAnchors,
} from './rollover.ts';
export { sightKeys } from './sight-keys.ts';
export { isInForce } from './zone-walk.ts';
