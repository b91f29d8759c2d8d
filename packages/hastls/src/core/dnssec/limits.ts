/**
 * How much work one question may cause, whatever a zone or an attacker puts into the answers. Reaching a limit ends in
 * `indeterminate`: were it "insecure", a flood would be a way to plaintext. [F8]
 */
export const LIMITS = {
  /** Keys of one zone that share key tag and algorithm. */
  keysPerTag: 4,
  /** Signature checks for one RRset. */
  checksPerRrset: 8,
  /**
   * Signature checks in all. One that takes longer counts for more: by P-384 three, by Ed448 or a long RSA exponent two.
   * Of those that fail an honest answer has next to none: they count four times.
   */
  checksPerQuestion: 64,
  /** Keys that a DS names but does not fit, in one zone. */
  dsMismatches: 4,
  /** Further rounds of each NSEC3 hash. [RFC9276 §3.2] */
  nsec3Iterations: 50,
  /** Rounds of NSEC3 hashes in all: a name may have 8 labels more than its zone of 50 iterations, or 22 more than one of 20. */
  nsec3RoundsPerQuestion: 512,
  /** RRsets in the answer to a question for ANY. */
  rrsetsPerAnswer: 32,
  /** CNAME and DNAME links. [A20] */
  aliasLinks: 16,
  /** Questions to the upstream, the first one included. */
  upstreamQuestions: 40,
  /** Records in all answers together: resolvers that add each zone's servers and their addresses send forty at a time. */
  recordsPerQuestion: 384,
  /** Octets of all answers together, when `createAnswerReader()` reads them: one of the longest messages and half of another. */
  octetsPerQuestion: 98_304,
} as const;

/** By this name reasons tell of one that was reached. */
export type Limit = keyof typeof LIMITS;

/** No limit but a measure: zones that are asked about before their parents are proven. */
export const GUESSED_ZONES = 8;
