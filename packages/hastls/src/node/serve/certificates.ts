import { X509Certificate } from 'node:crypto';
import tls from 'node:tls';

/** A certificate with the chain behind it, and its key: PEM, as Node takes it. */
export interface ServerIdentity {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** What a handshake needs to pick one. */
export type Chosen = Pick<tls.TLSSocketOptions, 'secureContext' | 'SNICallback'>;

/**
 * Chooses by the name that a client asks for: the first certificate that is for it, or else the first one. At least TLS
 * 1.2. [RFC8996] [RFC6066 §3]
 * @param more what each of them has besides
 * @throws what OpenSSL says of a certificate or a key that it cannot read, or that do not belong together
 */
export function chooseCertificate(identities: readonly ServerIdentity[], more: tls.SecureContextOptions = {}): Chosen {
  const choices = identities.map(({ cert, key }) => ({
    certificate: new X509Certificate(cert),
    context: tls.createSecureContext({ ...more, cert, key, minVersion: 'TLSv1.2' }),
  }));
  const [first, ...others] = choices;
  if (first === undefined) throw new TypeError('a server needs a certificate');
  if (others.length === 0) return { secureContext: first.context };
  const choose = (name: string) =>
    choices.find(({ certificate }) => certificate.checkHost(name) !== undefined) ?? first;
  return { secureContext: first.context, SNICallback: (name, chosen) => chosen(null, choose(name).context) };
}
