import type net from 'node:net';
import type tls from 'node:tls';
import type { Attempt, Outcome } from '../core/policy/index.ts';
import type { ExplainOptions, Explanation } from './explain.ts';
import type { ClientIdentity, Secured, Unauthenticated } from './handshake.ts';
import type { Session } from './session.ts';

/** How to connect. Everything omitted takes its safe default. */
export interface ConnectOptions extends ExplainOptions {
  /** Trusted roots, in PEM. Default: Node's. */
  readonly ca?: tls.SecureContextOptions['ca'];
  /** Certificate and key to show to a server that asks who we are. Default: none. */
  readonly identity?: ClientIdentity;
  /** Keys the server may have, beside all other checks: SHA-256 over the SubjectPublicKeyInfo, in base64. Default: any. */
  readonly pins?: readonly string[];
  /** What to call ourselves before TLS, when anybody may listen. Default: a neutral name. */
  readonly self?: string;
  /** Give up after this long, all steps together. Default 30 000. */
  readonly timeoutMs?: number;
}

/** One attempt of the plan and how it ended. */
export interface Tried {
  readonly do: Attempt['do'];
  readonly port: number;
  /** `connected`, a cause that may allow a step down, or one that never does. */
  readonly outcome: Outcome;
  readonly why: string;
}

/** What every connection tells of how it came about. */
export interface Common {
  readonly explanation: Explanation;
  /** Every attempt, in order; the last one connected. */
  readonly tried: readonly Tried[];
}

/** The peer is who it claims to be, and nobody else reads along. [R7] */
export interface SecureConnection extends Common, Omit<Secured, 'kind'> {
  readonly security: 'tls';
  readonly how: 'implicit' | 'in-band';
  /**
   * Opens the dialogue of commands, for whoever wants replies instead of octets, or to move data beside it.
   * @throws HastlsError ERR_HASTLS_OPTION where the service has no such dialogue, and as the dialogue goes
   */
  session(): Promise<Session>;
}

/** Encrypted to somebody unknown; only by the switch `unauthenticatedTls`. [A29] */
export interface UnauthenticatedConnection extends Common, Omit<Unauthenticated, 'kind'> {
  readonly security: 'unauthenticated';
  readonly how: 'implicit' | 'in-band';
}

/** No TLS: a proven answer and the caller's stance allowed it. Nothing has been read or written yet. */
export interface PlainConnection extends Common {
  readonly security: 'plaintext';
  readonly how: 'plaintext';
  readonly socket: net.Socket;
  /**
   * Opens the dialogue, in which a server's demand for TLS is heard and followed. [S9] [S14]
   * @throws HastlsError ERR_HASTLS_OPTION where the service has no such dialogue, and as the dialogue goes
   */
  session(): Promise<Session>;
}

/** What `connect()` gives; `security` tells which. */
export type Connection = SecureConnection | UnauthenticatedConnection | PlainConnection;

/**
 * Connects to a service by what its host provably promises, and never sends a secret in clear.
 *
 * Asks DNS, decides, and makes the attempts of the plan in order, each on a new connection [A30]. Without a stance, or
 * with `cso`, the result is an authenticated TLS connection or an error; only `cfb` and `cio` widen the type.
 *
 * @param url a service, such as `imap://host` or `smtp://host:2525`; `imaps://host` insists on implicit TLS
 * @throws HastlsError whose `code` says what went wrong and whose `because` says why, outermost first
 */
export function connect(
  url: string | URL,
  options?: ConnectOptions & { readonly stance?: 'cso' },
): Promise<SecureConnection>;
export function connect(url: string | URL, options: ConnectOptions): Promise<Connection>;
export async function connect(url: string | URL, options: ConnectOptions = {}): Promise<Connection> {
  // all that it takes is loaded by whoever connects, and by no import
  const { makeConnection } = await import('./make-connection.ts');
  return makeConnection(url, options);
}
