import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type net from 'node:net';
import type tls from 'node:tls';
import { demandsAlpn } from '../../core/profiles/index.ts';
import type { Agreed, Origin } from '../../core/proxy/index.ts';
import {
  converse,
  type Handover,
  helloOrNot,
  mediate,
  NONCE_OCTETS,
  type Profile,
  type ServerContext,
  type Verdict,
} from '../../core/talk/index.ts';
import { hold, type TimedOut } from '../hold.ts';
import type { Backends } from './backends.ts';
import { bridge, relay } from './bridge.ts';
import { commonNameOf, shownSubject } from './client-certificates.ts';
import type { Door, Met } from './door.ts';
import type { GatewayOptions } from './gateway.ts';
import { clientLeg } from './leg.ts';
import { originOf } from './origin.ts';
import { type Reached, reach } from './reach.ts';
import { leave, turnAway } from './turn-away.ts';

/** Who has come. */
export interface Visitor {
  /** Counts a gateway's connections, from 1. */
  readonly id: number;
  /** The client's address, as far as somebody who may announced it; empty for a Unix socket. */
  readonly from: string;
}

/** What is left of a connection when it is over: nothing that was said. */
export interface Visited extends Visitor {
  readonly how: 'plaintext' | 'in-band' | 'implicit';
  readonly tls?: {
    readonly protocol: string;
    readonly cipher: string;
    readonly serverName: string | undefined;
    /** Whose certificate it showed, made fit to be printed. */
    readonly client?: string;
  };
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
  from: string;
  origin: Origin | undefined;
  readonly began: number;
  tls?: Visited['tls'];
  agreed?: Agreed;
  how: Visited['how'];
  readonly backends: net.Socket[];
  /** A backend whose greeting was the client's, and what it said since, where that connection goes on over TLS. */
  kept?: Reached;
}

/** A client has come. */
export function startVisit(client: net.Socket, id: number): Visit {
  client.on('error', ignore);
  const origin = originOf(client);
  return {
    id,
    client,
    origin,
    from: origin?.from.address ?? '',
    began: performance.now(),
    how: 'plaintext',
    backends: [],
  };
}

/** How a stay ended. */
export interface Ending {
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

/** What all who are served have in common. */
export interface House {
  readonly door: Door;
  readonly backends: Backends;
}

/** Serves a client from its arrival until it has left. */
export async function attend(visit: Visit, options: GatewayOptions, house: House): Promise<Ending> {
  const { mode, totalMs, handshakeMs = 60_000 } = options;
  const end = () => visit.client.destroy();
  const total = totalMs === undefined ? undefined : setTimeout(end, totalMs);
  const mustCome = mode === 'require' || mode === 'implicit'; // where plaintext may go on, nobody has to come to TLS
  const toTls = mustCome ? setTimeout(end, handshakeMs) : undefined;
  try {
    const isImplicit = await beginsWithTls(visit, options);
    const plain = isImplicit ? 'start-tls' : await beforeTls(visit, options, house);
    if (plain !== 'start-tls') return plain;
    const met = await comesToTls(visit, options, house, isImplicit ? 'implicit' : 'in-band');
    clearTimeout(toTls);
    if (met.kind === 'failed') return failed(met.why);
    const greeted = visit.how === 'in-band';
    const ending = await between(visit, options, house, { mode: 'prefer', secured: true, greeted });
    return ending === 'start-tls' ? failed('TLS began twice') : ending;
  } finally {
    await closed(visit.client);
    clearTimeout(total);
    clearTimeout(toTls);
    for (const each of visit.backends) each.destroySoon();
  }
}

/** Whether TLS begins at once: it has to, or it may and the client's first octets say that it does. */
async function beginsWithTls({ client }: Visit, options: GatewayOptions): Promise<boolean> {
  const { mode, profile, implicitToo = false, idleMs = IDLE_MS } = options;
  if (mode === 'implicit' || profile === undefined) return true;
  client.setTimeout(idleMs, () => client.destroy());
  if (!implicitToo) return false;
  await stirs(client);
  const { kind } = await hold(client, converse(helloOrNot()), { timeoutMs: idleMs });
  return kind === 'start-tls';
}

async function beforeTls(visit: Visit, options: GatewayOptions, house: House): Promise<Ending | 'start-tls'> {
  const { mode, profile, host = 'localhost', idleMs = IDLE_MS } = options;
  const { client } = visit;
  if (mode === 'implicit' || profile === undefined) return 'start-tls';
  if (mode !== 'require' || profile.middle?.greetsOnce === true) return between(visit, options, house, { mode });
  // The backend does not hear of a client before TLS. [R5]
  const held = await hold(client, converse(profile.server({ host, mode, nonce: randomBytes(NONCE_OCTETS) })), {
    timeoutMs: idleMs,
  });
  return concluded(client, held);
}

async function comesToTls(
  visit: Visit,
  { profile, idleMs = IDLE_MS }: GatewayOptions,
  { door }: House,
  how: 'in-band' | 'implicit',
): Promise<Met> {
  visit.client.setTimeout(0);
  const met = await door.meet(visit.client, (peer) => {
    visit.client = peer;
  });
  if (met.kind === 'failed') return met;
  const { peer, certificate } = met;
  const { protocol, cipher, serverName, alpn } = factsOf(peer);
  if (how === 'implicit' && alpn === undefined && profile !== undefined && demandsAlpn(profile)) {
    peer.destroy();
    return { kind: 'failed', why: 'the client began with TLS, but did not say for which protocol' };
  }
  visit.tls = { protocol, cipher, serverName, ...(certificate && { client: shownSubject(certificate) }) };
  visit.agreed = {
    version: protocol,
    cipher,
    ...(alpn !== undefined && { alpn }),
    ...(serverName !== undefined && { serverName }),
    ...(certificate && { certificate: { commonName: commonNameOf(certificate) } }),
  };
  visit.how = how;
  peer.setTimeout(idleMs, () => peer.destroy());
  return met;
}

const factsOf = (secured: tls.TLSSocket) => ({
  protocol: secured.getProtocol() ?? '',
  cipher: secured.getCipher().standardName,
  serverName: secured.servername || undefined,
  alpn: secured.alpnProtocol || undefined,
});

/** Carries a client to a new connection of a backend's and back. */
async function between(
  visit: Visit,
  options: GatewayOptions,
  { backends }: House,
  as: Omit<ServerContext, 'host'>,
): Promise<Ending | 'start-tls'> {
  const { profile, host = 'localhost', dialMs = 10_000 } = options;
  const { client, origin } = visit;
  const agreed = as.secured === true ? visit.agreed : undefined;
  if (visit.kept !== undefined) {
    const crossed = await cross(visit, options, visit.kept, as);
    return crossed === 'unwilling' ? failed('the backend: it does not greet as one who serves') : crossed;
  }
  let why = 'there is none';
  for (const backend of backends.inOrder()) {
    if (client.destroyed) return over;
    const reached = await reach(backend, { profile, host, dialMs, origin, agreed });
    if (reached instanceof Error) {
      why = reached.message;
      backends.failed(backend, why);
      continue;
    }
    backends.reached(backend);
    const crossed = await cross(visit, options, reached, as);
    if (crossed !== 'unwilling') return crossed;
    why = 'it does not greet as one who serves';
  }
  return sendAway(client, profile, as, `the backend: ${why}`);
}

/** Carries a client over a connection to a backend; one that does not want to serve has said nothing yet that was passed on. */
async function cross(
  visit: Visit,
  { profile, host = 'localhost' }: GatewayOptions,
  { leg, greeting }: Reached,
  as: Omit<ServerContext, 'host'>,
): Promise<Ending | 'start-tls' | 'unwilling'> {
  const { client } = visit;
  if (visit.kept === undefined) visit.backends.push(leg.socket);
  const legs = { client: clientLeg(client), backend: leg };
  if (profile?.middle === undefined) {
    if (greeting !== undefined) legs.client.write(greeting);
    await relay(legs);
    return over;
  }
  const mediator = mediate(profile.middle.mediate({ host, ...as }));
  if (greeting !== undefined) mediator.feed('backend', greeting);
  const crossed = await bridge(legs, mediator);
  if (crossed.kind === 'relay') {
    await relay(legs, mediator);
    return over;
  }
  legs.client.release();
  if (crossed.kind === 'start-tls') {
    const hello = mediator.leftover('client'); // where it comes unasked
    if (hello.length > 0) client.unshift(hello);
    if (profile.middle.greetsOnce === true) visit.kept = { leg, greeting: mediator.leftover('backend') };
  }
  if (crossed.kind === 'refused') {
    leg.socket.destroySoon();
    return 'unwilling';
  }
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

/** Until a client says something, or has left. */
const stirs = (socket: net.Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.once('readable', resolve).once('close', resolve);
  });

const closed = (socket: net.Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });

/** It did not go as it should. */
export const failed = (why: string): Ending => ({ ok: false, why });
const ignore = () => {}; // a connection that breaks has ended, and that is noticed
const IDLE_MS = 600_000;
const WAIT_MS = 30_000;
