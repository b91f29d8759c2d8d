import type net from 'node:net';
import { converse, type Garbled, NEUTRAL_SELF, type Profile, type Said, type Verdict } from '../core/talk/index.ts';
import { given } from './given.ts';
import { type Handshake, type HandshakeOptions, handshake } from './handshake.ts';
import { hold } from './hold.ts';
import { breakWhenSpokenTo } from './spoken-to.ts';

/** What a dialogue before TLS needs besides a handshake. */
export interface UpgradeOptions extends HandshakeOptions {
  /** What to call ourselves before TLS. Default: a name that says nothing. */
  readonly self?: string;
}

/** How an in-band upgrade ended. Whatever is not a handshake leaves a destroyed socket behind. */
export type Upgraded =
  | Handshake
  | { readonly kind: 'absent' | 'refused' | 'closed'; readonly why: string; readonly said?: Said }
  | { readonly kind: 'garbled'; readonly why: string; readonly how: Garbled['why'] };

/**
 * Holds a profile's dialogue over a connected socket, then hands the socket to TLS. Not an octet that came before TLS is
 * read after it: what is left over is an attack. [V4] [RFC3207 §6]
 */
export async function upgrade(socket: net.Socket, profile: Profile, options: UpgradeOptions): Promise<Upgraded> {
  const { host, self = NEUTRAL_SELF, timeoutMs, signal } = options;
  const held = await hold(socket, converse(profile.client({ host, self })), given({ timeoutMs, signal }));
  if (held.kind === 'start-tls') {
    const result = await handshake(socket, { ...options, ...given({ wrapping: profile.wrapping }) });
    if (result.kind !== 'failed' && profile.speaksFirst === 'client') breakWhenSpokenTo(result.socket);
    return result;
  }
  socket.destroy();
  if (held.kind === 'timeout') return { kind: 'failed', cause: 'timeout', why: held.why };
  return described(held);
}

const MEANING = {
  absent: 'it does not know the upgrade, or somebody removed the offer',
  refused: 'it knows the upgrade and refuses it',
  closed: 'it ended the dialogue',
  'not-the-protocol': 'what it said is not its protocol',
  'too-long': 'it said more than any server has to say before TLS',
  'bytes-before-tls': 'there was plaintext where TLS had to begin: somebody injected it',
  'cut-short': 'the connection was cut in the middle of the dialogue',
} as const;

function described(verdict: Exclude<Verdict, { kind: 'start-tls' }>): Upgraded {
  if (verdict.kind === 'garbled') return { kind: 'garbled', how: verdict.why, why: MEANING[verdict.why] };
  return { ...verdict, why: MEANING[verdict.kind] };
}
