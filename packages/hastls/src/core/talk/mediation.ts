import type { Conversation, Framer, Handover, Verdict } from './conversation.ts';
import type { ServerContext } from './profile.ts';

/** The two whom a mediator stands between: the client, whose TLS ends here, and the server behind us, which has none. */
export type Party = 'client' | 'backend';

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

/**
 * How many octets of this piece still belong to a passage that ends within it; undefined when it takes them all and goes
 * on; -1 when nobody can say where it ends. It is given each octet once.
 */
export type Passage = (piece: Uint8Array) => number | undefined;

/** What a mediation may ask of whoever is driving it. */
export type MediationStep = Tell | Hear | Carry;

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

/** Waits for one frame of the client's; what the backend says of its own accord meanwhile is passed on unread. */
export function* hearClient(frame: Framer): Mediation<Uint8Array> {
  for (;;) {
    const { from, bytes } = yield { do: 'hear', frames: { client: frame, backend: anything } };
    if (from === 'client') return bytes;
    yield* tell('client', bytes);
  }
}

const anything: Framer = (buffer) => buffer.length;

/** Holds a server's conversation with the client. @throws TypeError when it demands a ClientHello in its midst */
export function* asServer<R extends Verdict | Handover>(conversation: Conversation<R, 'server'>): Mediation<R> {
  let step = conversation.next();
  while (!step.done) {
    switch (step.value.do) {
      case 'send':
        yield* tell('client', step.value.bytes);
        step = conversation.next();
        break;
      case 'take':
        step = conversation.next(yield* hearClient(step.value.frame));
        break;
      case 'peek':
        throw new TypeError('a ClientHello that is demanded in mid-dialogue cannot be waited for from the middle');
    }
  }
  return step.value;
}
