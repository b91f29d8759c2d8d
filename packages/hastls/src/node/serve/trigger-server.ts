import { randomBytes } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import { converse, NONCE_OCTETS, type Profile, type ServerContext, type Verdict } from '../../core/talk/index.ts';
import { given } from '../given.ts';
import { hold, type TimedOut } from '../hold.ts';
import { wrappedHandshake } from '../wrapped-handshake.ts';
import { checkTriggerServerOptions } from './known-options.ts';
import { HANDSHAKE_MS, secure } from './secure.ts';

/** Whom an application talks to. When TLS begins there is a new one, and a new application. */
export interface Peer {
  readonly security: 'plaintext' | 'tls';
  readonly how: 'plaintext' | 'in-band' | 'implicit';
  /** Write to it. Read from it only while a command is being answered, and leave it paused, without listeners. */
  readonly socket: net.Socket | tls.TLSSocket;
  /** The same peer before TLS, where the profile keeps the dialogue: what it said then is to be believed no more. [S14] */
  readonly continues?: Peer;
}

/**
 * An application for one peer: called for each command or frame (a character for each octet, without the end of the
 * line), and for the next one when it is done. Over TLS it may be `undefined` instead: then the socket is all yours,
 * greeting included.
 */
export type Application = ((command: string) => void | Promise<void>) | undefined;

/** What a server is made of. */
export interface TriggerServerOptions {
  /** The words: a profile, `trigger97(…)` for a line protocol of your own, `frameServer(…)` for one of frames. */
  readonly profile: Pick<Profile, 'server' | 'keepsDialogue' | 'wrapping'>;
  /**
   * Where the line is drawn. [S6] [S7] `prefer`: TLS is for those who ask for it; `require`: it comes before all else; a
   * list: it comes before these commands, written in capitals; `implicit`: it comes before the first octet.
   */
  readonly mode: ServerContext['mode'] | 'implicit';
  /** Key and certificate, and what else `tls.createSecureContext` takes. At least TLS 1.2 by default. */
  readonly tls: tls.SecureContextOptions & Pick<tls.TlsOptions, 'SNICallback' | 'ALPNProtocols'>;
  /**
   * Makes the application for one peer. It is made anew when TLS begins, so that nothing a client said in clear, or
   * somebody said in its name, is known any more. [S14] With `require` there is none before TLS.
   */
  readonly application: (peer: Peer) => Application;
  /** What the server calls itself. Default: `localhost`. */
  readonly host?: string;
  /** How long a client may take for a command, or for a handshake, which has 10 000 at the most. Default 300 000. */
  readonly timeoutMs?: number;
  /** For your log: a connection was dropped, and why. What the client said is not in it. */
  readonly onDropped?: (why: string, socket: net.Socket) => void;
}

/**
 * Makes a server that draws the line between plaintext and TLS; to be started with `listen()`.
 * @throws HastlsError ERR_HASTLS_OPTION when an option is unknown
 */
export function createTriggerServer(options: TriggerServerOptions): net.Server {
  checkTriggerServerOptions(options);
  const newest = options.profile.wrapping === undefined ? {} : ({ maxVersion: 'TLSv1.2' } as const);
  const secureContext = tls.createSecureContext({ minVersion: 'TLSv1.2', ...options.tls, ...newest }); // [RFC8996]
  return net.createServer((socket) => {
    socket.on('error', ignore);
    void attend(socket, secureContext, options); // it rejects when the application throws, and that is nobody else's to mend
  });
}

const ignore = () => {}; // a connection that breaks has ended, and that is noticed

async function attend(
  socket: net.Socket,
  secureContext: tls.SecureContext,
  options: TriggerServerOptions,
): Promise<void> {
  const { mode, tls: wishes, profile } = options;
  const before: Peer = { security: 'plaintext', how: 'plaintext', socket };
  const drop = (why: string, dropped = socket) => {
    options.onDropped?.(why, socket);
    dropped.destroySoon(); // once all that was written is out
  };
  if (mode !== 'implicit') {
    const plain = await serve(before, mode, options);
    if (plain.kind === 'dropped') drop(plain.why);
    if (plain.kind !== 'start-tls') return;
  }
  const { SNICallback, ALPNProtocols } = wishes;
  const carrier =
    profile.wrapping === undefined || mode === 'implicit' ? socket : wrappedHandshake(socket, profile.wrapping);
  const wanted = given({ secureContext, SNICallback, ALPNProtocols });
  const shaken = await secure(carrier, wanted, ignore, Math.min(HANDSHAKE_MS, options.timeoutMs ?? HANDSHAKE_MS));
  if (shaken.kind === 'failed') return drop(shaken.why);
  const { peer: secured } = shaken;
  const how = mode === 'implicit' ? 'implicit' : 'in-band';
  const continues = profile.keepsDialogue === true && how === 'in-band' ? { continues: before } : {};
  const ending = await serve({ security: 'tls', how, socket: secured, ...continues }, 'prefer', options);
  if (ending.kind === 'dropped') drop(ending.why, secured);
}

type Ending = { readonly kind: 'start-tls' | 'over' } | { readonly kind: 'dropped'; readonly why: string };

/** Serves one peer until it leaves, or until TLS begins. */
async function serve(peer: Peer, mode: ServerContext['mode'], options: TriggerServerOptions): Promise<Ending> {
  const { profile, application, host = 'localhost', timeoutMs = 300_000 } = options;
  const { socket } = peer;
  const secured = peer.security === 'tls';
  try {
    const answer = mode === 'require' ? refuseAll : application(peer);
    if (answer === undefined && secured) return { kind: 'over' };
    if (answer === undefined) throw new TypeError('in plaintext an application has to answer commands');
    const as = { host, mode, secured, nonce: randomBytes(NONCE_OCTETS) };
    for (let greeted = peer.how === 'in-band'; ; greeted = true) {
      const heard = await hold(socket, converse(profile.server({ ...as, greeted })), { timeoutMs });
      if (heard.kind === 'plaintext') await answer(heard.heard);
      else return endingOf(heard, socket);
    }
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Where TLS comes before all else, a profile hands nothing over. */
const refuseAll = () => {};

function endingOf(heard: Verdict | TimedOut, socket: net.Socket): Ending {
  switch (heard.kind) {
    case 'start-tls':
      return { kind: 'start-tls' };
    case 'garbled':
    case 'timeout':
      return { kind: 'dropped', why: heard.why };
    case 'closed':
    case 'absent':
    case 'refused':
      socket.destroySoon();
      return { kind: 'over' };
  }
}
