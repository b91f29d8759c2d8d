import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type net from 'node:net';
import type tls from 'node:tls';
import { demandsAlpn } from '../../core/profiles/index.ts';
import {
  converse,
  type Handover,
  helloOrNot,
  type Mediator,
  mediate,
  NONCE_OCTETS,
  OTHER,
  type Party,
  type Profile,
  type ServerContext,
  type Verdict,
} from '../../core/talk/index.ts';
import { hold, type TimedOut } from '../hold.ts';
import type { Backends } from './backends.ts';
import { createBeside } from './beside.ts';
import { type Broke, bridge, PARTIES, relay } from './bridge.ts';
import { commonNameOf, shownSubject } from './client-certificates.ts';
import type { Door, Met } from './door.ts';
import type { GatewayOptions } from './gateway.ts';
import { groupOf } from './key-exchange.ts';
import { clientLeg, type Leg } from './leg.ts';
import { type Overture, overture } from './overture.ts';
import { type Reached, reach } from './reach.ts';
import { IDLE_MS, limit, limitIdle, limitRest } from './stay.ts';
import { stirs } from './stirs.ts';
import { leave, turnAway } from './turn-away.ts';
import { DIAL_MS, type Ending, failed, OVER, type Visit } from './visited.ts';

/** What all who are served have in common. */
export interface House {
  readonly door: Door;
  readonly backends: Backends;
}

/** Serves a client from its arrival until it has left. */
export async function attend(visit: Visit, options: GatewayOptions, house: House): Promise<Ending> {
  const { mode, totalMs, handshakeMs = 60_000 } = options;
  const total = totalMs === undefined ? ignore : limit(visit, totalMs, `it lasted ${totalMs} ms`);
  const mustCome = mode === 'require' || mode === 'implicit'; // where plaintext may go on, nobody has to come to TLS
  const toTls = mustCome ? limit(visit, handshakeMs, `no TLS within ${handshakeMs} ms`) : ignore;
  try {
    const isImplicit = await beginsWithTls(visit, options);
    if (typeof isImplicit !== 'boolean') return isImplicit;
    const plain = isImplicit ? 'start-tls' : await beforeTls(visit, options, house);
    if (plain !== 'start-tls') return inTime(visit, plain);
    const met = await comesToTls(visit, options, house, isImplicit ? 'implicit' : 'in-band');
    toTls();
    if (met.kind === 'failed') return inTime(visit, failed('handshake', met.why));
    const greeted = visit.how === 'in-band';
    const ending = await between(visit, options, house, { mode: 'prefer', secured: true, greeted });
    return inTime(visit, ending === 'start-tls' ? failed('client', 'TLS began twice') : ending);
  } finally {
    await closed(visit.client);
    total();
    toTls();
    for (const each of visit.backends) each.destroySoon();
    await visit.beside?.over();
  }
}

const inTime = ({ late }: Visit, ending: Ending): Ending => (late === undefined ? ending : failed('late', late));

/** Whether TLS begins at once: it has to, or it may and the client's first octets say that it does. */
async function beginsWithTls(visit: Visit, options: GatewayOptions): Promise<boolean | Ending> {
  const { client } = visit;
  const { mode, profile, implicitToo = false, idleMs = IDLE_MS } = options;
  if (mode === 'implicit' || profile === undefined) return true;
  limitIdle(visit, idleMs);
  if (!implicitToo) return false;
  await stirs(client);
  const held = await hold(client, converse(helloOrNot()), { timeoutMs: idleMs });
  if (held.kind === 'plaintext') return false;
  const ending = await concluded(client, held);
  return ending === 'start-tls' ? true : ending;
}

async function beforeTls(visit: Visit, options: GatewayOptions, house: House): Promise<Ending | 'start-tls'> {
  const { mode, profile, host = 'localhost', idleMs = IDLE_MS } = options;
  const { client } = visit;
  if (mode === 'implicit' || profile === undefined) return 'start-tls';
  if (mode !== 'require' || profile.middle?.greetsOnce === true) return between(visit, options, house, { mode });
  // The backend does not hear of a client before TLS. [R1] [R5]
  const held = await hold(client, converse(profile.server({ host, mode, nonce: randomBytes(NONCE_OCTETS) })), {
    timeoutMs: idleMs,
  });
  return concluded(client, held);
}

async function comesToTls(
  visit: Visit,
  options: GatewayOptions,
  { door }: House,
  how: 'in-band' | 'implicit',
): Promise<Met> {
  const { profile, idleMs = IDLE_MS } = options;
  visit.client.setTimeout(0);
  const met = await door.meet(visit.client, (peer) => {
    visit.client = peer;
  });
  if (met.kind === 'failed') return met;
  const { peer, certificate } = met;
  const { alpn, ...facts } = factsOf(peer);
  const { protocol, cipher, serverName } = facts;
  if (how === 'implicit' && alpn === undefined && profile !== undefined && demandsAlpn(profile)) {
    peer.destroy();
    return { kind: 'failed', why: 'the client began with TLS, but did not say for which protocol' };
  }
  visit.tls = { ...facts, ...(certificate && { client: shownSubject(certificate) }) };
  visit.agreed = {
    version: protocol,
    cipher,
    ...(alpn !== undefined && { alpn }),
    ...(serverName !== undefined && { serverName }),
    ...(certificate && { certificate: { commonName: commonNameOf(certificate) } }),
  };
  visit.how = how;
  limitIdle(visit, idleMs);
  options.onSecured?.(visit);
  return met;
}

const factsOf = (secured: tls.TLSSocket) => ({
  protocol: secured.getProtocol() ?? '',
  cipher: secured.getCipher().standardName,
  group: groupOf(secured),
  resumed: secured.isSessionReused(),
  serverName: secured.servername || undefined,
  alpn: secured.alpnProtocol || undefined,
});

/** Carries a client to a new connection of a backend's and back. */
async function between(
  visit: Visit,
  options: GatewayOptions,
  house: House,
  as: Omit<ServerContext, 'host'>,
): Promise<Ending | 'start-tls'> {
  const { profile, host = 'localhost', dialMs = DIAL_MS } = options;
  const { client, origin } = visit;
  const { backends } = house;
  const agreed = as.secured === true ? visit.agreed : undefined;
  if (visit.kept !== undefined) {
    const crossed = await cross(visit, options, house, visit.kept, as);
    return isUnserved(crossed) ? failed('backend', `the backend: ${UNSERVED[crossed]}`) : crossed;
  }
  let why = 'there is none';
  for (const backend of backends.inOrder()) {
    if (client.destroyed) return OVER;
    const reached = await reach(backend, { profile, host, dialMs, origin, agreed });
    if (reached instanceof Error) {
      why = reached.message;
      backends.failed(backend, why);
      continue;
    }
    const crossed = await cross(visit, options, house, reached, as, () => backends.reached(backend));
    if (!isUnserved(crossed)) return crossed;
    why = UNSERVED[crossed];
    if (crossed === 'hung-up') backends.failed(backend, why);
  }
  return sendAway(client, profile, as, `the backend: ${why}`);
}

/** Why a client that has heard nothing yet can go to another backend. */
const UNSERVED = {
  unwilling: 'it does not greet as one who serves',
  'hung-up': 'it hung up before it had said anything',
} as const;
type Unserved = keyof typeof UNSERVED;
const isUnserved = (crossed: Ending | 'start-tls' | Unserved): crossed is Unserved =>
  typeof crossed === 'string' && crossed !== 'start-tls';

/**
 * Carries a client over a connection to a backend; one that does not serve has said nothing yet that was passed on.
 * @param serves called when the backend has shown that it is alive
 */
async function cross(
  visit: Visit,
  options: GatewayOptions,
  { door }: House,
  { leg, greeting }: Reached,
  as: Omit<ServerContext, 'host'>,
  serves: () => void = ignore,
): Promise<Ending | 'start-tls' | Unserved> {
  const { profile, host = 'localhost', idleMs = IDLE_MS } = options;
  const { client } = visit;
  if (visit.kept === undefined) visit.backends.push(leg.socket);
  const legs = { client: clientLeg(client, visit.beneath), backend: leg };
  const mediator = profile?.middle && mediate(profile.middle.mediate({ host, ...as }));
  const began = leg.socket.bytesWritten;
  const first = greeting === undefined ? await opens(legs, mediator) : SPOKEN;
  if (first.kind === 'hung-up') return hungUp(legs);
  serves();
  limitRest(visit, leg, idleMs);
  if (mediator === undefined) {
    if (greeting !== undefined) legs.client.write(greeting);
    if (first.kind === 'said') legs[OTHER[first.by]].write(first.piece);
    return cameToEnd(await relay(legs));
  }
  if (greeting !== undefined) mediator.feed('backend', greeting);
  if (first.kind === 'said') mediator.feed(first.by, first.piece);
  visit.beside?.destroy(); // what was agreed on in clear is none of this dialogue's
  visit.beside = createBeside(visit, leg, door, options);
  const crossed = await bridge(legs, mediator, (to) => visit.beside?.open(to));
  if (crossed.kind === 'relay') return cameToEnd(await relay(legs, mediator));
  if (crossed.kind === 'over' && crossed.broke !== undefined && (crossed.said || crossed.whose === 'client'))
    return cameToEnd(crossed); // and the other one is broken off
  legs.client.release();
  if (crossed.kind === 'start-tls') {
    const hello = mediator.leftover('client'); // where it comes unasked
    if (hello.length > 0) client.unshift(hello);
    if (profile?.middle?.greetsOnce === true) visit.kept = { leg, greeting: mediator.leftover('backend') };
    else leg.socket.destroySoon(); // what it has heard in clear is known no more
  }
  if (crossed.kind === 'refused') {
    leg.socket.destroySoon();
    return 'unwilling';
  }
  if (crossed.kind !== 'over') return concluded(client, crossed);
  if (crossed.whose === 'backend' && !crossed.said) {
    const isUntouched = leg.socket.bytesWritten === began && mediator.leftover('client').length === 0;
    if (!isUntouched) return sendAway(client, profile, as, 'the backend hung up');
    if (!client.readableEnded) return hungUp(legs); // else it is the client who has left first, and without a word
  }
  leave(client);
  return cameToEnd(crossed);
}

/** Waits for the first words, unless it is us who has them. */
function opens(legs: Readonly<Record<Party, Leg>>, mediator: Mediator | undefined): Promise<Overture> | typeof SPOKEN {
  const isUnread = mediator === undefined || mediator.verdict?.kind === 'relay';
  const mayBegin = PARTIES.filter((each) => isUnread || mediator.wants(each));
  const isOurs = mediator !== undefined && mediator.output.length > 0;
  return isOurs || mayBegin.length === 0 ? SPOKEN : overture(legs, mayBegin);
}

const SPOKEN = { kind: 'spoken' } as const;

function hungUp({ client, backend }: Readonly<Record<Party, Leg>>): Unserved {
  client.release();
  backend.socket.destroy();
  return 'hung-up';
}

const cameToEnd = (crossed: { readonly broke?: Broke } | undefined): Ending =>
  crossed?.broke === undefined ? OVER : failed(crossed.broke.whose, crossed.broke.why);

/** What a verdict comes to. */
async function concluded(client: net.Socket, verdict: Verdict | Handover | TimedOut): Promise<Ending | 'start-tls'> {
  if (verdict.kind === 'start-tls') {
    await new Promise((sent) => client.write('', sent)); // the go-ahead is out before the TLS engine writes anything
    return 'start-tls';
  }
  leave(client);
  if (verdict.kind === 'timeout') return failed('late', `the client: ${verdict.why}`);
  return verdict.kind === 'garbled' ? failed('client', `the client: ${verdict.why}`) : OVER;
}

/** Turns a client away that cannot be served; one that has been greeted, when it says what it wants. */
async function sendAway(
  client: net.Socket,
  profile: Profile | undefined,
  { greeted = false }: Pick<ServerContext, 'greeted'>,
  why: string,
): Promise<Ending> {
  const signal = AbortSignal.timeout(WAIT_MS);
  if (greeted && !client.readableEnded) await once(client, 'readable', { signal }).catch(ignore);
  await turnAway(client, profile?.stead, 'the service cannot be reached now', greeted);
  return failed('backend', why);
}

const closed = (socket: net.Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });

const ignore = () => {}; // a connection that breaks has ended, and that is noticed
const WAIT_MS = 30_000;
