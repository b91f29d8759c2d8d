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

/** Starts one, or says why there is none for this protocol. */
export type ServerKind = (profile: Profile) => Promise<Server | string>;

/** A server of a Node developer's. */
export const triggerServer: ServerKind = async (profile) => {
  const reached: string[] = [];
  const { alpn } = profile;
  const server = createTriggerServer({
    profile,
    mode: 'require',
    tls: { ...RIGHT, ...(alpn !== undefined && { ALPNProtocols: [...alpn] }) },
    host: 'localhost',
    application: () => (command) => void reached.push(command),
  });
  return { ...(await started(server)), reached };
};

/** A server without TLS, behind a gateway. */
export const gateway: ServerKind = async (profile) => {
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

async function started(server: net.Server): Promise<Omit<Server, 'reached'>> {
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
  /** Says this before it asks for TLS. */
  readonly before?: Uint8Array;
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
  const { instead, behind, before } = meddling;
  const machine = converse(profile.client({ host: 'localhost', self: NEUTRAL_SELF }));
  let heard = '';
  const failed = (end: Outcome['end']): Outcome => ({ end, heard, unasked: '' });
  if (before !== undefined) socket.write(before);
  if (instead !== undefined) {
    socket.write(instead);
    await ended(socket, (said) => {
      heard += said;
    });
    return failed('the end');
  }
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
  return overTls(socket, profile, meddling, heard);
}

async function overTls(socket: net.Socket, profile: Profile, meddling: Meddling, heard: string): Promise<Outcome> {
  const { alpn = profile.alpn, afterTls } = meddling;
  const carrier = profile.wrapping === undefined ? socket : wrappedHandshake(socket, profile.wrapping);
  const session = tls.connect({
    socket: carrier,
    host: HOST,
    ca: authority.certificate,
    ...(profile.wrapping !== undefined && { maxVersion: 'TLSv1.2' }),
    ...(alpn !== undefined && { ALPNProtocols: [...alpn] }),
  });
  const broke = new Promise<'broke'>((resolve) => {
    session.once('error', () => resolve('broke')).once('close', () => resolve('broke'));
  });
  try {
    const stands = once(session, 'secureConnect').then(
      () => 'stands' as const,
      () => 'broke' as const,
    );
    if ((await Promise.race([stands, broke])) === 'broke') return { end: 'no TLS', heard, unasked: '' };
    let unasked = '';
    session.on('data', (said: Buffer) => {
      unasked += said.toString('latin1');
    });
    if (afterTls !== undefined) {
      session.end();
      await once(session, 'finish');
      socket.write(afterTls, () => {});
    }
    await new Promise((settled) => setTimeout(settled, SETTLED_MS));
    return { end: 'TLS', heard, unasked };
  } finally {
    session.destroy();
  }
}

const SETTLED_MS = 50;

/** Until the server has ended the connection. */
async function ended(socket: net.Socket, said: (words: string) => void): Promise<void> {
  socket.on('data', (words) => said(words.toString('latin1')));
  if (!socket.closed) await once(socket, 'close');
}
