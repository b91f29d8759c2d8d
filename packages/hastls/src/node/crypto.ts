import type { KeyObject, VerifyKeyObjectInput } from 'node:crypto';
import type { Check, Hashes } from '../core/dnssec/index.ts';

let loaded: typeof import('node:crypto') | undefined;

/**
 * The cryptography that core is handed. `node:crypto` is loaded by the first use and not by the import: as an ES module
 * it brings all of WebCrypto with it, which is most of what importing this library would cost.
 */
export function crypto(): typeof import('node:crypto') {
  loaded ??= process.getBuiltinModule('node:crypto');
  return loaded;
}

/** The hash functions that proofs need, for DS digests and NSEC3 owner names. */
export const hashes: Hashes = {
  sha1: (bytes) => crypto().hash('sha1', bytes, 'buffer'),
  sha256: (bytes) => crypto().hash('sha256', bytes, 'buffer'),
  sha384: (bytes) => crypto().hash('sha384', bytes, 'buffer'),
};

/** Verifies many signatures side by side; the results come in the order of the checks. */
export const verifyAll = (checks: readonly Check[]): Promise<boolean[]> => Promise.all(checks.map(verify));

/** Whether the signature holds. A key or signature that makes no sense, or an unknown algorithm, is `false`: never an error. */
export async function verify({ algorithm, publicKey, signed, signature }: Check): Promise<boolean> {
  const scheme = SCHEMES.get(algorithm);
  const key = scheme && keyOf(scheme, algorithm, publicKey);
  if (!scheme || !key || signature.length !== (scheme.signatureLength ?? signature.length)) return false;
  const input: VerifyKeyObjectInput = { key, dsaEncoding: 'ieee-p1363' }; // [RFC6605 §4]: r and s as they are, no DER
  if (!scheme.slow && takesTurn()) return holds(() => crypto().verify(scheme.digest, signed, input, signature));
  return new Promise((resolve) => {
    crypto().verify(scheme.digest, signed, input, signature, (error, valid) => resolve(error === null && valid));
  });
}

function holds(verifyNow: () => boolean): boolean {
  try {
    return verifyNow();
  } catch {
    return false; // as an error is on the thread pool: OpenSSL has no use for the key or the signature
  }
}

let taken = 0;

/** How many verifications one turn of the event loop does itself: less than a millisecond. */
const PER_TURN = 4;

/**
 * True a few times in each turn of the event loop. Handing a verification to a thread, and hearing of it, costs as much as
 * doing it, or more where the thread has to be started: who has few only is faster without. The others of the same turn
 * go to Node's thread pool, so that no flood of them blocks the loop.
 */
function takesTurn(): boolean {
  if (taken === PER_TURN) return false;
  if (taken++ === 0)
    setImmediate(() => {
      taken = 0;
    });
  return true;
}

interface Scheme {
  /** `null` where the algorithm hashes by itself. */
  readonly digest: 'sha1' | 'sha256' | 'sha384' | 'sha512' | null;
  /** Octets of a signature; absent where the key tells. */
  readonly signatureLength?: number;
  /** A verification takes some hundred microseconds. */
  readonly slow?: true;
  /** @throws RangeError, or whatever Node finds wrong with the key. */
  toKey(publicKey: Uint8Array): KeyObject;
}

/** By DNSSEC algorithm number. Which of them, and which sizes, are good enough is for the proof to say. */
const SCHEMES: ReadonlyMap<number, Scheme> = new Map<number, Scheme>([
  [5, { digest: 'sha1', toKey: rsaKey }],
  [7, { digest: 'sha1', toKey: rsaKey }],
  [8, { digest: 'sha256', toKey: rsaKey }],
  [10, { digest: 'sha512', toKey: rsaKey }],
  [13, { digest: 'sha256', signatureLength: 64, toKey: p256Key }],
  [14, { digest: 'sha384', signatureLength: 96, slow: true, toKey: p384Key }],
  [15, { digest: null, signatureLength: 64, toKey: (octets) => edwardsKey('Ed25519', octets, 32) }],
  [16, { digest: null, signatureLength: 114, slow: true, toKey: (octets) => edwardsKey('Ed448', octets, 57) }],
]);

/** Importing a P-256 key takes longer than a verification with it, so that keys are kept: the newest so many. */
const MAX_KEYS = 1000;
const keys = new Map<string, KeyObject | undefined>();

function keyOf(scheme: Scheme, algorithm: number, publicKey: Uint8Array): KeyObject | undefined {
  const id = `${algorithm}:${Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.length).toString('latin1')}`;
  if (keys.has(id)) return keys.get(id);
  let key: KeyObject | undefined;
  try {
    key = scheme.toKey(publicKey);
  } catch {
    key = undefined; // malformed, or a point that is not on its curve: no signature can be valid under it
  }
  const [oldest] = keys.keys();
  if (keys.size >= MAX_KEYS && oldest !== undefined) keys.delete(oldest);
  keys.set(id, key);
  return key;
}

/** Exponent's length in one octet, or in two behind a zero; the exponent; the modulus. [RFC3110 §2] */
function rsaKey(octets: Uint8Array): KeyObject {
  const [short = 0, high = 0, low = 0] = octets;
  const [start, length] = short > 0 ? [1, short] : [3, (high << 8) | low];
  const exponent = octets.subarray(start, start + length);
  const modulus = octets.subarray(start + length);
  if (modulus.length === 0) throw new RangeError('an RSA key ends before its modulus');
  return jwk({ kty: 'RSA', n: base64url(modulus), e: base64url(exponent) });
}

function p256Key(octets: Uint8Array): KeyObject {
  const [x, y] = [octets.subarray(0, 32), octets.subarray(32)];
  return jwk({ kty: 'EC', crv: 'P-256', x: base64url(x), y: base64url(y) });
}

/** SubjectPublicKeyInfo of a P-384 point up to, and with, the octet that says "uncompressed". [RFC5480 §2] */
const P384_SPKI = Uint8Array.from(Buffer.from('3076301006072a8648ce3d020106052b8104002203620004', 'hex'));

/** Not by JWK, which takes Node three times as long on this curve. */
function p384Key(octets: Uint8Array): KeyObject {
  if (octets.length !== 96) throw new RangeError('a P-384 key has 96 octets');
  return crypto().createPublicKey({ key: Buffer.concat([P384_SPKI, octets]), format: 'der', type: 'spki' });
}

function edwardsKey(curve: 'Ed25519' | 'Ed448', octets: Uint8Array, length: number): KeyObject {
  if (octets.length !== length) throw new RangeError(`an ${curve} key has ${length} octets`);
  return jwk({ kty: 'OKP', crv: curve, x: base64url(octets) });
}

const jwk = (key: Record<string, string>): KeyObject => crypto().createPublicKey({ key, format: 'jwk' });

const base64url = (octets: Uint8Array): string =>
  Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('base64url');
