import { latin1 } from '../bytes/text.ts';
import type { Conversation, Framer, Peek, Verdict } from './conversation.ts';
import type { Profile, ServerContext } from './profile.ts';

/** The two whom a mediator stands between: the client, whose TLS ends here, and the server behind us, which has none. */
export type Party = 'client' | 'backend';
/** The other one of the two. */
export const OTHER: Readonly<Record<Party, Party>> = { client: 'backend', backend: 'client' };

/** Says these octets to one of them. */
export interface Tell {
  readonly do: 'tell';
  readonly to: Party;
  readonly bytes: Uint8Array;
}
/** Waits for a whole frame, from whichever party listed here has one first. */
export interface Hear {
  readonly do: 'hear';
  readonly frames: Readonly<Partial<Record<Party, Framer>>>;
}
/** Carries octets from one to the other as they come, however many there are, for as long as the passage goes. */
export interface Carry {
  readonly do: 'carry';
  readonly from: Party;
  readonly passage: Passage;
}

/** Opens a place for one connection beside this one, which leads to a port of the backend's, and tells the client of it. */
export interface Open {
  readonly do: 'open';
  readonly port: number;
  /** The client begins with TLS there. */
  readonly secured: boolean;
  /** What the client is told; undefined: there can be no such place. */
  readonly tell: (place: Place | undefined) => Uint8Array;
}
/** Where only this client may connect to, once. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/**
 * How many octets of this piece still belong to a passage that ends within it; undefined when it takes them all and goes
 * on; -1 when nobody can say where it ends. It is given each octet once.
 */
export type Passage = (piece: Uint8Array) => number | undefined;

/** What a mediation may ask of whoever is driving it. Only the client's octets are peeked at, to tell a ClientHello. */
export type MediationStep = Tell | Hear | Carry | Peek | Open;

/** A frame, and who said it. */
export interface Heard {
  readonly from: Party;
  readonly bytes: Uint8Array;
}

/** A dialogue of two parties as it looks from the middle: straight-line code, without sockets, as a conversation is. */
export type Mediation<R> = Generator<MediationStep, R, Heard>;

/**
 * How a mediation ends. `refused` says that the backend did not greet as one who serves: nobody has heard it, and the
 * client is yet to be told.
 */
export type MediationOutcome =
  | Verdict
  /** Nothing that is said from here on can lead to TLS: what follows need not be read. */
  | { readonly kind: 'relay' };

/** What it takes to follow a protocol from the middle, so that no message can pass for a command, and no command for a message. */
export interface Middle {
  /**
   * From the backend's greeting to the end, or to where TLS begins. With `greeted` the greeting goes no further, if the
   * protocol has none after an upgrade: the client has heard one. Octets are passed on, but for these: the upgrade is
   * ours, whatever the backend can do, and what `mode` refuses is not listed.
   */
  mediate(as: ServerContext): Mediation<MediationOutcome>;
  /** The commands, in capitals, that tell secrets: what a gateway that lets all else pass keeps for TLS. */
  readonly secrets: readonly string[];
  /**
   * The backend's greeting is the only one there is, and what is said over TLS answers it. So it is heard before TLS in
   * every mode, and the connection on which it was said goes on: nothing that the client says in clear gets there if TLS
   * is to follow. Default: no; what hears the client over TLS never heard it before. [V10]
   */
  readonly greetsOnce?: true;
  /** It opens places, and this is the ALPN id of what goes on there. Default: it opens none. */
  readonly beside?: { readonly alpn: string };
  /**
   * Why nobody can tell its commands from what else is said, in words that go on with a colon. Then TLS has to come before
   * all else, and nothing is read behind it but the greeting. Default: they can be told.
   */
  readonly unread?: string;
}

/** Says something to one of the two. */
export function* tell(to: Party, bytes: Uint8Array): Mediation<void> {
  yield { do: 'tell', to, bytes };
}

/** Waits for one frame. What the other says meanwhile waits too. */
export function* hearFrom(from: Party, frame: Framer): Mediation<Uint8Array> {
  return (yield { do: 'hear', frames: { [from]: frame } }).bytes;
}

/** Carries one passage. */
export function* carry(from: Party, passage: Passage): Mediation<void> {
  yield { do: 'carry', from, passage };
}

/** What the backend says while the client is waited for: in which frames it is heard, and what of each is passed on. */
export interface Unasked {
  readonly frame: Framer;
  pass(said: Uint8Array): Uint8Array;
}

/** Waits for one frame of the client's; what the backend says of its own accord meanwhile is passed on, by default unread. */
export function* hearClient(frame: Framer, { frame: spoken, pass }: Unasked = unread): Mediation<Uint8Array> {
  for (;;) {
    const { from, bytes } = yield { do: 'hear', frames: { client: frame, backend: spoken } };
    if (from === 'client') return bytes;
    yield* tell('client', pass(bytes));
  }
}

const PIECE = 65_536; // what one frame of the backend's may hold
const unread: Unasked = { frame: (buffer) => Math.min(buffer.length, PIECE), pass: (said) => said };

/** Holds a server's conversation with the client. */
export function* asServer<R>(conversation: Conversation<R, 'server'>, unasked?: Unasked): Mediation<R> {
  let step = conversation.next();
  while (!step.done) {
    switch (step.value.do) {
      case 'send':
        yield* tell('client', step.value.bytes);
        step = conversation.next();
        break;
      case 'take':
        step = conversation.next(yield* hearClient(step.value.frame, unasked));
        break;
      case 'peek':
        step = conversation.next((yield step.value).bytes);
        break;
    }
  }
  return step.value;
}

/**
 * The middle of a protocol in which only the client's first frames can lead to TLS: these are followed, and what comes
 * behind them need not be.
 */
export const openingMiddle = (server: Profile['server'], secrets: readonly string[]): Middle => ({
  *mediate(as) {
    const heard = yield* asServer(server(as));
    if (heard.kind !== 'plaintext') return heard;
    yield* tell('backend', latin1(heard.heard));
    return { kind: 'relay' };
  },
  secrets,
});
