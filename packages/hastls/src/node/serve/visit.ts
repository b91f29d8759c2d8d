import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type net from 'node:net';
import type tls from 'node:tls';
import {
  converse,
  type Handover,
  mediate,
  NONCE_OCTETS,
  type Profile,
  type ServerContext,
  type Verdict,
} from '../../core/talk/index.ts';
import { hold, type TimedOut } from '../hold.ts';
import { bridge, relay } from './bridge.ts';
import type { Chosen } from './certificates.ts';
import type { GatewayOptions } from './gateway.ts';
import { clientLeg, dialBackend } from './leg.ts';
import { secure } from './secure.ts';
import { leave, turnAway } from './turn-away.ts';

/** Who has come. */
export interface Visitor {
  /** Counts a gateway's connections, from 1. */
  readonly id: number;
  /** The client's address, empty for a Unix socket. */
  readonly from: string;
}

/** What is left of a connection when it is over: nothing that was said. */
export interface Visited extends Visitor {
  readonly how: 'plaintext' | 'in-band' | 'implicit';
  readonly tls?: { readonly protocol: string; readonly cipher: string; readonly serverName: string | undefined };
  /** Octets to the backends, and from them. */
  readonly up: number;
  readonly down: number;
  readonly durationMs: number;
  /** Whether it went as it should, and how it ended. */
  readonly ok: boolean;
  readonly why: string;
}

/** A client's stay, while it lasts. */
export interface Visit extends Visitor {
  /** The client's connection: from the handshake on, TLS. */
  client: net.Socket;
  readonly began: number;
  tls?: Visited['tls'];
  how: Visited['how'];
  readonly backends: net.Socket[];
}

/** A client has come. */
export function startVisit(client: net.Socket, id: number): Visit {
  client.on('error', ignore);
  return { id, client, from: client.remoteAddress ?? '', began: performance.now(), how: 'plaintext', backends: [] };
}

interface Ending {
  readonly ok: boolean;
  readonly why: string;
}
const over: Ending = { ok: true, why: 'over' };

/** A client has left. */
export function visited({ id, from, how, tls: secured, began, backends }: Visit, ending: Ending): Visited {
  const sum = (octets: (socket: net.Socket) => number) => backends.reduce((all, each) => all + octets(each), 0);
  return {
    id,
    from,
    how,
    ...(secured && { tls: secured }),
    up: sum((each) => each.bytesWritten),
    down: sum((each) => each.bytesRead),
    durationMs: Math.round(performance.now() - began),
    ...ending,
  };
}

/** Serves a client from its arrival until it has left. */
export async function attend(visit: Visit, options: GatewayOptions, chosen: Chosen): Promise<Ending> {
  const { mode, totalMs, handshakeMs = 60_000 } = options;
  const end = () => visit.client.destroy();
  const total = totalMs === undefined ? undefined : setTimeout(end, totalMs);
  const mustCome = mode === 'require' || mode === 'implicit'; // where plaintext may go on, nobody has to come to TLS
  const toTls = mustCome ? setTimeout(end, handshakeMs) : undefined;
  try {
    const plain = await beforeTls(visit, options);
    if (plain !== 'start-tls') return plain;
    const came = await comesToTls(visit, options, chosen);
    clearTimeout(toTls);
    if (!came) return failed('no TLS came about');
    const greeted = visit.how === 'in-band';
    const ending = await between(visit, options, { mode: 'prefer', secured: true, greeted });
    return ending === 'start-tls' ? failed('TLS began twice') : ending;
  } finally {
    await closed(visit.client);
    clearTimeout(total);
    clearTimeout(toTls);
    for (const each of visit.backends) each.destroySoon();
  }
}

async function beforeTls(visit: Visit, options: GatewayOptions): Promise<Ending | 'start-tls'> {
  const { mode, profile, host = 'localhost', idleMs = IDLE_MS } = options;
  const { client } = visit;
  if (mode === 'implicit' || profile === undefined) return 'start-tls';
  client.setTimeout(idleMs, () => client.destroy());
  if (mode !== 'require') return between(visit, options, { mode });
  // The backend does not hear of a client before TLS. [R5]
  const held = await hold(client, converse(profile.server({ host, mode, nonce: randomBytes(NONCE_OCTETS) })), {
    timeoutMs: idleMs,
  });
  return concluded(client, held);
}

async function comesToTls(visit: Visit, options: GatewayOptions, chosen: Chosen): Promise<boolean> {
  const { mode, profile, idleMs = IDLE_MS } = options;
  const alpn = profile?.alpn === undefined ? {} : { ALPNProtocols: [...profile.alpn] }; // [V13]
  visit.client.setTimeout(0);
  const secured = await secure(visit.client, { ...chosen, ...alpn }, (peer) => {
    visit.client = peer;
  });
  if (secured === undefined) return false;
  visit.tls = factsOf(secured);
  visit.how = mode === 'implicit' ? 'implicit' : 'in-band';
  secured.setTimeout(idleMs, () => secured.destroy());
  return true;
}

const factsOf = (secured: tls.TLSSocket): Visited['tls'] => ({
  protocol: secured.getProtocol() ?? '',
  cipher: secured.getCipher().standardName,
  serverName: secured.servername || undefined,
});

/** Carries a client to a new connection of the backend's and back. */
async function between(
  visit: Visit,
  options: GatewayOptions,
  as: Omit<ServerContext, 'host'>,
): Promise<Ending | 'start-tls'> {
  const { profile, host = 'localhost', dialMs = 10_000 } = options;
  const { client } = visit;
  const backend = await dialBackend(options.backend, dialMs);
  if (backend instanceof Error) return sendAway(client, profile, as, `the backend: ${backend.message}`);
  visit.backends.push(backend.socket);
  const legs = { client: clientLeg(client), backend };
  if (profile?.middle === undefined) {
    await relay(legs);
    return over;
  }
  const mediator = mediate(profile.middle.mediate({ host, ...as }));
  const crossed = await bridge(legs, mediator);
  if (crossed.kind === 'relay') {
    await relay(legs, mediator);
    return over;
  }
  legs.client.release();
  if (crossed.kind === 'refused') return sendAway(client, profile, as, 'the backend does not greet as one who serves');
  if (crossed.kind !== 'over') return concluded(client, crossed);
  if (crossed.whose === 'backend' && !crossed.said) return sendAway(client, profile, as, 'the backend hung up');
  leave(client);
  return over;
}

/** What a verdict comes to. */
async function concluded(client: net.Socket, verdict: Verdict | Handover | TimedOut): Promise<Ending | 'start-tls'> {
  if (verdict.kind === 'start-tls') {
    await new Promise((sent) => client.write('', sent)); // the go-ahead is out before the TLS engine writes anything
    return 'start-tls';
  }
  leave(client);
  return verdict.kind === 'garbled' || verdict.kind === 'timeout' ? failed(`the client: ${verdict.why}`) : over;
}

/** Turns a client away that cannot be served; one that has been greeted, when it says what it wants. */
async function sendAway(
  client: net.Socket,
  profile: Profile | undefined,
  { greeted }: Pick<ServerContext, 'greeted'>,
  why: string,
): Promise<Ending> {
  const signal = AbortSignal.timeout(WAIT_MS);
  if (greeted === true) await once(client, 'readable', { signal }).catch(ignore);
  await turnAway(client, profile?.stead, 'the service cannot be reached now');
  return failed(why);
}

const closed = (socket: net.Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });

const failed = (why: string): Ending => ({ ok: false, why });
const ignore = () => {}; // a connection that breaks has ended, and that is noticed
const IDLE_MS = 600_000;
const WAIT_MS = 30_000;
