import type { Hastls, Port } from '../dns/hastls.ts';
import { FALLBACK_CAUSES, type FallbackCause } from './cause.ts';
import type { Stance } from './stance.ts';

/** How far what DNS said is proven; `dnssec/proof.ts` says what each word means. */
export const PROOFS = ['secure', 'insecure', 'bogus', 'indeterminate'] as const;

/** What DNS said at one owner name. `secure` without records: their absence is proven. */
export interface Evidence {
  readonly proof: (typeof PROOFS)[number];
  readonly records: readonly Hastls[];
}

/** Another authenticated voice on the same question: TLSA, MTA-STS, a local rule. It can only take away. [A32] */
export interface Source {
  /** Who speaks, for the explanation. */
  readonly name: string;
  readonly forbidsPlaintext: boolean;
  /** An explicit commitment to TLS: beats even a signed "no TLS here". [R28] [A32] */
  readonly commitsToTls?: boolean;
  /** Where it has TLS from the first octet. Heeded where it commits to TLS and no proven record names ports. */
  readonly tlsPort?: number;
}

/** The little that policy must know of a service. */
export interface ServicePorts {
  readonly name: string;
  /** The first of each list is the default; `plain` is also where an in-band upgrade happens. */
  readonly ports: { readonly plain: readonly number[]; readonly tls: readonly number[] };
  readonly inBand: boolean;
  /** A public server of it has to serve strangers without TLS too, whatever its record promises. [A38] */
  readonly servesStrangers?: boolean;
}

/** Readings of the draft that an operator may choose to change; each is documented beside its default. */
export interface Switches {
  /** A secure-only client refuses every server that also gives a plaintext port: the letter of R27. Default false. [A1] */
  readonly literalR27: boolean;
  /** What an insecure-only client does where preference 1 bars plaintext. Default `allow`: it may use TLS. [A25] */
  readonly cioUpgrade: 'allow' | 'refuse';
  /** Preference 1 on a server without TLS: `deny` bars plaintext all the same; `ignore` reads it as 0. Default `deny`. [A26] */
  readonly sioPref1: 'deny' | 'ignore';
  /** `pair`: fall back only to the plaintext port of the same record; `host`: to any of the host's. Default `pair`. [A11] */
  readonly fallbackScope: 'pair' | 'host';
  /** Failures after which a published plaintext port may be tried. Default: all but a wrong name or key. [A28] */
  readonly fallbackCauses: readonly FallbackCause[];
  /** Records from an unsigned zone may forbid plaintext, though never allow anything. Default false. [A22] */
  readonly tightenFromInsecure: boolean;
  /** A fallback client tries TLS without authentication before plaintext; never called secure. Default false. [A29] */
  readonly unauthenticatedTls: boolean;
}

/** What holds for a switch that nobody has chosen. */
export const DEFAULT_SWITCHES: Switches = {
  literalR27: false,
  cioUpgrade: 'allow',
  sioPref1: 'deny',
  fallbackScope: 'pair',
  fallbackCauses: FALLBACK_CAUSES.filter((cause) => cause !== 'name-mismatch' && cause !== 'pinned'),
  tightenFromInsecure: false,
  unauthenticatedTls: false,
};

/** Everything a decision depends on. The same request always gives the same decision. */
export interface Request {
  readonly service: ServicePorts;
  readonly stance: Stance;
  /** The port that the user configured, if any. [A13] */
  readonly port?: Port;
  /** The user asked for implicit TLS by name (`imaps:`); the stance is then `cso`. */
  readonly implicit?: boolean;
  readonly evidence: Evidence;
  /** Evidence at the host's other name, when an alias led on: it may only forbid. [A19] */
  readonly alsoForbidding?: Evidence;
  /** Records whose lifetime is over, held because asking again may fail: what they forbade stays. [A31] */
  readonly expired?: readonly Hastls[];
  readonly sources?: readonly Source[];
  /** The host is an IP address, so no record can speak for it. [A34] */
  readonly addressLiteral?: boolean;
  readonly switches?: Partial<Switches>;
}

/** One attempt, on a connection of its own. [A30] */
export interface Attempt {
  /** `tls`: TLS from the first octet; `upgrade`: the in-band upgrade, mandatory; `plaintext`: no TLS. */
  readonly do: 'tls' | 'upgrade' | 'plaintext';
  readonly port: Port;
  /** Encrypted, but to whom is not checked: never to be called secure. [A29] [R7] */
  readonly unauthenticated?: true;
  /** Attempts of this plan (by index) that must all have failed, each for an allowed cause, before this one. [A11] [A28] */
  readonly after?: readonly number[];
}

/** Why, in one sentence, and by which rule of the specification. */
export interface Reason {
  readonly rule: string;
  readonly text: string;
}

/** Things worth a line in a log beside the plan. */
export type Flag =
  | 'unprotected' // nothing signed speaks for this host
  | 'unproven' // what DNS said could not be proven
  | 'unknown-preference' // above 1: taken as 1 [A7]
  | 'unusable-record' // a record of the answer makes no sense [A8]
  | 'conflict' // a source commits to TLS where the record says there is none [A32]
  | 'plaintext-possible'; // the plan may end in plaintext

/** What may be done, in order, and why. */
export interface Decision {
  readonly stance: Stance;
  /** In order; empty when refused. */
  readonly plan: readonly Attempt[];
  readonly refused: boolean;
  readonly flags: readonly Flag[];
  /** Outermost first: what was decided, then what led to it. */
  readonly because: readonly [Reason, ...Reason[]];
  /** The causes that allow a step down, from the switches. */
  readonly fallbackCauses: readonly FallbackCause[];
}
