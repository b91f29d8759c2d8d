/** Length of the first whole frame in `buffer`; 0 when more octets are needed; -1 when it can never be one. */
export type Framer = (buffer: Uint8Array) => number;

/** Says these octets. */
export interface Send {
  readonly do: 'send';
  readonly bytes: Uint8Array;
}
/** Waits for one whole frame. */
export interface Take {
  readonly do: 'take';
  readonly frame: Framer;
}
/** Looks at octets without taking them; they go to the TLS engine. Only a server may, to tell a ClientHello. [S10] */
export interface Peek {
  readonly do: 'peek';
  /** 0 while undecided, 1 when what is there is wanted, -1 when it can never be. */
  readonly is: (buffer: Uint8Array) => -1 | 0 | 1;
}

/** What a conversation may ask of whoever is driving it. */
export type Step<Side extends 'client' | 'server' = 'client'> = Send | Take | (Side extends 'server' ? Peek : never);

/** A dialogue written as straight-line code. It never sees a socket, a clock or a promise. */
export type Conversation<R, Side extends 'client' | 'server' = 'client'> = Generator<Step<Side>, R, Uint8Array>;

declare const said: unique symbol;
/** The peer's own words from before TLS: only `printable()` in `report/` may show them. [V8] */
export type Said = string & { readonly [said]: true };
const asSaid = (words: string): Said => words as Said; // the brand's one maker

/** Which rule was broken. */
export type GarbledWhy = 'not-the-protocol' | 'too-long' | 'bytes-before-tls' | 'cut-short';
/** The peer broke the rules, or somebody on the way did. */
export interface Garbled {
  readonly kind: 'garbled';
  readonly why: GarbledWhy;
  readonly said?: Said;
}

/** How the plaintext part of a connection ended. Absent, refused and garbled are three words. */
export type Verdict =
  | { readonly kind: 'start-tls' }
  | { readonly kind: 'absent'; readonly said: Said } // the peer does not know the upgrade
  | { readonly kind: 'refused'; readonly said: Said } // the peer knows it and says no
  | { readonly kind: 'closed'; readonly said?: Said } // the peer left politely
  | Garbled;

/**
 * The other way for a dialogue to end: it goes on in plaintext, and `heard` is the application's to deal with. It is
 * the greeting where a client opened a session, the command where a server heard one that is no business of the
 * upgrade. One character stands for one octet; the end of the line is left out.
 */
export interface Handover {
  readonly kind: 'plaintext';
  readonly heard: string;
}

/** Both sides have agreed: the next octets are TLS. */
export const startTls: Verdict = { kind: 'start-tls' };
/** The peer does not know the upgrade, and said so in these words. */
export const absent = (words: string): Verdict => ({ kind: 'absent', said: asSaid(words) });
/** The peer knows the upgrade and says no. */
export const refused = (words: string): Verdict => ({ kind: 'refused', said: asSaid(words) });
/** The peer left, and said so. */
export const closed = (words: string): Verdict => ({ kind: 'closed', said: asSaid(words) });
/** These words have no place in the protocol. */
export const notTheProtocol = (words: string): Verdict => ({
  kind: 'garbled',
  why: 'not-the-protocol',
  said: asSaid(words),
});
/** It goes on in plaintext, and this is the application's. */
export const handover = (heard: string): Handover => ({ kind: 'plaintext', heard });

/** A dialogue in which nothing has to be said. */
export function* wordless<R>(outcome: R): Conversation<R> {
  yield* [];
  return outcome;
}
