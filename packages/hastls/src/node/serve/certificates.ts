import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import tls from 'node:tls';
import { TLS } from './tls-settings.ts';

/** A certificate with the chain behind it, and its key: PEM, as Node takes it. */
export interface ServerIdentity {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  /** What its authority says of its state, in DER, for clients that ask for it. Default: they hear nothing. [RFC6066 §8] */
  readonly ocsp?: Uint8Array;
}

/** What a handshake needs to pick one. */
export type Chosen = Pick<tls.TLSSocketOptions, 'secureContext' | 'SNICallback' | 'server'>;

/**
 * Chooses by the name that a client asks for: the first certificate that is for it, or else the first one. At least TLS
 * 1.2. [RFC8996] [RFC6066 §3]
 * @param more what each of them has besides
 * @throws what OpenSSL says of a certificate or a key that it cannot read, or that do not belong together
 */
export function chooseCertificate(identities: readonly ServerIdentity[], more: tls.SecureContextOptions = {}): Chosen {
  const choices = identities.map(({ cert, key }) => {
    const context = tls.createSecureContext({ ...TLS, ...more, cert, key });
    const certificate = new X509Certificate(cert);
    // OpenSSL itself minds a key of the same kind only: with RSA beside ECDSA each handshake would fail instead
    if (!certificate.checkPrivateKey(createPrivateKey(key)))
      throw new TypeError(
        `the key is not that of the certificate of ${certificate.subjectAltName ?? 'nobody by name'}`,
      );
    return { certificate, context };
  });
  const [first, ...others] = choices;
  if (first === undefined) throw new TypeError('a server needs a certificate');
  const server = stapling(identities, more);
  const chosen = { secureContext: first.context, ...(server && { server }) };
  if (others.length === 0) return chosen;
  const choose = (name: string) =>
    choices.find(({ certificate }) => certificate.checkHost(name) !== undefined) ?? first;
  return { ...chosen, SNICallback: (name, done) => done(null, choose(name).context) };
}

/** Node asks a server for what is to be stapled. This one listens nowhere, and has nothing else to say. */
function stapling(identities: readonly ServerIdentity[], more: tls.SecureContextOptions): tls.Server | undefined {
  const [first] = identities;
  if (first === undefined || identities.every(({ ocsp }) => ocsp === undefined)) return undefined;
  return staple(tls.createServer({ ...more, cert: first.cert, key: first.key }), identities);
}

/** Has a server staple to each certificate what is said of it. */
export function staple(server: tls.Server, identities: readonly ServerIdentity[]): tls.Server {
  const said = new Map(
    identities.flatMap(({ cert, ocsp }) =>
      ocsp === undefined ? [] : [[new X509Certificate(cert).fingerprint256, ocsp]],
    ),
  );
  return said.size === 0
    ? server
    : server.on('OCSPRequest', (certificate, _, done) => {
        const response = said.get(new X509Certificate(certificate).fingerprint256);
        done(null, response === undefined ? null : Buffer.from(response));
      });
}

/** Of which sessions may be resumed where: those of the same service under the same names, whatever key tickets have. */
export function sessionIdOf(identities: readonly ServerIdentity[], what: readonly unknown[]): string {
  const names = identities.map(({ cert }) => new X509Certificate(cert).subjectAltName);
  return createHash('sha256')
    .update(JSON.stringify([names, ...what]))
    .digest('hex')
    .slice(0, 32); // as much as OpenSSL takes
}
