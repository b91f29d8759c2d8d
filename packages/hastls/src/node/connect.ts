import type net from 'node:net';
import type tls from 'node:tls';
import type { Attempt, FallbackCause } from '../core/policy/index.ts';
import { isProfile } from '../core/profiles/index.ts';
import { failure, refusal, withoutAddress } from './connect-errors.ts';
import { dial } from './dial.ts';
import { HastlsError } from './errors.ts';
import { type ExplainOptions, type Explanation, judge, withResolver } from './explain.ts';
import { type HandshakeFailure, handshake, type Secured, type Unauthenticated } from './handshake.ts';
import { checkOptions } from './options.ts';
import { openSession, type Session } from './session.ts';
import { takeSnapshot } from './snapshot.ts';
import { type Target, toTarget } from './target.ts';
import { upgrade } from './upgrade.ts';

/** How to connect. Everything omitted takes its safe default. */
export interface ConnectOptions extends ExplainOptions {
  /** Trusted roots, PEM or DER. Default: Node's. */
  readonly ca?: tls.SecureContextOptions['ca'];
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
  readonly outcome: 'connected' | FallbackCause | 'attacked' | 'barred';
  readonly why: string;
}

interface Common {
  readonly explanation: Explanation;
  /** Every attempt, in order; the last one connected. */
  readonly tried: readonly Tried[];
}

/** The peer is who it claims to be, and nobody else reads along. [R7] */
export interface SecureConnection extends Common, Omit<Secured, 'kind'> {
  readonly security: 'tls';
  readonly how: 'implicit' | 'in-band';
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
  checkOptions(options);
  const target = toTarget(url, options.profile);
  const { timeoutMs = 30_000 } = options;
  const deadline = AbortSignal.timeout(timeoutMs);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]);
  try {
    return await withResolver(options, async (resolver) => {
      const explanation = judge(target, await takeSnapshot(target, resolver, signal), options);
      return followPlan(explanation, { ...options, signal });
    });
  } catch (error) {
    if (error !== deadline.reason) throw error;
    throw new HastlsError('ERR_HASTLS_TIMEOUT', `${target.host}: no connection within ${timeoutMs} ms`);
  }
}

async function followPlan(explanation: Explanation, options: ConnectOptions): Promise<Connection> {
  const { plan, snapshot, fallbackCauses } = explanation;
  if (plan.length === 0) throw refusal(explanation);
  if (snapshot.addresses.length === 0) throw withoutAddress(explanation);
  const tried: Tried[] = [];
  for (const attempt of plan) {
    const barring = tried.find(
      ({ outcome }, index) =>
        outcome === 'attacked' || (attempt.after?.includes(index) && !isAllowed(outcome, fallbackCauses)),
    );
    if (attempt.after !== undefined && barring !== undefined) {
      tried.push({
        ...step(attempt),
        outcome: 'barred',
        why: `no step down after "${barring.outcome}" on port ${barring.port} [A28]`,
      });
      continue;
    }
    const result = await make(attempt, explanation, options);
    if (result.kind === 'connected')
      return {
        ...result.connection,
        explanation,
        tried: [...tried, { ...step(attempt), outcome: 'connected', why: 'connected' }],
      };
    tried.push({ ...step(attempt), outcome: result.outcome, why: result.why });
  }
  throw failure(explanation, tried);
}

type Made =
  | {
      readonly kind: 'connected';
      readonly connection: Bare<SecureConnection> | Bare<UnauthenticatedConnection> | Bare<PlainConnection>;
    }
  | {
      readonly kind: 'failed';
      readonly outcome: Exclude<Tried['outcome'], 'connected' | 'barred'>;
      readonly why: string;
    };
type Bare<C> = Omit<C, keyof Common>;

/** Makes one attempt on a connection of its own; whatever was learnt on an earlier one is gone. [A30] */
async function make(attempt: Attempt, { target, snapshot }: Explanation, options: ConnectOptions): Promise<Made> {
  const { signal, ca, self } = options;
  const dialled = await dial(snapshot.addresses, attempt.port, signal === undefined ? {} : { signal });
  if (dialled.kind === 'failed') return { kind: 'failed', outcome: dialled.cause, why: dialled.why };
  const { socket } = dialled;
  const wanted = {
    host: target.host,
    ...(signal === undefined ? {} : { signal }),
    ...(ca === undefined ? {} : { ca }),
    ...(target.service.alpn === undefined ? {} : { alpn: target.service.alpn }),
    ...(attempt.unauthenticated === true ? { unauthenticatedTls: true } : {}),
    ...(self === undefined ? {} : { self }),
  };
  if (attempt.do === 'plaintext')
    return {
      kind: 'connected',
      connection: {
        security: 'plaintext',
        how: 'plaintext',
        socket,
        session: () => sessionOn(socket, target, options),
      },
    };
  if (attempt.do === 'tls') return secured(await handshake(socket, wanted), 'implicit');
  if (!isProfile(target.service)) {
    socket.destroy();
    throw new HastlsError(
      'ERR_HASTLS_OPTION',
      `hastls knows no in-band upgrade for ${target.service.name}, which its record asks for`,
    );
  }
  const upgraded = await upgrade(socket, target.service, wanted);
  switch (upgraded.kind) {
    case 'secured':
    case 'unauthenticated':
    case 'failed':
      return secured(upgraded, 'in-band');
    case 'absent':
      return { kind: 'failed', outcome: 'not-offered', why: `the server does not offer the upgrade: ${upgraded.why}` };
    case 'refused':
    case 'closed':
      return { kind: 'failed', outcome: 'upgrade-refused', why: upgraded.why };
    case 'garbled':
      return { kind: 'failed', outcome: 'attacked', why: upgraded.why };
  }
}

async function sessionOn(
  socket: net.Socket,
  { service, host }: Target,
  { stance, switches, ca, self }: ConnectOptions,
): Promise<Session> {
  if (!isProfile(service) || service.session === undefined)
    throw new HastlsError(
      'ERR_HASTLS_OPTION',
      `hastls knows no dialogue of commands for ${service.name}: use the socket`,
    );
  return openSession(socket, service.session, {
    host,
    onDemand: stance === 'cio' && switches?.cioUpgrade === 'refuse' ? 'close' : 'upgrade',
    ...(ca === undefined ? {} : { ca }),
    ...(self === undefined ? {} : { self }),
    ...(service.alpn === undefined ? {} : { alpn: service.alpn }),
  });
}

function secured(result: Secured | Unauthenticated | HandshakeFailure, how: 'implicit' | 'in-band'): Made {
  switch (result.kind) {
    case 'secured': {
      const { kind: _, ...facts } = result;
      return { kind: 'connected', connection: { security: 'tls', how, ...facts } };
    }
    case 'unauthenticated': {
      const { kind: _, ...facts } = result;
      return { kind: 'connected', connection: { security: 'unauthenticated', how, ...facts } };
    }
    case 'failed':
      return { kind: 'failed', outcome: result.cause, why: result.why };
  }
}

const step = ({ do: how, port }: Attempt) => ({ do: how, port });

const isAllowed = (outcome: Tried['outcome'], causes: readonly FallbackCause[]): boolean =>
  causes.some((cause) => cause === outcome);
