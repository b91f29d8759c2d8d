import { once } from 'node:events';
import net from 'node:net';
import { latin1 } from '../../core/bytes/index.ts';
import { type Agreed, type Origin, proxyLine, proxyOctets } from '../../core/proxy/index.ts';
import { converse, type Profile } from '../../core/talk/index.ts';
import { given } from '../given.ts';
import { handshake } from '../handshake.ts';
import { hold } from '../hold.ts';
import { upgrade } from '../upgrade.ts';
import type { Backend, BackendTls } from './backends.ts';
import { clientLeg, dialBackend, type Leg } from './leg.ts';

/** For whom a backend is needed, and how long that may take. */
export interface Reaching {
  readonly profile: Profile | undefined;
  /** What the gateway calls itself. */
  readonly host: string;
  /** For each step. */
  readonly dialMs: number;
  readonly origin: Origin | undefined;
  /** What was agreed on with the client, if it came to TLS. */
  readonly agreed: Agreed | undefined;
}

/** A connection to a backend. */
export interface Reached {
  readonly leg: Leg;
  /** What the backend has said, or would have to say, before all else. It is said for it: it has, before TLS. */
  readonly greeting: Uint8Array | undefined;
}

/** Connects to a backend, over TLS where that is wanted and never without, and tells it who the client is. */
export async function reach(backend: Backend, reaching: Reaching): Promise<Reached | Error> {
  const { tls, introduce } = backend;
  const { dialMs, origin, agreed, host, profile } = reaching;
  const header = introduce === 'line' ? proxyLine(origin) : introduce === 'octets' ? proxyOctets(origin, agreed) : NONE;
  if (tls === undefined && introduce !== 'dialogue') {
    const leg = await dialBackend(backend, dialMs);
    if (leg instanceof Error) return leg;
    if (header.length > 0) leg.socket.write(header);
    return { leg, greeting: undefined };
  }
  const plain = await connectTo(backend, dialMs);
  if (plain instanceof Error) return plain;
  if (header.length > 0) plain.write(header);
  const socket = tls === undefined ? plain : await securedBy(plain, tls, reaching);
  if (socket instanceof Error) return socket;
  const isGreeted = tls?.how === 'in-band';
  if (introduce !== 'dialogue' || profile?.introduce === undefined)
    return {
      leg: clientLeg(socket, plain),
      greeting: isGreeted ? latin1(profile?.stead?.greeting?.(host) ?? '') : undefined,
    };
  const introduced = await hold(socket, converse(profile.introduce(origin?.from, { greeted: isGreeted, self: host })), {
    timeoutMs: dialMs,
  });
  if (introduced.kind === 'plaintext') return { leg: clientLeg(socket, plain), greeting: undefined };
  socket.destroy();
  return new Error('it does not let us say who the client is');
}

const NONE = new Uint8Array(0);

/** A connection that can be read as any other: what is said on it is not the client's yet. */
async function connectTo({ tls: _, introduce: __, ...to }: Backend, timeoutMs: number): Promise<net.Socket | Error> {
  const socket = net.connect({ ...to, allowHalfOpen: true, noDelay: true }).pause();
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(timeoutMs) });
    return socket.on('error', ignore);
  } catch (error) {
    socket.on('error', ignore).destroy();
    const why = error as Error; // whatever once() is rejected with
    return why.name === 'AbortError' ? new Error(`no connection within ${timeoutMs} ms`) : why;
  }
}

async function securedBy(
  socket: net.Socket,
  { how, name, ca, pins, identity }: BackendTls,
  { profile, host, dialMs }: Reaching,
): Promise<net.Socket | Error> {
  const { alpn, alpnRequired } = profile ?? {};
  const wanted = given({ host: name, timeoutMs: dialMs, ca, pins, identity, alpn, alpnRequired });
  if (how === 'in-band' && profile === undefined) return new Error('nobody knows its upgrade');
  const result =
    how === 'implicit' || profile === undefined
      ? await handshake(socket, wanted)
      : await upgrade(socket, profile, { ...wanted, self: host });
  return result.kind === 'secured' ? result.socket.on('error', ignore) : new Error(result.why);
}

const ignore = () => {}; // a connection that breaks is closed next, and that is noticed
