import type { X509Certificate } from 'node:crypto';
import { crypto } from './crypto.ts';

/** Whether this text can be the pin of a key. */
export const isPin = (text: string): boolean => /^[A-Za-z0-9+/]{43}=$/.test(text);

/**
 * What a peer's key is pinned by: SHA-256 over the SubjectPublicKeyInfo of its certificate, in base64. [RFC7858 §4.2]
 * A peer without a certificate has the pin `none`, which nobody can ask for.
 */
export const pinOf = (certificate: X509Certificate | undefined): string =>
  certificate === undefined
    ? 'none'
    : crypto().hash('sha256', certificate.publicKey.export({ type: 'spki', format: 'der' }), 'base64');
