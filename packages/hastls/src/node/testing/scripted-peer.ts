import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { concatBytes } from '../../core/bytes/index.ts';
import { converse, NONCE_OCTETS, type Profile } from '../../core/talk/index.ts';
import { wrappedHandshake } from '../wrapped-handshake.ts';
import type { Identity } from './certificate.ts';

/** What becomes of what an honest server would say: other words, or none, and then it is silent for good. */
export type Edit = (said: Uint8Array) => Uint8Array | undefined;

/** What a peer does instead of what is right. Whatever is left out is honest. */
export interface Behaviour {
  /** What it says before it hears anything. */
  readonly greeting?: Edit;
  /** What it answers before it is asked for TLS: what it can do, mostly. */
  readonly capabilities?: Edit;
  /** What it answers when it is asked for TLS. */
  readonly answer?: Edit;
  /** Said behind that answer, in a segment of its own. */
  readonly slip?: Uint8Array;
  /** What follows then: TLS; or the dialogue as if TLS were there; or the end; or nothing at all. Default: TLS. */
  readonly transition?: 'tls' | 'plaintext' | 'cut' | 'silence';
  /** TLS comes before the first octet. */
  readonly implicit?: boolean;
  /** The protocols that it would speak over TLS. Default: those of its profile. */
  readonly alpn?: readonly string[];
  /** What it does when TLS stands. `beneath` is the connection that carries it. */
  readonly overTls?: (session: tls.TLSSocket, beneath: net.Socket) => void;
}

/** Who is played, and how. */
export interface ScriptedPeerOptions {
  readonly profile: Profile;
  readonly identity: Identity;
  readonly behaviour?: Behaviour;
}

/** A server that follows a script, and notes what clients give away. */
export interface ScriptedPeer {
  readonly port: number;
  /** How many clients came. */
  readonly connections: number;
  /** What they said in clear; of a client that is answered in clear where TLS should be, all that it said. */
  readonly heard: string;
  /** How many came to TLS. */
  readonly sessions: number;
  close(): Promise<void>;
}

/**
 * Starts a server on loopback that speaks its protocol as the profile's own server does, but for what its behaviour says:
 * one that lies, injects, falls silent, or begins TLS where and as it should not.
 */
export async function startScriptedPeer(options: ScriptedPeerOptions): Promise<ScriptedPeer> {
  const open = new Set<net.Socket>();
  const noted = { connections: 0, heard: '', sessions: 0 };
  const server = net.createServer({ noDelay: true }, (socket) => {
    noted.connections++;
    open.add(socket);
    socket.on('error', ignore).once('close', () => open.delete(socket));
    if (options.behaviour?.implicit === true) begin(socket);
    else play(socket);
  });

  function play(socket: net.Socket): void {
    const { profile, behaviour = {} } = options;
    const nonce = new Uint8Array(NONCE_OCTETS);
    const machine = converse(profile.server({ host: 'localhost', mode: 'require', nonce }));
    let hasHeard = false;
    const read = (piece: Buffer) => {
      hasHeard = true;
      machine.feed(piece);
      if (machine.waitsFor !== 'hello') noted.heard += piece.toString('latin1');
      speak();
    };
    const speak = (): void => {
      const said = concatBytes(...machine.output.splice(0));
      const goesOn = machine.verdict?.kind === 'start-tls' || machine.waitsFor === 'hello';
      const edit = !hasHeard ? behaviour.greeting : goesOn ? behaviour.answer : behaviour.capabilities;
      const words = said.length === 0 || edit === undefined ? said : edit(said);
      if (words === undefined) {
        socket.off('data', read).resume();
        return;
      }
      if (words.length > 0) socket.write(words);
      if (machine.verdict === undefined) return;
      socket.off('data', read);
      if (machine.verdict.kind !== 'start-tls') {
        socket.end();
        return;
      }
      if (behaviour.slip !== undefined) socket.write(behaviour.slip);
      socket.pause().unshift(Buffer.from(machine.leftover));
      carryOn(socket);
    };
    socket.on('data', read);
    speak();
  }

  function carryOn(socket: net.Socket): void {
    switch (options.behaviour?.transition ?? 'tls') {
      case 'tls':
        begin(socket);
        return;
      case 'plaintext':
        socket.on('data', (piece) => {
          noted.heard += piece.toString('latin1');
        });
        return;
      case 'cut':
        socket.destroy();
        return;
      case 'silence':
        socket.resume();
        return;
    }
  }

  function begin(socket: net.Socket): void {
    const { profile, identity, behaviour = {} } = options;
    const { alpn = profile.alpn, implicit, overTls } = behaviour;
    const isWrapped = profile.wrapping !== undefined && implicit !== true;
    const carrier = isWrapped && profile.wrapping !== undefined ? wrappedHandshake(socket, profile.wrapping) : socket;
    const session = new tls.TLSSocket(carrier, {
      isServer: true,
      ...identity,
      ...(alpn !== undefined && { ALPNProtocols: [...alpn] }),
      ...(isWrapped && { maxVersion: 'TLSv1.2' }),
    });
    open.delete(socket);
    open.add(session); // the connection beneath a session goes with it, and never before
    session.on('error', ignore).once('close', () => open.delete(session));
    session.once('secure', () => {
      noted.sessions++;
      overTls?.(session, socket);
    });
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port, // as: it listens on TCP
    get connections() {
      return noted.connections;
    },
    get heard() {
      return noted.heard;
    },
    get sessions() {
      return noted.sessions;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const each of open) each.destroy();
      }),
  };
}

const ignore = () => {}; // whoever breaks off has ended, and that is noticed
