import type { PeerCertificate, SecureContextOptions } from 'node:tls';

/** Whom to trust, as TLS is told it. Node takes an empty text for no word at all, and would trust its own roots. [R7] */
export const trusting = (ca: SecureContextOptions['ca']): Pick<SecureContextOptions, 'ca'> =>
  ca === undefined ? {} : { ca: [ca].flat() };

/** Whether somebody is listed of whom nothing can be read: a file that was cut short, mostly. */
export const hasEmpty = (ca: SecureContextOptions['ca']): boolean =>
  ca !== undefined && [ca].flat().some((each) => each.length === 0);

/** A certificate without its common name: that names nobody, but Node would take it for a host's. [RFC9525 §6.3] */
export const byItsNames = (certificate: PeerCertificate): PeerCertificate => ({
  ...certificate,
  subject: { ...certificate.subject, CN: '' },
});
