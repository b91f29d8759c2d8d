/** How an attempt at TLS can fail so that falling back is a question at all. Whatever else happens ends the plan. [A28] */
export const FALLBACK_CAUSES = [
  'unreachable', // the port refused the connection
  'timeout',
  'not-offered', // the peer does not know the in-band upgrade
  'upgrade-refused', // it knows it and says no
  'handshake', // an alert, or no TLS at all
  'untrusted', // the chain leads to no trusted root, or is expired
  'name-mismatch',
  'pinned', // a pinned key or a TLSA record does not match
] as const;
/** One of them. */
export type FallbackCause = (typeof FALLBACK_CAUSES)[number];
