import { latin1 } from '../../../core/bytes/index.ts';
import { converse, looksLikeClientHello, type Profile, type ServerContext, shown } from '../../../core/talk/index.ts';
import { CLIENT, SERVER } from '../holding.ts';
import { type Begin, END, held, type Passage } from './automaton.ts';
import { clientOf, HELLO, serverOf, type Words } from './words.ts';

/** What must not be, in any state that an attacker can bring about. */
export type Claim =
  | 'throws' // a conversation has no exceptions, whatever it hears
  | 'never-secure' // nobody interferes, and yet no TLS comes about
  | 'secret-in-clear' // the client says a secret before TLS
  | 'says-more' // the client, interfered with, says before TLS what it does not say otherwise
  | 'goes-on-in-plaintext' // the client's dialogue ends in anything but TLS or a failure
  | 'believes-words' // the peer's words from before TLS come along with success
  | 'deaf-to-refusal' // the client begins TLS although the answer was no
  | 'leaves-octets' // TLS begins with plaintext behind the last word, which came with it and was not seen
  | 'minds-pieces' // the outcome depends on how octets were cut on the way
  | 'remembers' // what was said before TLS, or in another dialogue, changes what is said over TLS
  | 'begins-twice' // a server begins TLS within TLS
  | 'acts-before-tls' // a server that requires TLS hands a command to its application
  | 'plaintext-by-plan'; // a client that must not speak plaintext is led to it by its plan

/** A state in which a claim does not hold. */
export interface Fault {
  readonly claim: Claim;
  readonly side: 'client' | 'server';
  /** The shortest way there that was found: what the side heard, piece by piece, and what it said. */
  readonly transcript: readonly string[];
}

/** Watches one side of a profile, and complains of each claim that does not hold. */
export type Watch = (found: Passage, isNew: boolean) => void;
type Complain = (claim: Claim, heard: readonly string[]) => void;

/** What is known of a profile that is checked. */
export interface Subject {
  readonly profile: Profile;
  readonly words: Words;
  readonly secrets: readonly string[];
  readonly alsoSays: readonly RegExp[];
  /** What was said over TLS before anything was tried, and what is said now. */
  readonly overTls: { readonly atFirst: string; now(): string };
}

/** What must hold of a client, wherever it is. */
export function watchClient({ profile, words, secrets, alsoSays, overTls }: Subject, complain: Complain): Watch {
  const begin = clientOf(profile);
  return ({ place: { heard, ending, outcome }, said }, isNew) => {
    for (const each of said) {
      if (secrets.some((secret) => each.includes(secret))) complain('secret-in-clear', heard);
      else if (!words.clients.includes(each) && !alsoSays.some((pattern) => pattern.test(each)))
        complain('says-more', heard);
    }
    if (!isNew || ending === undefined) return;
    if (ending === 'thrown') complain('throws', heard);
    else if (!ENDINGS.includes(ending)) complain('goes-on-in-plaintext', heard);
    if (ending !== 'start-tls') return;
    if (Object.keys(outcome ?? {}).some((key) => key !== 'kind' && key !== 'through'))
      complain('believes-words', heard);
    if (words.refusals.includes(heard.at(-1) ?? '') && isFresh(begin, heard)) complain('deaf-to-refusal', heard);
    watchBoundary(begin, heard, complain);
    if (overTls.now() !== overTls.atFirst) complain('remembers', heard);
  };
}

const ENDINGS: readonly string[] = ['start-tls', 'absent', 'refused', 'closed', 'garbled'];

/** What must hold of a server that was begun so, wherever it is. */
export function watchServer({ profile, overTls }: Subject, as: Partial<ServerContext>, complain: Complain): Watch {
  const begin = serverOf(profile, as);
  return ({ place: { heard, ending, leftover } }, isNew) => {
    if (!isNew || ending === undefined) return;
    if (ending === 'thrown') complain('throws', heard);
    if (ending === 'plaintext' && as.mode === 'require' && as.secured !== true) complain('acts-before-tls', heard);
    if (ending !== 'start-tls') return;
    if (as.secured === true) complain('begins-twice', heard);
    if (leftover === '') watchBoundary(begin, heard, complain);
    else if (looksLikeClientHello(latin1(leftover)) !== 1) complain('leaves-octets', heard);
    if (overTls.now() !== overTls.atFirst) complain('remembers', heard);
  };
}

/** TLS begins behind the last octet of the last word, neither sooner nor later, however the octets came. */
function watchBoundary(begin: Begin, heard: readonly string[], complain: Complain): void {
  const last = heard.at(-1);
  if (last === undefined || last === END) return;
  for (const extra of ['x', '\r\n', last, HELLO]) {
    const stuffed = [...heard.slice(0, -1), last + extra];
    const { machine } = held(begin, stuffed);
    if (machine?.verdict?.kind === 'start-tls') complain('leaves-octets', stuffed);
  }
  const octets = [...heard.join('')];
  const isOver = (length: number) => held(begin, octets.slice(0, length)).machine?.verdict?.kind;
  if (isOver(octets.length - 1) !== undefined || isOver(octets.length) !== 'start-tls')
    complain('minds-pieces', octets);
}

/** Whether the last piece is a message by itself, with nothing before it that waits for its end. */
const isFresh = (begin: Begin, heard: readonly string[]): boolean =>
  held(begin, heard.slice(0, -1)).machine?.leftover.length === 0;

/**
 * What is said over TLS: by a client that opens its session again, and by a server that is asked for these words. To be
 * called before anything else is tried, as what a profile remembers it may remember for ever.
 */
export function firstOverTls({ session, server }: Profile, words: readonly string[]): Subject['overTls'] {
  const now = (): string => {
    const reopened = session && held(() => converse(session.reopen(CLIENT)), []).said;
    const answers = ['xyzzy\r\n', ...words].map((word) => {
      const { said, machine } = held(() => converse(server({ ...SERVER, greeted: true, secured: true })), [word]);
      return [said, machine?.verdict];
    });
    return JSON.stringify([reopened, answers]);
  };
  return { atFirst: now(), now };
}

/** What a side heard and said, for people. */
export function transcriptOf(side: Fault['side'], begin: Begin, heard: readonly string[]): readonly string[] {
  const [own, peer] = side === 'client' ? (['C', 'S'] as const) : (['S', 'C'] as const);
  return [undefined, ...heard].flatMap((piece, index) => [
    ...(piece === undefined ? [] : piece === END ? [`${peer}: (leaves)`] : shown(peer, latin1(piece))),
    ...held(begin, heard.slice(0, index)).said.flatMap((words) => shown(own, latin1(words))),
  ]);
}
