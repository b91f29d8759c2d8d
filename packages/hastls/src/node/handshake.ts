import type { X509Certificate } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import type { Wrapping } from '../core/talk/index.ts';
import { pinOf } from './pin.ts';
import { isFor, trusting } from './trust.ts';
import { type Patience, watch } from './watch.ts';
import { wrappedHandshake } from './wrapped-handshake.ts';

/** Who we are, in PEM or DER, as Node takes it. */
export type ClientIdentity = Pick<tls.SecureContextOptions, 'cert' | 'key' | 'passphrase'>;

/** Whom to meet over TLS, and whom to believe. */
export interface HandshakeOptions extends Patience {
  /** Whom we mean to reach: the name, or the address literal, that the certificate must be for. */
  readonly host: string;
  /** Trusted roots, in PEM. Default: Node's. */
  readonly ca?: tls.SecureContextOptions['ca'];
  /** ALPN ids to offer, best first. Default: the extension is not sent. */
  readonly alpn?: readonly string[];
  /** The server has to choose one of them. Default: no. */
  readonly alpnRequired?: boolean;
  /** Packets that carry the handshake. Default: none, as nearly everywhere. */
  readonly wrapping?: Wrapping;
  /** Certificate and key to show to a server that asks who we are. Default: none. */
  readonly identity?: ClientIdentity;
  /**
   * Keys the server may have, beside all other checks: SHA-256 over the SubjectPublicKeyInfo, in base64. Default: any.
   */
  readonly pins?: readonly string[];
  /** A session with the same host, to be resumed if the server will. What a certificate has to prove stays the same. */
  readonly resumes?: Buffer;
  /**
   * DANGER: go on although nobody has vouched for the peer. Whoever sits on the wire can be that peer, so this keeps
   * out onlookers and nothing more. A result got that way is of the kind `unauthenticated`, never `secured`.
   * Default: false. [A29]
   */
  readonly unauthenticatedTls?: boolean;
}

/** What the server's certificate says, for reports. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  /** Subject alternative names as Node writes them: `DNS:mx.example.org, DNS:example.org`. */
  readonly names: string | undefined;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 over the certificate, in hex with colons. */
  readonly fingerprint: string;
  readonly der: Uint8Array;
}

/** What was agreed on in the handshake. */
export interface TlsFacts {
  readonly socket: tls.TLSSocket;
  readonly protocol: 'TLSv1.2' | 'TLSv1.3';
  readonly cipher: string;
  /** The key exchange group, where Node tells it. */
  readonly group: string | undefined;
  /** Undefined: none was offered, or the server answered none. */
  readonly alpn: string | undefined;
  readonly certificate: CertificateFacts | undefined;
}

/** The peer has proven to be the host we meant, and nobody else can read or change what is said. [R7] */
export interface Secured extends TlsFacts {
  readonly kind: 'secured';
}

/** Encrypted towards somebody unknown, as `unauthenticatedTls` asked for: not secure. [R7] [A29] */
export interface Unauthenticated extends TlsFacts {
  readonly kind: 'unauthenticated';
  readonly why: string;
}

/** No TLS came about, and the socket is destroyed. */
export interface HandshakeFailure {
  readonly kind: 'failed';
  readonly cause: 'handshake' | 'untrusted' | 'name-mismatch' | 'pinned' | 'timeout';
  readonly why: string;
}

/** What came of a handshake. */
export type Handshake = Secured | Unauthenticated | HandshakeFailure;

/**
 * Starts TLS on a connected socket as the client. The one place that does, for implicit and in-band TLS alike, so
 * that no path has weaker checks. [V16] The socket must be paused and without a reader of its own: what it still
 * holds then goes to the TLS engine, which chokes on plaintext. [RFC3207 §6]
 */
export async function handshake(socket: net.Socket, options: HandshakeOptions): Promise<Handshake> {
  const { host, alpn, wrapping, pins, timeoutMs = 10_000, signal } = options;
  if (signal?.aborted) socket.destroy();
  signal?.throwIfAborted();
  const name = host.replace(/\.$/, ''); // [A36]
  let names = 'nobody by name';
  const peer = tls.connect({
    ...(wrapping === undefined ? { socket } : { socket: wrappedHandshake(socket, wrapping), maxVersion: 'TLSv1.2' }),
    servername: net.isIP(name) === 0 ? name : '', // [RFC6066 §3] SNI has no address literals [A34]
    minVersion: 'TLSv1.2', // [RFC8996]
    rejectUnauthorized: options.unauthenticatedTls !== true, // spelt out, as the environment may switch the default off
    checkServerIdentity: (_, certificate) => {
      names = certificate.subjectaltname ?? names;
      return isFor(name, certificate) ? undefined : Object.assign(new Error(), { code: MISNAMED });
    },
    ...options.identity,
    ...trusting(options.ca),
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
    ...(options.resumes === undefined ? {} : { session: options.resumes }),
  });
  return new Promise<Handshake>((resolve, reject) => {
    const unwatch = watch(
      timeoutMs,
      signal,
      () => fail({ cause: 'timeout', why: `no TLS with ${name} within ${timeoutMs} ms` }),
      () => {
        peer.destroy();
        reject(signal?.reason);
      },
    );
    const broken = (error: Error) => {
      if (peer.authorizationError) fail(distrust(peer, name, names));
      else fail({ cause: 'handshake', why: `${name} ${complaint(error)}` });
    };
    peer.once('error', broken);
    peer.once('secureConnect', () => {
      const certificate = peer.getPeerX509Certificate(); // once: Node gives it to the first who asks
      const facts = factsOf(peer, certificate);
      // [RFC7301 §3.1] [V13]
      if (facts.alpn !== undefined && alpn?.includes(facts.alpn) !== true)
        return fail({ cause: 'handshake', why: `${name} chose an application protocol that was not offered` });
      if (facts.alpn === undefined && options.alpnRequired === true)
        return fail({ cause: 'handshake', why: `${name} did not say that it speaks ${alpn?.join(' or ')}` }); // [V13]
      if (IN_CLEAR.test(facts.cipher))
        return fail({
          cause: 'handshake',
          why: `with ${name} this machine agrees on ${facts.cipher}, which does not encrypt`,
        });
      const proven = pins === undefined || peer.isSessionReused(); // a session is with whoever it was begun with
      const pin = proven ? undefined : pinOf(certificate);
      if (pin !== undefined && pins?.includes(pin) !== true)
        return fail({ cause: 'pinned', why: `the key of ${name} is not pinned: it has pin-sha256=${pin}` });
      unwatch();
      peer.removeListener('error', broken);
      if (peer.authorized) return resolve({ kind: 'secured', ...facts });
      const { why } = distrust(peer, name, names);
      resolve({ kind: 'unauthenticated', why, ...facts });
    });

    function fail(failure: Failure): void {
      unwatch();
      peer.destroy();
      resolve({ kind: 'failed', ...failure });
    }
  });
}

type Failure = Omit<HandshakeFailure, 'kind'>;

/** Suites that prove who speaks, and let everybody listen: a list of the environment's may have them. [R7] [RFC9150 §1] */
const IN_CLEAR = /_NULL_|^TLS_SHA/;

/** Node's word for a certificate of somebody else's. */
const MISNAMED = 'ERR_TLS_CERT_ALTNAME_INVALID';

/** Why the certificate does not prove who the peer is; Node has checked the chain first, then the name. */
function distrust(peer: tls.TLSSocket, name: string, names: string): Failure {
  const code = String(peer.authorizationError); // typed as an Error, but a code
  if (code === MISNAMED) return { cause: 'name-mismatch', why: `the certificate is not for ${name}, but for ${names}` };
  return { cause: 'untrusted', why: `the certificate of ${name}: ${code.toLowerCase().replaceAll('_', ' ')}` };
}

function complaint(error: NodeJS.ErrnoException & { readonly reason?: string }): string {
  if (error.code === 'ECONNRESET') return 'closed the connection instead of starting TLS';
  return `did not come to terms about TLS: ${error.reason ?? error.message}`; // OpenSSL's own words are the reason
}

function factsOf(socket: tls.TLSSocket, certificate: X509Certificate | undefined): TlsFacts {
  const group = socket.getEphemeralKeyInfo();
  return {
    socket,
    protocol: socket.getProtocol() === 'TLSv1.3' ? 'TLSv1.3' : 'TLSv1.2', // no other is allowed
    cipher: socket.getCipher().standardName,
    group: group !== null && 'name' in group ? group.name : undefined,
    alpn: socket.alpnProtocol || undefined,
    certificate: certificate === undefined ? undefined : certificateFacts(certificate),
  };
}

const certificateFacts = (certificate: X509Certificate): CertificateFacts => ({
  subject: certificate.subject,
  issuer: certificate.issuer,
  names: certificate.subjectAltName,
  notBefore: new Date(certificate.validFrom),
  notAfter: new Date(certificate.validTo),
  fingerprint: certificate.fingerprint256,
  der: certificate.raw,
});
