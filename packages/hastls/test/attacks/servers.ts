import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { createGateway, createTriggerServer } from 'hastls/serve';
import { converse, NEUTRAL_SELF, type Profile } from 'hastls/talk';
import { wrappedHandshake } from '#node/wrapped-handshake.js';
import { authority, HOST, RIGHT } from './client-attacks.ts';

/** A server that wants TLS before all else, and what became known behind it. */
export interface Server {
  readonly port: number;
  /** Commands that reached an application, or octets that reached a backend. */
  readonly reached: readonly string[];
  close(): Promise<void>;
}

/**
 * Starts one, or says why there is none for this protocol.
 * @param patienceMs how long clients may take for each thing. Default: long.
 */
export type ServerKind = (profile: Profile, patienceMs?: number) => Promise<Server | string>;
const LONG_MS = 60_000;

/** A server of a Node developer's. */
export const triggerServer: ServerKind = async (profile, timeoutMs = LONG_MS) => {
  const reached: string[] = [];
  const { alpn } = profile;
  const server = createTriggerServer({
    profile,
    mode: 'require',
    tls: { ...RIGHT, ...(alpn !== undefined && { ALPNProtocols: [...alpn] }) },
    host: 'localhost',
    timeoutMs,
    application: () => (command) => void reached.push(command),
  });
  return { ...(await started(server)), reached };
};

/** A server without TLS, behind a gateway. */
export const gateway: ServerKind = async (profile, idleMs = LONG_MS) => {
  if (profile.middle === undefined) return 'cannot be followed: implicit TLS only';
  const reached: string[] = [];
  const backend = await started(
    net.createServer((socket) => {
      socket.on('error', () => {}).on('data', (said) => void reached.push(String(said)));
      // It greets, where its protocol wants that, and then listens.
      for (const each of converse(profile.server({ host: 'localhost', mode: 'prefer' })).output) socket.write(each);
    }),
  );
  const door = createGateway({
    profile,
    mode: 'require',
    certificates: [RIGHT],
    idleMs,
    handshakeMs: idleMs,
    backend: { host: HOST, port: backend.port },
  });
  const front = await started(door.createServer());
  return {
    port: front.port,
    reached,
    close: async () => {
      door.cut();
      await Promise.all([front.close(), backend.close()]);
    },
  };
};

/** Starts a server on loopback; whoever is still there when it closes is left alone for a moment only. */
export async function started(server: net.Server): Promise<Omit<Server, 'reached'>> {
  const open = new Set<net.Socket>();
  server.on('connection', (socket) => open.add(socket.once('close', () => open.delete(socket))));
  server.listen(0, HOST);
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port, // as: it listens on TCP
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        setTimeout(() => open.forEach((each) => void each.destroy()), 100).unref();
      }),
  };
}

/** What a client adds to what is right. */
export interface Meddling {
  /** Said instead of anything else. */
  readonly instead?: Uint8Array;
  /** Behind its last word before TLS: in the same segment, or in the next. */
  readonly behind?: { readonly segment: 'same' | 'next'; readonly bytes: Uint8Array };
  readonly alpn?: readonly string[];
  /** Over TLS: ends it, and says this in clear. */
  readonly afterTls?: Uint8Array;
  /** Said instead of a ClientHello, and nothing more. */
  readonly insteadOfTls?: Uint8Array;
  /** Said instead of anything else, an octet at a time, and the last one again and again. */
  readonly slowly?: Uint8Array;
}

/** How it ended for the client, and all it heard in clear. */
export interface Outcome {
  readonly end: 'TLS' | 'no TLS' | 'the end';
  readonly heard: string;
  /** What it was told over TLS before it asked. */
  readonly unasked: string;
}

/** Comes to a server as a client of this profile that does more than it should. */
export async function meddle(port: number, profile: Profile, meddling: Meddling): Promise<Outcome> {
  const socket = net.connect({ port, host: HOST, noDelay: true }).on('error', () => {});
  try {
    await once(socket, 'connect');
    return await attempt(socket, profile, meddling);
  } finally {
    socket.destroy();
  }
}

async function attempt(socket: net.Socket, profile: Profile, meddling: Meddling): Promise<Outcome> {
  const { instead, behind, insteadOfTls, slowly } = meddling;
  const machine = converse(profile.client({ host: 'localhost', self: NEUTRAL_SELF }));
  let heard = '';
  const failed = (end: Outcome['end']): Outcome => ({ end, heard, unasked: '' });
  /** Says it, with nothing else to come. */
  const sayLast = async (last: Uint8Array): Promise<Outcome> => {
    socket.write(last);
    await ended(socket, (said) => {
      heard += said;
    });
    return failed('the end');
  };
  if (slowly !== undefined) trickle(socket, slowly);
  if (instead !== undefined || slowly !== undefined) return sayLast(instead ?? new Uint8Array());
  const pieces = socket.iterator({ destroyOnReturn: false });
  for (;;) {
    const said = machine.output.splice(0);
    for (const [index, each] of said.entries()) {
      // whether it is the last word only the answer shows: with each of them the same is tried
      const isLast = index === said.length - 1 && behind?.segment === 'same';
      socket.write(isLast ? Buffer.concat([each, behind.bytes]) : each);
    }
    if (machine.verdict !== undefined) break;
    const { value, done } = await pieces.next();
    if (done) return failed('the end');
    heard += String(value);
    machine.feed(value);
  }
  await pieces.return?.();
  if (machine.verdict.kind !== 'start-tls') return failed('no TLS');
  if (behind?.segment === 'next') socket.write(behind.bytes);
  if (insteadOfTls !== undefined) return sayLast(insteadOfTls);
  return overTls(socket, profile, meddling, heard);
}

async function overTls(socket: net.Socket, profile: Profile, meddling: Meddling, heard: string): Promise<Outcome> {
  const session = await beginTls(socket, profile, meddling.alpn);
  if (session === undefined) return { end: 'no TLS', heard, unasked: '' };
  try {
    let unasked = '';
    session.on('data', (said: Buffer) => {
      unasked += said.toString('latin1');
    });
    if (meddling.afterTls !== undefined) {
      session.end();
      await once(session, 'finish');
      socket.write(meddling.afterTls, () => {});
    }
    await new Promise((settled) => setTimeout(settled, SETTLED_MS));
    return { end: 'TLS', heard, unasked };
  } finally {
    session.destroy();
  }
}

/** Begins TLS as a client that verifies; `undefined`: there is none. */
export async function beginTls(
  socket: net.Socket,
  profile: Profile,
  alpn = profile.alpn,
): Promise<tls.TLSSocket | undefined> {
  const carrier = profile.wrapping === undefined ? socket : wrappedHandshake(socket, profile.wrapping);
  const session = tls.connect({
    socket: carrier,
    host: HOST,
    ca: authority.certificate,
    ...(profile.wrapping !== undefined && { maxVersion: 'TLSv1.2' }),
    ...(alpn !== undefined && { ALPNProtocols: [...alpn] }),
  });
  const stands = await new Promise<boolean>((resolve) => {
    session
      .on('error', () => resolve(false))
      .once('close', () => resolve(false))
      .once('secureConnect', () => resolve(true));
  });
  if (stands) return session;
  session.destroy();
  return undefined;
}

const SETTLED_MS = 50;
const DRIP_MS = 20;

function trickle(socket: net.Socket, octets: Uint8Array): void {
  let left = octets;
  const timer = setInterval(() => {
    socket.write(left.subarray(0, 1));
    if (left.length > 1) left = left.subarray(1);
  }, DRIP_MS);
  socket.once('close', () => clearInterval(timer));
}

/** Until the server has ended the connection. */
async function ended(socket: net.Socket, said: (words: string) => void): Promise<void> {
  socket.on('data', (words) => said(words.toString('latin1')));
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve)); // a reset is an end
}
