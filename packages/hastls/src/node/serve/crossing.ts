import { once } from 'node:events';
import type net from 'node:net';
import {
  type Handover,
  type Mediator,
  mediate,
  OTHER,
  type Party,
  type Profile,
  type ServerContext,
  type Verdict,
} from '../../core/talk/index.ts';
import type { TimedOut } from '../hold.ts';
import { createBeside } from './beside.ts';
import { type Broke, bridge, PARTIES, relay } from './bridge.ts';
import type { House } from './house.ts';
import { clientLeg, type Leg } from './leg.ts';
import { type Overture, overture } from './overture.ts';
import { type Reached, reach } from './reach.ts';
import { limitRest } from './stay.ts';
import { leave, turnAway } from './turn-away.ts';
import { type Ending, failed, OVER, type Visit } from './visited.ts';

/** Carries a client to a new connection of a backend's and back. */
export async function between(
  visit: Visit,
  house: House,
  as: Omit<ServerContext, 'host'>,
): Promise<Ending | 'start-tls'> {
  const { settings, backends } = house;
  const { profile, host, dialMs } = settings;
  const { client, origin } = visit;
  const agreed = as.secured === true ? visit.agreed : undefined;
  if (visit.kept !== undefined) {
    const crossed = await cross(visit, house, visit.kept, as);
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
    const crossed = await cross(visit, house, reached, as, () => backends.reached(backend));
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
  { settings, door }: House,
  { leg, greeting }: Reached,
  as: Omit<ServerContext, 'host'>,
  serves: () => void = ignore,
): Promise<Ending | 'start-tls' | Unserved> {
  const { profile, host, idleMs } = settings;
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
  visit.beside = createBeside(visit, leg, door, settings);
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
export async function concluded(
  client: net.Socket,
  verdict: Verdict | Handover | TimedOut,
): Promise<Ending | 'start-tls'> {
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

const ignore = () => {}; // nobody waits for it, or it is not to come
const WAIT_MS = 30_000;
