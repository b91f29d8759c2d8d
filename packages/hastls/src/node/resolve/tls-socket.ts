import { isIP } from 'node:net';
import type { SecureContextOptions, TLSSocket } from 'node:tls';
import { pinOf } from '../pin.ts';
import { isFor, trusting } from '../trust.ts';

/** Whom to reach over TLS, and by what to know them. */
export interface TlsPeer {
  readonly host: string;
  readonly port: number;
  /** Whom the certificate must be for; `undefined`: the pins alone decide. */
  readonly name: string | undefined;
  /** SHA-256 digests of the keys it may have, in base64; none: any. */
  readonly pins: readonly string[];
  /** Trusted roots. Default: Node's. */
  readonly ca: SecureContextOptions['ca'] | undefined;
  readonly alpn?: string;
}

/** Connects and starts TLS. It is ready only when the peer has proven to be the right one; else it is destroyed. */
export function openTls({ host, port, name, pins, ca, alpn }: TlsPeer, ready: () => void): TLSSocket {
  const { connect } = tls();
  const socket = connect({
    host,
    port,
    servername: name === undefined || isIP(name) !== 0 ? '' : name, // [RFC6066 §3] SNI has no address literals
    minVersion: 'TLSv1.2', // [RFC8996] [RFC9113 §9.2]
    rejectUnauthorized: name !== undefined || pins.length === 0, // a pin alone stands for the certificate [RFC7858 §4.2]
    checkServerIdentity: (_, certificate) => {
      const others = certificate.subjectaltname?.slice(0, 200) ?? 'nobody by name';
      const meant = name ?? host;
      return isFor(meant, certificate)
        ? undefined
        : new Error(`its certificate is not for ${meant}, but for ${others}`);
    },
    ...trusting(ca),
    ...(alpn !== undefined && { ALPNProtocols: [alpn] }),
  });
  socket.setNoDelay(true);
  // before whoever else hears of it
  socket.once('error', (error: NodeJS.ErrnoException) => {
    error.message = DISTRUST.get(error.code ?? '') ?? error.message;
  });
  // first of the listeners, so that none runs for a peer whose key is not among the pins
  socket.once('secureConnect', () => {
    const pin = pinOf(socket.getPeerX509Certificate());
    if (pins.length === 0 || pins.includes(pin)) ready();
    else socket.destroy(new Error(`its key is not pinned: it has pin-sha256=${pin}`));
  });
  return socket;
}

const BY_NOBODY = 'its certificate is by nobody who is trusted here';

/** What is wrong with a certificate, by OpenSSL's word for it. */
const DISTRUST: ReadonlyMap<string, string> = new Map([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', BY_NOBODY],
  ['SELF_SIGNED_CERT_IN_CHAIN', BY_NOBODY],
  ['UNABLE_TO_GET_ISSUER_CERT', BY_NOBODY],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', BY_NOBODY],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', BY_NOBODY],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet: is the clock right?'],
]);

let loaded: typeof import('node:tls') | undefined;

/** Loaded by the first use, like `node:crypto`. */
function tls(): typeof import('node:tls') {
  loaded ??= process.getBuiltinModule('node:tls');
  return loaded;
}
