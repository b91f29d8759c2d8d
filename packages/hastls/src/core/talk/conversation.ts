/** Length of the first whole frame in `buffer`; 0 when more octets are needed; -1 when it can never be one. */
export type Framer = (buffer: Uint8Array) => number;

export interface Send {
  readonly do: 'send';
  readonly bytes: Uint8Array;
}
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

export type Garbled = 'not-the-protocol' | 'too-long' | 'bytes-before-tls' | 'cut-short';

/** How the plaintext part of a connection ended. Absent, refused and garbled are three words. */
export type Verdict =
  | { readonly kind: 'start-tls' }
  | { readonly kind: 'absent'; readonly said: Said } // the peer does not know the upgrade
  | { readonly kind: 'refused'; readonly said: Said } // the peer knows it and says no
  | { readonly kind: 'closed' } // the peer left politely
  | { readonly kind: 'garbled'; readonly why: Garbled; readonly said?: Said };

export const startTls: Verdict = { kind: 'start-tls' };
export const closed: Verdict = { kind: 'closed' };
export const notTheProtocol: Verdict = { kind: 'garbled', why: 'not-the-protocol' };
export const absent = (words: string): Verdict => ({ kind: 'absent', said: words as Said }); // the brand's one maker…
export const refused = (words: string): Verdict => ({ kind: 'refused', said: words as Said }); // …is a verdict
