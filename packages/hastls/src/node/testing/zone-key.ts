import { createHash, generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import { concatBytes, writer } from '../../core/bytes/index.ts';
import { canonical, KEY_FLAG, keyTag, type Name, writeName } from '../../core/dns/index.ts';

/** Algorithms this signer knows, by their DNSSEC numbers. */
export type KeyAlgorithm = 5 | 7 | 8 | 10 | 13 | 14 | 15 | 16;

/** A zone's key pair: what its DNSKEY record says, and the power to sign. */
export interface ZoneKey {
  readonly algorithm: number;
  readonly tag: number;
  /** RDATA of the DNSKEY record. */
  readonly rdata: Uint8Array;
  sign(octets: Uint8Array): Uint8Array;
}

/** What kind of key a zone has. */
export interface ZoneKeyOptions {
  /** Default 13: ECDSA on P-256. */
  readonly algorithm?: KeyAlgorithm;
  /** Default 257: a zone key that is a secure entry point. */
  readonly flags?: number;
  /** Modulus of an RSA key. Default 2048. */
  readonly bits?: number;
}

/** Makes a new key pair. */
export function createZoneKey({ algorithm = 13, flags = 257, bits = 2048 }: ZoneKeyOptions = {}): ZoneKey {
  const { publicKey, privateKey, digest } = generate(algorithm, bits);
  const rdata = dnskeyRdata(flags, algorithm, publicOctets(publicKey.export({ format: 'jwk' })));
  return {
    algorithm,
    tag: keyTag(rdata),
    rdata,
    // DNSSEC has ECDSA signatures as two raw numbers, not as DER [RFC6605 §4]; the other algorithms ignore the option
    sign: (octets) => new Uint8Array(sign(digest, octets, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  };
}

/** The same key, marked as revoked: it signs the zone's keys still, and nothing else. [RFC5011 §2.1] */
export function revoke({ algorithm, rdata, sign }: ZoneKey): ZoneKey {
  const revoked = rdata.with(1, (rdata[1] ?? 0) | KEY_FLAG.revoked);
  return { algorithm, tag: keyTag(revoked), rdata: revoked, sign };
}

/** Whether a key is marked so. */
export const isRevoked = ({ rdata }: ZoneKey): boolean => ((rdata[1] ?? 0) & KEY_FLAG.revoked) !== 0;

/** RDATA of a DNSKEY record. [RFC4034 §2.1] */
export const dnskeyRdata = (flags: number, algorithm: number, publicKey: Uint8Array): Uint8Array =>
  writer().uint16(flags).uint8(PROTOCOL).uint8(algorithm).bytes(publicKey).finish();

const PROTOCOL = 3; // the only value there is [RFC4034 §2.1.2]

const DIGESTS = { 1: 'sha1', 2: 'sha256', 4: 'sha384' } as const;
/** Digests of DS records, by their numbers. */
export type DigestType = keyof typeof DIGESTS;

/** RDATA of the DS record by which a parent vouches for a key. [RFC4034 §5.1] */
export function dsRdata(
  zone: Name,
  key: Pick<ZoneKey, 'algorithm' | 'tag' | 'rdata'>,
  digest: DigestType = 2,
): Uint8Array {
  const owner = writer();
  writeName(owner, canonical(zone));
  const hashed = createHash(DIGESTS[digest]).update(owner.finish()).update(key.rdata).digest();
  return writer().uint16(key.tag).uint8(key.algorithm).uint8(digest).bytes(hashed).finish();
}

/**
 * Other DNSKEY RDATA with the key's own tag and algorithm: useless keys that a validator cannot tell from the good
 * one but by trying it, which is what the KeyTrap attack lives on. The tag is a sum of 16-bit words, so words may
 * change places. [RFC4034 appendix B]
 */
export function collidingKeys({ rdata }: ZoneKey, count: number): readonly Uint8Array[] {
  const fixed = 4; // flags, protocol, algorithm
  return Array.from({ length: count }, (_, turn) => {
    const words = rdata.slice(fixed, rdata.length & ~1);
    const shift = 2 * (turn + 1);
    return concatBytes(
      rdata.subarray(0, fixed),
      words.subarray(shift),
      words.subarray(0, shift),
      rdata.subarray(rdata.length & ~1),
    );
  });
}

interface Generated {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly digest: string | null;
}

function generate(algorithm: KeyAlgorithm, bits: number): Generated {
  switch (algorithm) {
    case 5:
    case 7:
      return { ...generateKeyPairSync('rsa', { modulusLength: bits }), digest: 'sha1' };
    case 8:
      return { ...generateKeyPairSync('rsa', { modulusLength: bits }), digest: 'sha256' };
    case 10:
      return { ...generateKeyPairSync('rsa', { modulusLength: bits }), digest: 'sha512' };
    case 13:
      return { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }), digest: 'sha256' };
    case 14:
      return { ...generateKeyPairSync('ec', { namedCurve: 'P-384' }), digest: 'sha384' };
    case 15:
      return { ...generateKeyPairSync('ed25519'), digest: null };
    case 16:
      return { ...generateKeyPairSync('ed448'), digest: null };
  }
}

/** A public key as DNSSEC writes it: [RFC3110 §2] for RSA, [RFC6605 §4] and [RFC8080 §3] for the curves. */
function publicOctets({ n, e, x, y }: JsonWebKey): Uint8Array {
  if (n !== undefined && e !== undefined) {
    const exponent = fromBase64url(e);
    return concatBytes(Uint8Array.of(exponent.length), exponent, fromBase64url(n));
  }
  return concatBytes(fromBase64url(x ?? ''), fromBase64url(y ?? ''));
}

const fromBase64url = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'));
