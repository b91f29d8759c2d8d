import { type Reader, reader } from '../bytes/reader.ts';
import type { Name } from './name.ts';
import { readName } from './name-reader.ts';
import { readSvcParams, type SvcParam } from './svc-params.ts';

// Record data as named fields, for the types that the rest of the program judges. What `decodeMessage` or
// `rdataFromText` gave always fits; on octets from elsewhere each of these may throw a RangeError.

/** A signature over an RRset. [RFC4034 §3.1] */
export interface Rrsig {
  readonly typeCovered: number;
  readonly algorithm: number;
  readonly labels: number;
  readonly originalTtl: number;
  /** Seconds since 1970 modulo 2³²: to be compared by serial arithmetic. */
  readonly expiration: number;
  readonly inception: number;
  readonly keyTag: number;
  readonly signer: Name;
  readonly signature: Uint8Array;
}

/** Reads a signature. @throws RangeError when the octets are no such data. */
export const readRrsig = (rdata: Uint8Array): Rrsig =>
  whole(rdata, (from) => ({
    typeCovered: from.uint16(),
    algorithm: from.uint8(),
    labels: from.uint8(),
    originalTtl: from.uint32(),
    expiration: from.uint32(),
    inception: from.uint32(),
    keyTag: from.uint16(),
    signer: readName(from, 'forbidden'),
    signature: from.rest(),
  }));

/** A zone's public key. [RFC4034 §2.1] */
export interface Dnskey {
  readonly flags: number;
  readonly protocol: number;
  readonly algorithm: number;
  readonly publicKey: Uint8Array;
}

/** Flags of a zone's key: it signs the zone, it is revoked, it is one that trust enters by. [RFC4034 §2.1.1] [RFC5011 §2.1] */
export const KEY_FLAG = { zone: 0x0100, revoked: 0x0080, entryPoint: 0x0001 } as const;

/** Reads a zone's key. @throws RangeError when the octets are no such data. */
export const readDnskey = (rdata: Uint8Array): Dnskey =>
  whole(rdata, (from) => ({
    flags: from.uint16(),
    protocol: from.uint8(),
    algorithm: from.uint8(),
    publicKey: from.rest(),
  }));

/** The number by which signatures and DS records hint at a DNSKEY: a checksum of its data. [RFC4034 B] */
export function keyTag(dnskey: Uint8Array): number {
  let sum = 0;
  for (let index = 0; index < dnskey.length; index++) {
    const octet = dnskey[index] as number; // within bounds
    sum += index % 2 === 0 ? octet << 8 : octet;
  }
  return (sum + (sum >>> 16)) & 0xffff;
}

/** A parent's commitment to a child's key. [RFC4034 §5.1] */
export interface Ds {
  readonly keyTag: number;
  readonly algorithm: number;
  readonly digestType: number;
  readonly digest: Uint8Array;
}

/** Reads a parent's commitment. @throws RangeError when the octets are no such data. */
export const readDs = (rdata: Uint8Array): Ds =>
  whole(rdata, (from) => ({
    keyTag: from.uint16(),
    algorithm: from.uint8(),
    digestType: from.uint8(),
    digest: from.rest(),
  }));

/** Denial between two names. [RFC4034 §4.1] */
export interface Nsec {
  readonly next: Name;
  /** For `hasType`. */
  readonly bitmap: Uint8Array;
}

/** Reads a denial between names. @throws RangeError when the octets are no such data. */
export const readNsec = (rdata: Uint8Array): Nsec =>
  whole(rdata, (from) => ({ next: readName(from, 'forbidden'), bitmap: from.rest() }));

/** How names were hashed for a denial. [RFC5155 §4.2] */
export interface Nsec3Param {
  readonly algorithm: number;
  readonly flags: number;
  readonly iterations: number;
  readonly salt: Uint8Array;
}

/** Reads a zone's way of hashing. @throws RangeError when the octets are no such data. */
export const readNsec3Param = (rdata: Uint8Array): Nsec3Param => whole(rdata, nsec3Param);

/** Denial between two hashed names. [RFC5155 §3.2] */
export interface Nsec3 extends Nsec3Param {
  readonly nextHash: Uint8Array;
  /** For `hasType`. */
  readonly bitmap: Uint8Array;
}

/** The flag of such a denial that leaves room for unsigned delegations. [RFC5155 §3.1.2.1] */
export const OPT_OUT = 0x01;

/** Reads a denial between hashes. @throws RangeError when the octets are no such data. */
export const readNsec3 = (rdata: Uint8Array): Nsec3 =>
  whole(rdata, (from) => ({ ...nsec3Param(from), nextHash: from.take(from.uint8()), bitmap: from.rest() }));

/** The apex of a zone. [RFC1035 §3.3.13] */
export interface Soa {
  readonly primary: Name;
  readonly mailbox: Name;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  /** Seconds that an absence may be remembered. [RFC2308 §4] */
  readonly minimum: number;
}

/** Reads an apex. @throws RangeError when the octets are no such data. */
export const readSoa = (rdata: Uint8Array): Soa =>
  whole(rdata, (from) => ({
    primary: readName(from, 'forbidden'),
    mailbox: readName(from, 'forbidden'),
    serial: from.uint32(),
    refresh: from.uint32(),
    retry: from.uint32(),
    expire: from.uint32(),
    minimum: from.uint32(),
  }));

/** Where a domain's mail goes. [RFC1035 §3.3.9] */
export interface Mx {
  readonly preference: number;
  readonly exchange: Name;
}

/** Reads a mail exchange. @throws RangeError when the octets are no such data. */
export const readMx = (rdata: Uint8Array): Mx =>
  whole(rdata, (from) => ({ preference: from.uint16(), exchange: readName(from, 'forbidden') }));

/** Where a domain's service runs. [RFC2782] */
export interface Srv {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: Name;
}

/** Reads a service's place. @throws RangeError when the octets are no such data. */
export const readSrv = (rdata: Uint8Array): Srv =>
  whole(rdata, (from) => ({
    priority: from.uint16(),
    weight: from.uint16(),
    port: from.uint16(),
    target: readName(from, 'forbidden'),
  }));

/** The fingerprint of a host's key. [RFC4255 §3.1] */
export interface Sshfp {
  readonly algorithm: number;
  readonly fingerprintType: number;
  readonly fingerprint: Uint8Array;
}

/** Reads the fingerprint of a host's key. @throws RangeError when the octets are no such data. */
export const readSshfp = (rdata: Uint8Array): Sshfp =>
  whole(rdata, (from) => ({ algorithm: from.uint8(), fingerprintType: from.uint8(), fingerprint: from.rest() }));

/** A commitment to a certificate or key. [RFC6698 §2.1] */
export interface Tlsa {
  readonly usage: number;
  readonly selector: number;
  readonly matching: number;
  readonly data: Uint8Array;
}

/** Reads a commitment to a certificate. @throws RangeError when the octets are no such data. */
export const readTlsa = (rdata: Uint8Array): Tlsa =>
  whole(rdata, (from) => ({
    usage: from.uint8(),
    selector: from.uint8(),
    matching: from.uint8(),
    data: from.rest(),
  }));

/** An SVCB or HTTPS record; priority 0 is an alias. [RFC9460 §2.2] */
export interface Svcb {
  readonly priority: number;
  readonly target: Name;
  readonly params: readonly SvcParam[];
}

/** Reads a service binding. @throws RangeError when the octets are no such data. */
export const readSvcb = (rdata: Uint8Array): Svcb =>
  whole(rdata, (from) => ({
    priority: from.uint16(),
    target: readName(from, 'forbidden'),
    params: readSvcParams(from),
  }));

/** Reads the one name that CNAME, DNAME, NS and PTR consist of. */
export const readTarget = (rdata: Uint8Array): Name => whole(rdata, (from) => readName(from, 'forbidden'));

function nsec3Param(from: Reader): Nsec3Param {
  return {
    algorithm: from.uint8(),
    flags: from.uint8(),
    iterations: from.uint16(),
    salt: from.take(from.uint8()),
  };
}

function whole<T>(rdata: Uint8Array, read: (from: Reader) => T): T {
  const from = reader(rdata);
  const value = read(from);
  if (from.left > 0) throw new RangeError(`${from.left} octets are left over behind the last field`);
  return value;
}
