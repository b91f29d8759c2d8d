import type net from 'node:net';
import type { FallbackCause } from '../core/policy/index.ts';
import {
  type Conversation,
  converse,
  type Handover,
  NEUTRAL_SELF,
  type PlainSession,
  type Profile,
  type Verdict,
} from '../core/talk/index.ts';
import { CODE_OF } from './connect-errors.ts';
import { HastlsError } from './errors.ts';
import { exchange } from './exchange.ts';
import { given } from './given.ts';
import { handshake, type TlsFacts } from './handshake.ts';
import { hold } from './hold.ts';
import { breakWhenSpokenTo } from './spoken-to.ts';
import type { Transfer } from './transfer.ts';
import type { UpgradeOptions } from './upgrade.ts';

/** A dialogue of commands and replies. One that began in plaintext goes over to TLS as soon as the server wants it. */
export interface Session {
  /** What protects the dialogue now. */
  readonly security: 'plaintext' | 'tls';
  /** What carries it now; whoever reads from it ends the session's own use of it. */
  readonly socket: net.Socket;
  /** The server's greeting, or its answer to the new opening over TLS: a character for each octet. */
  readonly greeting: string;
  /**
   * Says one command line, and gives the whole reply to it, line ends included, a character for each octet. If the
   * reply demands TLS, the session takes to TLS and says the command once more: the server has not carried it out.
   * [S9] [S14]
   * @throws HastlsError when the connection or the upgrade fails; the session is over then
   */
  command(line: string): Promise<string>;
  /**
   * Says a command that moves data on a connection of their own, and gives that connection: over TLS, or not at all.
   * @throws HastlsError ERR_HASTLS_OPTION where the service has no such thing, or the dialogue no TLS; and as they go
   */
  transfer(line: string): Promise<Transfer>;
  close(): void;
}

/** How a session meets a demand for TLS. */
export interface SessionOptions extends UpgradeOptions {
  /** Who speaks first once the session has taken to TLS. */
  readonly speaksFirst: Profile['speaksFirst'];
  /** What to do when the server demands TLS. Default `upgrade`; `close` is for whoever is set to plaintext only. [A25] */
  readonly onDemand?: 'upgrade' | 'close';
}

/** What a session is opened on: a connection on which nothing was said yet, or that came to TLS, one way or the other. */
export type Beginning =
  | { readonly how: 'plaintext'; readonly socket: net.Socket }
  | (TlsFacts & { readonly how: 'implicit' | 'in-band' });

/** Opens a session. @throws HastlsError */
export async function openSession(begun: Beginning, dialogue: PlainSession, options: SessionOptions): Promise<Session> {
  const to = { host: options.host, self: options.self ?? NEUTRAL_SELF };
  let socket = begun.socket;
  let secured: TlsFacts | undefined = begun.how === 'plaintext' ? undefined : begun;
  let isProtected = false;
  let transferring = false;
  socket.on('error', ignore);
  let greeting = await talk(begun.how === 'in-band' ? dialogue.reopen(to) : dialogue.open(to));

  async function say(line: string): Promise<string> {
    if (/[\r\n]/.test(line)) throw new HastlsError('ERR_HASTLS_OPTION', 'a command is one line');
    if (dialogue.leavesTls?.test(line)) throw new HastlsError('ERR_HASTLS_OPTION', 'this would lead out of TLS');
    if (transferring) throw new HastlsError('ERR_HASTLS_OPTION', 'data are being moved: finish() that first');
    return reply(line, line);
  }

  async function reply(to: string, line?: string): Promise<string> {
    const heard = await exchange(socket, line, dialogue.reply(to), options.timeoutMs);
    if (heard === undefined) throw broken('the connection ended, or stood still, in the middle of a reply');
    return heard;
  }

  /** What was learnt in plaintext is forgotten: the dialogue begins anew, but for the command that was refused. */
  async function secure(): Promise<void> {
    if (options.onDemand === 'close') {
      socket.destroy();
      throw failed('upgrade-refused', 'this client is set to plaintext only');
    }
    if (secured !== undefined) throw broken('the server demands TLS within TLS');
    if (socket.readableLength > 0) throw broken('there was plaintext where TLS had to begin'); // [V4]
    await talk(dialogue.trigger());
    const result = await handshake(socket, { ...options, unauthenticatedTls: false });
    if (result.kind !== 'secured') throw failed(result.kind === 'failed' ? result.cause : 'untrusted', result.why);
    socket = result.socket.on('error', ignore);
    secured = result;
    if (options.speaksFirst === 'client') breakWhenSpokenTo(socket); // [V12]
    greeting = await talk(dialogue.reopen(to));
  }

  async function talk(conversation: Conversation<Verdict | Handover>): Promise<string> {
    const { timeoutMs, signal } = options;
    const held = await hold(socket, converse(conversation), given({ timeoutMs, signal }));
    if (held.kind === 'plaintext') return held.heard;
    if (held.kind === 'start-tls') return '';
    socket.destroy();
    if (held.kind === 'garbled') throw broken(`the dialogue is garbled: ${held.why}`);
    if (held.kind === 'timeout') throw new HastlsError('ERR_HASTLS_TIMEOUT', `the dialogue ends: ${held.why}`);
    throw new HastlsError('ERR_HASTLS_UPGRADE_REFUSED', `the server will not go on: ${held.kind}`);
  }

  async function transfer(line: string): Promise<Transfer> {
    const { data } = dialogue;
    if (data === undefined)
      throw new HastlsError('ERR_HASTLS_OPTION', 'this service moves no data beside its dialogue');
    if (secured === undefined) throw new HastlsError('ERR_HASTLS_OPTION', 'data are moved over TLS only');
    if (!isProtected) await talk(data.protect()); // before the first of them [RFC4217 §9]
    isProtected = true;
    const port = Number(await talk(data.open()));
    const begin = async () => {
      const heard = await say(line);
      transferring = data.begins(heard);
      return transferring ? undefined : heard;
    };
    const { openData } = await import('./transfer.ts'); // few services have it
    const opened = await openData(secured, port, begin, options);
    if (typeof opened === 'string') return { kind: 'refused', reply: opened };
    return {
      kind: 'begun',
      socket: opened.on('error', ignore),
      async finish() {
        const last = await reply(line);
        transferring = false;
        return last;
      },
    };
  }

  function broken(what: string): HastlsError {
    socket.destroy();
    return new HastlsError('ERR_HASTLS_GARBLED', `${what}: the connection is closed`);
  }

  return {
    get security() {
      return secured === undefined ? 'plaintext' : 'tls';
    },
    get socket() {
      return socket;
    },
    get greeting() {
      return greeting;
    },
    async command(line) {
      const first = await say(line);
      if (!dialogue.demands(first)) return first;
      await secure();
      const again = await say(line); // exactly once [S14]
      if (dialogue.demands(again)) throw broken('the server demands TLS within TLS');
      return again;
    },
    transfer,
    close: () => void socket.end(),
  };
}

const ignore = () => {}; // a connection that breaks between two commands fails the next one

const failed = (cause: FallbackCause, why: string): HastlsError =>
  new HastlsError(CODE_OF[cause], `the server demands TLS, and that failed: ${why}`);
