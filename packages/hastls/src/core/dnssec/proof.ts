import type { Message } from '../dns/message.ts';
import type { Name } from '../dns/name.ts';
import type { Question } from '../dns/question.ts';
import type { ResourceRecord } from '../dns/resource-record.ts';

/**
 * What is known of an answer's truth. There is no fifth word, and `indeterminate` is the one to start from.
 *
 * - `secure`: an unbroken chain of signatures from an anchor to this answer, or to this proof of absence;
 * - `insecure`: proven, by a signed absence of DS at a named zone cut, that nothing below is signed;
 * - `bogus`: a chain should exist and does not hold;
 * - `indeterminate`: could not find out.
 */
export type Proof = 'secure' | 'insecure' | 'bogus' | 'indeterminate';

/** What came back for one question. A failure is no answer, whatever it looks like. */
export type Reply =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'failure'; readonly why: string };

/** A signature to be checked: `signature` over `signed`, by the key whose DNSKEY RDATA carries `publicKey`. */
export interface Check {
  readonly algorithm: number;
  readonly publicKey: Uint8Array;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/** What a proof may ask of whoever drives it: both lists at once, so that a whole chain costs few round trips. */
export interface Need {
  readonly ask: readonly Question[];
  readonly check: readonly Check[];
}

/** The driver's answer to a `Need`, in the same order. */
export interface Given {
  readonly replies: readonly Reply[];
  readonly valid: readonly boolean[];
}

/** A proof being made: it never sees a socket, a clock or a promise. */
export type Proving<R> = Generator<Need, R, Given>;

/** A trust anchor: a DS or DNSKEY record at the name of a zone. */
export interface Anchor {
  readonly zone: Name;
  readonly record: ResourceRecord;
  /** When it is to be trusted, in seconds since 1970. Default: always. */
  readonly from?: number;
  readonly until?: number;
}

/** A zone that is taken for unsigned, by local decision, while its signatures are known to be broken. [RFC7646] */
export interface NegativeAnchor {
  readonly zone: Name;
  /** Seconds since 1970 from which it counts no more. */
  readonly until: number;
}

/** Hash functions, which core is handed: octets in, digest out. */
export interface Hashes {
  sha1(bytes: Uint8Array): Uint8Array;
  sha256(bytes: Uint8Array): Uint8Array;
  sha384(bytes: Uint8Array): Uint8Array;
}

/** What `prove()` is given besides the question. */
export interface Context {
  readonly anchors: readonly Anchor[];
  /** Zones below an anchor that count as unsigned. Default: none. */
  readonly negativeAnchors?: readonly NegativeAnchor[];
  /** When the signatures must be in force: seconds since 1970. */
  readonly at: number;
  readonly hashes: Hashes;
  /** Seconds that the clock behind `at` may be wrong by; allowed for at both ends of a signature's time. Default 0. */
  readonly skew?: number;
  /** An earlier `at` is a clock that nobody should believe; for `at`s that come from a clock. */
  readonly notBefore?: number;
  /** Validate RSA/SHA-1 (algorithms 5 and 7) too. Default: such zones count as insecure. [RFC9905] */
  readonly acceptSha1?: boolean;
  /** Shortest RSA modulus to accept. Default 1024. */
  readonly minRsaBits?: number;
  /** How many questions may be asked. Default: as the limits say. */
  readonly questions?: number;
  /** Zones proven by an earlier question and still to be believed. */
  readonly known?: (zone: Name) => ProvenZone | undefined;
}

/** A zone that was reached from an anchor: its proven keys, or the proof that it has none. */
export interface ProvenZone {
  readonly zone: Name;
  readonly proof: 'secure' | 'insecure';
  /** The zone's DNSKEY records; none when it is insecure. */
  readonly keys: readonly ResourceRecord[];
  /** Seconds since 1970 after which this must be proven again. */
  readonly expires: number;
  /** The links from the anchor to here. */
  readonly chain: readonly Link[];
}

/** One step of a proof, as data; `report/` draws it. */
export interface Link {
  readonly kind: 'anchor' | 'ds' | 'dnskey' | 'rrset' | 'denial' | 'insecure-delegation' | 'alias';
  /** The zone whose key signed this, or the anchor's zone. */
  readonly zone: Name;
  /** What the link is about: owner and type. */
  readonly name: Name;
  readonly type: number;
  /** Key tag and algorithm of the key or signature, where there is one. */
  readonly keyTag?: number;
  readonly algorithm?: number;
  /** Signature's validity in seconds since 1970. */
  readonly inception?: number;
  readonly expiration?: number;
  /** The records themselves; of an anchor those that are trusted without a signature. None: it is about their absence. */
  readonly records?: readonly ResourceRecord[];
  /** The RRSIG record that holds over them. */
  readonly signature?: ResourceRecord;
  /** What a record of a denial shows: of the asked name, of those above it, of the wildcard that could have answered. */
  readonly shows?: readonly Shown[];
  /** A sentence for people. */
  readonly says: string;
}

/** A name of which a denial says that it is there, with these types and no others; that it is not; or that only names below it are. */
export interface Shown {
  readonly how: 'matches' | 'covers' | 'empty';
  readonly name: Name;
}

/** The answer to one question, judged. */
export interface Proven {
  readonly question: Question;
  readonly proof: Proof;
  readonly answer: 'data' | 'nodata' | 'nxdomain' | 'error';
  /** The final answer's response code; `undefined` when no answer came at all. */
  readonly rcode: number | undefined;
  /** Exactly the records that the proof covers, for the last name of the alias chain; none when bogus or indeterminate. */
  readonly records: readonly ResourceRecord[];
  /** Names that CNAME and DNAME led through, in order, the asked name not among them. */
  readonly aliases: readonly Name[];
  /** Seconds since 1970 up to which the answer may be believed: the least of TTLs, original TTLs, signatures. [RFC4035 §5.3.3] */
  readonly expires: number | undefined;
  /** Extended errors that the upstream gave. [RFC8914] */
  readonly extendedErrors: readonly { readonly code: number; readonly text: string }[];
  /** Why, outermost first. Never empty. */
  readonly because: readonly [string, ...string[]];
  readonly chain: readonly Link[];
  /** It failed for want of signatures: whoever was asked may have left them out, and another may have them. */
  readonly unsigned: boolean;
  /** Zones proven on the way, for `Context.known` of later questions. */
  readonly learnt: readonly ProvenZone[];
}
