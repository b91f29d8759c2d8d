import type net from 'node:net';
import { latin1, text } from '../core/bytes/index.ts';
import type { FallbackCause } from '../core/policy/index.ts';
import {
  type Conversation,
  converse,
  type Framer,
  type Handover,
  NEUTRAL_SELF,
  type PlainSession,
  type Verdict,
} from '../core/talk/index.ts';
import { type HastlsCode, HastlsError } from './errors.ts';
import { handshake } from './handshake.ts';
import { hold } from './hold.ts';
import type { UpgradeOptions } from './upgrade.ts';

/** A dialogue of commands and replies that began in plaintext, and goes over to TLS as soon as the server wants it. */
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
  close(): void;
}

/** How a session meets a demand for TLS. */
export interface SessionOptions extends UpgradeOptions {
  /** What to do when the server demands TLS. Default `upgrade`; `close` is for whoever is set to plaintext only. [A25] */
  readonly onDemand?: 'upgrade' | 'close';
}

/** Some replies carry whole messages; this much of one is kept. */
const MAX_REPLY = 1 << 20;

/** Opens a session on a connection on which nothing was said yet. @throws HastlsError */
export async function openSession(
  plain: net.Socket,
  dialogue: PlainSession,
  options: SessionOptions,
): Promise<Session> {
  const { host, self = NEUTRAL_SELF } = options;
  let socket = plain;
  let security: Session['security'] = 'plaintext';
  socket.on('error', ignore);
  let greeting = await talk(socket, dialogue.open({ host, self }));

  async function exchange(line: string): Promise<string> {
    socket.write(latin1(`${line}\r\n`));
    const reply = await frame(socket, dialogue.reply(line), options.timeoutMs);
    if (reply === undefined) throw broken(socket, 'the connection ended, or stood still, in the middle of a reply');
    return text(reply);
  }

  /** What was learnt in plaintext is forgotten: the dialogue begins anew, but for the command that was refused. */
  async function secure(): Promise<void> {
    if (options.onDemand === 'close') {
      socket.destroy();
      throw failed('upgrade-refused', 'this client is set to plaintext only');
    }
    if (security === 'tls') throw broken(socket, 'the server demands TLS within TLS');
    if (socket.readableLength > 0) throw broken(socket, 'there was plaintext where TLS had to begin'); // [V4]
    await talk(socket, dialogue.trigger());
    const result = await handshake(socket, { ...options, unauthenticatedTls: false });
    if (result.kind !== 'secured') throw failed(result.kind === 'failed' ? result.cause : 'untrusted', result.why);
    socket = result.socket.on('error', ignore);
    security = 'tls';
    greeting = await talk(socket, dialogue.reopen({ host, self }));
  }

  async function talk(over: net.Socket, conversation: Conversation<Verdict | Handover>): Promise<string> {
    const { timeoutMs, signal } = options;
    const held = await hold(over, converse(conversation), {
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (held.kind === 'plaintext') return held.heard;
    if (held.kind === 'start-tls') return '';
    over.destroy();
    if (held.kind === 'garbled') throw broken(over, `the dialogue before TLS is garbled: ${held.why}`);
    if (held.kind === 'timeout') throw failed('timeout', held.why);
    throw failed('upgrade-refused', `the server will not go on: ${held.kind}`);
  }

  return {
    get security() {
      return security;
    },
    get socket() {
      return socket;
    },
    get greeting() {
      return greeting;
    },
    async command(line) {
      if (/[\r\n]/.test(line)) throw new HastlsError('ERR_HASTLS_OPTION', 'a command is one line');
      const reply = await exchange(line);
      if (!dialogue.demands(reply)) return reply;
      await secure();
      const again = await exchange(line); // exactly once [S14]
      if (dialogue.demands(again)) throw broken(socket, 'the server demands TLS within TLS');
      return again;
    },
    close: () => void socket.end(),
  };
}

const ignore = () => {}; // a connection that breaks between two commands fails the next one

function broken(socket: net.Socket, what: string): HastlsError {
  socket.destroy();
  return new HastlsError('ERR_HASTLS_GARBLED', `${what}: the connection is closed`);
}

const CODES = {
  timeout: 'ERR_HASTLS_TIMEOUT',
  handshake: 'ERR_HASTLS_HANDSHAKE',
  untrusted: 'ERR_HASTLS_UNTRUSTED',
  'name-mismatch': 'ERR_HASTLS_NAME_MISMATCH',
  pinned: 'ERR_HASTLS_PINNED',
  'upgrade-refused': 'ERR_HASTLS_UPGRADE_REFUSED',
} as const satisfies Partial<Record<FallbackCause, HastlsCode>>;

const failed = (cause: keyof typeof CODES, why: string): HastlsError =>
  new HastlsError(CODES[cause], `the server demands TLS, and that failed: ${why}`);

/** One whole frame, or `undefined` when it does not come. What follows it stays in the socket. */
async function frame(socket: net.Socket, framer: Framer, timeoutMs = 30_000): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    let held = Buffer.alloc(0);
    const finish = (result: Uint8Array | undefined): void => {
      clearTimeout(timer);
      socket.off('readable', read).off('end', lost).off('close', lost).off('error', lost);
      resolve(result);
    };
    const lost = () => finish(undefined);
    const timer = setTimeout(lost, timeoutMs);
    function read(): void {
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
        held = Buffer.concat([held, chunk]);
        const length = framer(held);
        if (length < 0 || held.length > MAX_REPLY) lost();
        else if (length === 0 || length > held.length) continue;
        else {
          if (held.length > length) socket.unshift(held.subarray(length));
          finish(held.subarray(0, length));
        }
        return;
      }
    }
    socket.on('readable', read).on('end', lost).on('close', lost).on('error', lost);
    if (socket.destroyed || socket.readableEnded) lost();
    else read();
  });
}
