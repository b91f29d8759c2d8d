import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { latin1 } from '../../core/bytes/index.ts';
import {
  bitString,
  boolean,
  contextual,
  integer,
  objectId,
  octetString,
  sequence,
  set,
  utcTime,
  utf8String,
} from './der.ts';

/** A certificate and its private key in PEM, as `tls.createSecureContext` takes them. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** When a certificate is valid, and what it says besides. */
export interface LeafOptions {
  /** Default: an hour before now. */
  readonly notBefore?: Date;
  /** Default: 30 days from now. */
  readonly notAfter?: Date;
  /** What it calls its subject, which names nobody. Default: the first of its names. */
  readonly commonName?: string;
}

/** A certificate authority, for those who trust its certificate. */
export interface Authority {
  /** In PEM. */
  readonly certificate: string;
  /** Makes a server's certificate for these names and IPv4 addresses. */
  issue(names: readonly string[], options?: LeafOptions): Identity;
}

/** Makes an authority that nobody trusts but whoever is given its certificate. */
export function createAuthority(name = 'hastls test authority'): Authority {
  const { publicKey, privateKey } = keyPair();
  const issuer = { name, publicKey, privateKey };
  return {
    certificate: makeCertificate(issuer, issuer, AUTHORITY_EXTENSIONS, {}),
    issue(names, options = {}) {
      const leaf = leafOf(names, options);
      return { cert: makeCertificate(leaf, issuer, leafExtensions(names), options), key: keyPem(leaf.privateKey) };
    },
  };
}

/** A server's certificate that nobody but itself vouches for. */
export function selfSigned(names: readonly string[], options: LeafOptions = {}): Identity {
  const leaf = leafOf(names, options);
  return { cert: makeCertificate(leaf, leaf, leafExtensions(names), options), key: keyPem(leaf.privateKey) };
}

interface Party {
  /** Common name. */
  readonly name: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const leafOf = (names: readonly string[], { commonName = names[0] ?? '' }: LeafOptions): Party => ({
  name: commonName,
  ...keyPair(),
});
const keyPem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

const HOUR = 3_600_000;
const ECDSA_SHA256 = sequence(objectId('1.2.840.10045.4.3.2')); // [RFC5758 §3.2]

/** [RFC5280 §4.1] */
function makeCertificate(
  subject: Party,
  issuer: Party,
  extensions: readonly Uint8Array[],
  { notBefore = new Date(Date.now() - HOUR), notAfter = new Date(Date.now() + 30 * 24 * HOUR) }: LeafOptions,
): string {
  const signed = sequence(
    contextual(0, integer(Uint8Array.of(2)), 'elements'), // version 3
    integer(Uint8Array.of(1, ...randomBytes(15))),
    ECDSA_SHA256,
    commonName(issuer.name),
    sequence(utcTime(notBefore), utcTime(notAfter)),
    commonName(subject.name),
    subject.publicKey.export({ type: 'spki', format: 'der' }),
    contextual(
      3,
      sequence(
        ...extensions,
        extension('2.5.29.14', octetString(keyId(subject))),
        extension('2.5.29.35', sequence(contextual(0, keyId(issuer), 'octets'))),
      ),
      'elements',
    ),
  );
  const octets = sequence(signed, ECDSA_SHA256, bitString(sign('sha256', signed, issuer.privateKey)));
  const lines =
    Buffer.from(octets)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

const commonName = (name: string): Uint8Array => sequence(set(sequence(objectId('2.5.4.3'), utf8String(name))));

const keyId = ({ publicKey }: Party): Uint8Array =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20);

const extension = (id: string, body: Uint8Array, critical = false): Uint8Array =>
  sequence(objectId(id), ...(critical ? [boolean(true)] : []), octetString(body));

const AUTHORITY_EXTENSIONS = [
  extension('2.5.29.19', sequence(boolean(true)), true), // basic constraints: may issue
  extension('2.5.29.15', bitString(Uint8Array.of(0x06), 1), true), // key usage: certificates and revocation lists
];

const leafExtensions = (names: readonly string[]): readonly Uint8Array[] => [
  extension('2.5.29.19', sequence(), true), // basic constraints: may not issue
  extension('2.5.29.15', bitString(Uint8Array.of(0x80), 7), true), // key usage: signatures
  extension('2.5.29.37', sequence(objectId('1.3.6.1.5.5.7.3.1'), objectId('1.3.6.1.5.5.7.3.2'))), // for servers, and for clients
  extension('2.5.29.17', sequence(...names.map(alternativeName))),
];

const alternativeName = (name: string): Uint8Array =>
  isIPv4(name)
    ? contextual(7, Uint8Array.from(name.split('.'), Number), 'octets')
    : contextual(2, latin1(name), 'octets');
