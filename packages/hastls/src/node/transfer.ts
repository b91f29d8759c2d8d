import { X509Certificate } from 'node:crypto';
import type tls from 'node:tls';
import { CODE_OF } from './connect-errors.ts';
import { dial } from './dial.ts';
import { HastlsError } from './errors.ts';
import { handshake, type TlsFacts } from './handshake.ts';
import { pinOf } from './pin.ts';
import type { UpgradeOptions } from './upgrade.ts';

/** What became of a command that moves data on a connection of their own. */
export type Transfer =
  | {
      readonly kind: 'begun';
      /**
       * Over TLS, with the host that the dialogue is with, in the same session or by the same key. Read it to its end, or write to it and
       * end it. An end is no proof that nothing is missing: compare sizes where that matters.
       */
      readonly socket: tls.TLSSocket;
      /** The server's last word on it, once the data have been carried: to be heard before the next command. */
      finish(): Promise<string>;
    }
  /** The server does not carry it out. The dialogue goes on. */
  | { readonly kind: 'refused'; readonly reply: string };

/**
 * Connects to where data wait, says the command, and starts TLS when the server says that they move; else gives what it
 * said instead. @throws HastlsError
 */
export async function openData(
  control: TlsFacts,
  port: number,
  begin: () => Promise<string | undefined>,
  options: UpgradeOptions,
): Promise<tls.TLSSocket | string> {
  const { remoteAddress } = control.socket; // and no other, whatever the server says [V9]
  const dialled = await dial(remoteAddress === undefined ? [] : [remoteAddress], port, options);
  if (dialled.kind === 'failed')
    throw new HastlsError('ERR_HASTLS_UNREACHABLE', `the port for data cannot be reached: ${dialled.why}`);
  const { socket } = dialled;
  const refusal = await begin().catch((error: unknown) => {
    socket.destroy();
    throw error;
  });
  if (refusal !== undefined) {
    socket.destroy();
    return refusal;
  }
  const resumes = control.socket.getSession();
  const { certificate } = control;
  // Whoever answers at that port is the server, or somebody else: the session tells, or else the key.
  const pins = [pinOf(certificate && new X509Certificate(certificate.der))];
  const { alpn: _, alpnRequired: __, ...rest } = options; // ids are for the dialogue
  const result = await handshake(socket, { ...rest, pins, unauthenticatedTls: false, ...(resumes && { resumes }) });
  if (result.kind === 'secured') return result.socket;
  const cause = result.kind === 'failed' ? result.cause : 'untrusted';
  throw new HastlsError(CODE_OF[cause], `no TLS for data: ${result.why}`);
}
