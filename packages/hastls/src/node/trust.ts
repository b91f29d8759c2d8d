import type { SecureContextOptions } from 'node:tls';
import { addressFamily } from '../core/dns/address.ts';
import { crypto } from './crypto.ts';

/** Whom to trust, as TLS is told it. Node takes an empty text for no word at all, and would trust its own roots. [R7] */
export const trusting = (ca: SecureContextOptions['ca']): Pick<SecureContextOptions, 'ca'> =>
  ca === undefined ? {} : { ca: [ca].flat() };

/**
 * Whether somebody is listed of whom nothing can be read: a file that was cut short, or its name instead. Node passes over
 * what is no PEM, and then trusts nobody, without a word.
 */
export const hasUnreadable = (ca: SecureContextOptions['ca']): boolean =>
  ca !== undefined && [ca].flat().some((each) => !isPem(each.toString()));

function isPem(text: string): boolean {
  try {
    return text.includes('-----BEGIN ') && new (crypto().X509Certificate)(text) !== undefined;
  } catch {
    return false;
  }
}

/**
 * Whether a certificate is for this host, by its alternative names: a star stands for one whole label, and the common
 * name for nobody. Node's own check is laxer in both. [RFC9525 §6.3]
 */
export function isFor(host: string, { raw }: { readonly raw: Buffer }): boolean {
  const certificate = new (crypto().X509Certificate)(raw);
  const found = addressFamily(host) === undefined ? certificate.checkHost(host, BY_NAME) : certificate.checkIP(host);
  return found !== undefined;
}

const BY_NAME = { subject: 'never', partialWildcards: false } as const;
