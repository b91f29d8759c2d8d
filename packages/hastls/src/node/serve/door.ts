import type { X509Certificate } from 'node:crypto';
import type net from 'node:net';
import tls from 'node:tls';
import { trusting } from '../trust.ts';
import { watch } from '../watch.ts';
import { chooseCertificate, type ServerIdentity, sessionIdOf, staple } from './certificates.ts';
import { type ClientCertificates, refusalOf, rulesOf, shownSubject } from './client-certificates.ts';
import type { GatewayOptions } from './gateway.ts';
import { HANDSHAKE_MS, LEFT, lateness, noTls, type Shaken, secure } from './secure.ts';
import { TLS } from './tls-settings.ts';

/** Whether a client came to TLS, and with which certificate of its own. */
export type Met =
  | { readonly kind: 'secured'; readonly peer: tls.TLSSocket; readonly certificate?: X509Certificate }
  | { readonly kind: 'failed'; readonly why: string };

/** Where TLS begins for a gateway's clients. */
export interface Door {
  /**
   * The server's side of a handshake.
   * @param begun told of the socket that has to be destroyed from now on, if it is another one
   */
  meet(socket: net.Socket, begun: (peer: tls.TLSSocket) => void): Promise<Met>;
}

/** @throws what is wrong with the certificates */
export function createDoor(
  identities: readonly ServerIdentity[],
  { profile, clients, ticketKeys }: Pick<GatewayOptions, 'profile' | 'clients' | 'ticketKeys'>,
): Door {
  const { alpn: beside } = profile?.middle?.beside ?? {};
  const offers =
    profile?.alpn === undefined ? {} : { ALPNProtocols: [...profile.alpn, ...(beside === undefined ? [] : [beside])] }; // [V13]
  const sessions = {
    sessionIdContext: sessionIdOf(identities, [profile?.name, ...(clients === undefined ? [] : rulesOf(clients))]),
    ...(ticketKeys && { ticketKeys: Buffer.from(ticketKeys) }),
  };
  if (clients !== undefined) return doorThatAsks(identities, { ...offers, ...sessions }, clients);
  const chosen = chooseCertificate(identities, sessions);
  return {
    meet(socket, begun) {
      return secure(socket, { ...chosen, ...offers }, begun);
    },
  };
}

/**
 * A door at which clients are asked for a certificate. Only Node's TLS server tells what OpenSSL made of it, so each
 * client meets one: the same for all of them but for where its answer goes.
 */
function doorThatAsks(
  identities: readonly ServerIdentity[],
  offers: tls.TlsOptions & Pick<tls.SecureContextOptions, 'sessionIdContext' | 'ticketKeys'>,
  clients: ClientCertificates,
): Door {
  const { ALPNProtocols: _, ...sessions } = offers;
  const { SNICallback } = chooseCertificate(identities, { ...sessions, ...trusting(clients.ca) });
  const { cert, key } = identities[0] ?? {};
  const server: tls.Server = tls.createServer({
    ...TLS,
    ...(cert !== undefined && key !== undefined && { cert, key }),
    ...offers,
    ...trusting(clients.ca),
    ...(SNICallback !== undefined && { SNICallback }),
    requestCert: true,
    rejectUnauthorized: false, // we do it, and can say why
  });
  staple(server, identities);
  const meetings = new WeakMap<object, (shaken: Shaken) => void>();
  server.on('secureConnection', function (this: object, peer) {
    meetings.get(this)?.({ kind: 'secured', peer });
  });
  server.on('tlsClientError', function (this: object, error, peer) {
    peer.destroy();
    meetings.get(this)?.({ kind: 'failed', why: noTls(error) });
  });
  return {
    async meet(socket, begun) {
      const one: tls.Server = Object.create(server);
      const shaken = await new Promise<Shaken>((resolve) => {
        const over = (outcome: Shaken) => {
          unwatch();
          socket.off('close', failed);
          resolve(outcome);
        };
        const failed = () => over({ kind: 'failed', why });
        let why = LEFT;
        const late = () => {
          why = noTls(new Error(lateness(HANDSHAKE_MS)));
          socket.destroy();
        };
        const unwatch = watch(HANDSHAKE_MS, undefined, late, ignore);
        socket.once('close', failed);
        meetings.set(one, over);
        socket.allowHalfOpen = false; // who has said all there is to say has not begun with TLS: its connection is closed
        one.emit('connection', socket);
      });
      if (shaken.kind === 'failed') return shaken;
      const { peer } = shaken;
      peer.allowHalfOpen = true; // from now on it may say all, and hear on
      begun(peer.on('error', ignore));
      const certificate = peer.getPeerX509Certificate();
      const why = refusalOf(peer, certificate, clients);
      if (why === undefined) return { kind: 'secured', peer, ...(certificate !== undefined && { certificate }) };
      peer.destroy();
      const whose = certificate === undefined ? '' : ` (${shownSubject(certificate)})`;
      return { kind: 'failed', why: `the client's certificate${whose}: ${why}` };
    },
  };
}

const ignore = () => {}; // a connection that breaks has ended, and that is noticed
