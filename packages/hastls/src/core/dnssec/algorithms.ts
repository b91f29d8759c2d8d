import type { Check, Hashes } from './proof.ts';

/** What must be known of an algorithm to judge keys; the check itself goes out to the driver. */
export interface Algorithm {
  readonly name: string;
  /** What is wrong with a public key, if anything. */
  readonly complaint: (publicKey: Uint8Array, minRsaBits: number) => string | undefined;
  /** What the check of a signature by this key counts for, by the time that it takes. */
  readonly weight: (publicKey: Uint8Array) => number;
}

/** The shortest RSA modulus that is accepted, unless another is wished. */
export const DEFAULT_MIN_RSA_BITS = 1024;
const MAX_RSA_BITS = 4096;
const MAX_RSA_EXPONENT_OCTETS = 8;
/** Of 65537, which nearly all keys have. */
const USUAL_RSA_EXPONENT_OCTETS = 3;

const rsa = (name: string): Algorithm => ({
  name,
  weight: (key) => (rsaParts(key).exponentLength > USUAL_RSA_EXPONENT_OCTETS ? 2 : 1),
  complaint: rsaComplaint,
});
const fixed = (name: string, length: number, weight = 1): Algorithm => ({
  name,
  weight: () => weight,
  complaint: (key) => (key.length === length ? undefined : `has ${key.length} octets instead of ${length}`),
});

const SUPPORTED: Readonly<Record<number, Algorithm>> = {
  8: rsa('RSA/SHA-256'),
  10: rsa('RSA/SHA-512'),
  13: fixed('ECDSA P-256/SHA-256', 64),
  14: fixed('ECDSA P-384/SHA-384', 96, 3),
  15: fixed('Ed25519', 32),
  16: fixed('Ed448', 57, 2),
};

/** Must not be validated any more; there for zones that an operator names as lagging. [RFC9905 §3] */
const WITH_SHA1: Readonly<Record<number, Algorithm>> = {
  5: rsa('RSA/SHA-1'),
  7: rsa('RSA/SHA-1 (NSEC3)'),
};

/** The algorithm by its number; `undefined` when we do not validate with it, so that it counts as unknown. [RFC4035 §5.2] */
export const supportedAlgorithm = (number: number, acceptSha1 = false): Algorithm | undefined =>
  SUPPORTED[number] ?? (acceptSha1 ? WITH_SHA1[number] : undefined);

/** What a check counts for, of all that a question may cause. */
export const weightOf = ({ algorithm, publicKey }: Pick<Check, 'algorithm' | 'publicKey'>): number =>
  supportedAlgorithm(algorithm, true)?.weight(publicKey) ?? 1;

/** An algorithm's name, or its number. */
export const algorithmToText = (number: number): string =>
  (SUPPORTED[number] ?? WITH_SHA1[number])?.name ?? `algorithm ${number}`;

/** A DS digest type: `strong` ones make a SHA-1 digest beside them worthless. [RFC4509 §3] */
export interface Digest {
  readonly name: string;
  readonly strong: boolean;
  readonly of: (hashes: Hashes, bytes: Uint8Array) => Uint8Array;
}

/** Those that we compute, by their numbers. */
export const DIGESTS: Readonly<Record<number, Digest | undefined>> = {
  1: { name: 'SHA-1', strong: false, of: (hashes, bytes) => hashes.sha1(bytes) },
  2: { name: 'SHA-256', strong: true, of: (hashes, bytes) => hashes.sha256(bytes) },
  4: { name: 'SHA-384', strong: true, of: (hashes, bytes) => hashes.sha384(bytes) }, // [RFC6605 §2]
};

/** A digest type's name, or its number. */
export const digestToText = (number: number): string => DIGESTS[number]?.name ?? `digest ${number}`;

/** Exponent's length in one octet or, after a zero, in two; exponent; modulus. [RFC3110 §2] */
function rsaParts(key: Uint8Array): { readonly exponentLength: number; readonly modulus: Uint8Array } {
  const long = key[0] === 0;
  const exponentLength = long ? ((key[1] ?? 0) << 8) | (key[2] ?? 0) : (key[0] ?? 0);
  return { exponentLength, modulus: key.subarray((long ? 3 : 1) + exponentLength) };
}

function rsaComplaint(key: Uint8Array, minRsaBits: number): string | undefined {
  const { exponentLength, modulus } = rsaParts(key);
  if (exponentLength === 0 || modulus.length === 0) return 'is cut short';
  if (exponentLength > MAX_RSA_EXPONENT_OCTETS) return 'has an exponent of more than 64 bits';
  const first = modulus.findIndex((octet) => octet !== 0);
  const bits = first < 0 ? 0 : (modulus.length - first) * 8 - (Math.clz32(modulus[first] ?? 0) - 24);
  if (bits < minRsaBits) return `has ${bits} bits, fewer than ${minRsaBits}`;
  return bits > MAX_RSA_BITS ? `has ${bits} bits, more than ${MAX_RSA_BITS}` : undefined;
}
