import type { Conversation, Framer, Handover, Verdict } from './conversation.ts';
import type { Middle } from './mediation.ts';
import type { Wrapping } from './wrapping.ts';

/** What the product knows about one service, whether or not it can be upgraded in-band. */
export interface Service {
  /** What a URL's scheme calls it: `smtp://host`. */
  readonly name: string;
  /** Label of the owner name, without its underscore: `imap` for `_imap._tcp.host`. [R11] [R12] [A17] */
  readonly service: string;
  /** Default ports: `plain` is also the in-band one. The first of a list is the default. */
  readonly ports: { readonly plain: readonly number[]; readonly tls: readonly number[] };
  /** ALPN ids registered for it, in order of preference; none: the extension is not sent. */
  readonly alpn?: readonly string[];
  /** A server of this service chooses one of them: TLS with anybody else may be in the middle of another dialogue. [V13] */
  readonly alpnRequired?: true;
  /** A public server of it has to serve strangers without TLS too, whatever its record promises. Default: no. [A38] */
  readonly servesStrangers?: true;
  /** Documents this was written from. */
  readonly specs: readonly string[];
  /** The scheme that means implicit TLS, if the service has one: `imaps`. */
  readonly implicitScheme?: string;
  /** What somebody in between says in the server's place to a client without TLS. Default: nothing. */
  readonly stead?: Stead;
}

/** A service that can be upgraded in-band: its facts and both sides of the dialogue. */
export interface Profile extends Service {
  /** From the first octet after connecting to the verdict. */
  client(to: ClientContext): Conversation<Verdict>;
  /** From the first octet, or from where `as` says, to the verdict or to a command that is the application's. */
  server(as: ServerContext): ServerDialogue;
  /** Who speaks first once TLS stands. Data from the other side before that is an attack. [V12] */
  readonly speaksFirst: 'client' | 'server';
  /** Packets that carry the handshake, where it does not go over the connection as it is. */
  readonly wrapping?: Wrapping;
  /** What both sides forget when TLS begins, in words for an application's author: it was said in clear. [V4] [V10] */
  readonly forgets: readonly string[];
  /** The application's own state may outlive the upgrade, as the proposal of 1997 had it. Default: no. [S14] */
  readonly keepsDialogue?: boolean;
  /**
   * Tells a server that believes us whom we speak for, up to where it greets: `greeted` says that it has greeted before,
   * and `self` is what to call ourselves. None: the protocol has no words for it.
   */
  readonly introduce?: (
    client: { readonly address: string; readonly port: number } | undefined,
    as: { readonly greeted: boolean; readonly self: string },
  ) => Conversation<Verdict | Handover>;
  /** How a gateway follows both sides, in front of a server that leaves TLS to it; none: it cannot. */
  readonly middle?: Middle;
  /** And why not, in words that go on with a colon. */
  readonly unfollowed?: string;
  /** The dialogue that goes on in plaintext, for services whose server may demand TLS in its midst. [S6] [S14] */
  readonly session?: PlainSession;
}

/** What a server says, up to the verdict or to a command that is the application's. */
export type ServerDialogue = Conversation<Verdict | Handover, 'server'>;

/** What a server's plaintext client has to hear from somebody else. */
export interface Stead {
  /**
   * What the server said before TLS, if anything, and will not say again, a character for each octet: what it did say is
   * not to be believed. [V7] None: nobody else can say it, so that a client without TLS cannot be led over an upgrade.
   */
  readonly greeting?: (host: string) => string;
  /**
   * Turns a client away for now, in the protocol's own words: a new one, or one that was greeted. `why`: a line of ASCII
   * that needs no quoting.
   */
  turnAway(why: string, greeted: boolean): Conversation<Verdict, 'server'>;
}

/** What a client may have to say of both sides before TLS. */
export interface ClientContext {
  readonly host: string;
  /** What to call ourselves, where a protocol wants to know. Before TLS: `NEUTRAL_SELF`, as anybody may be listening. */
  readonly self: string;
}

/** A name that says nothing about who we are. [RFC2606 §2] */
export const NEUTRAL_SELF = 'client.invalid';

/** What a server's side of the dialogue must know. */
export interface ServerContext {
  /** What to call ourselves. */
  readonly host: string;
  /**
   * Where the server draws its line: [S6] [S7]
   * - `require`: every command but the upgrade is refused, or answered with what a client needs to find the upgrade;
   * - a list: these commands, in capitals, are refused until TLS is there;
   * - `prefer`: none is.
   *
   * A command that is neither refused nor the upgrade is handed over to the application. It answers, capability
   * questions included (and lists the upgrade as long as there is no TLS), and then holds `server()` again with
   * `greeted`.
   */
  readonly mode: 'require' | 'prefer' | readonly string[];
  /** The greeting is out: go on with the next command. Default: no. */
  readonly greeted?: boolean;
  /** Chance, new for each connection, for what nobody may foretell. Default: zeros, which only a test may want. */
  readonly nonce?: Uint8Array;
  /** TLS is there: the upgrade is refused, everything else is the application's. Default: no. */
  readonly secured?: boolean;
}

/** How many octets of chance a server wants. */
export const NONCE_OCTETS = 20;

/** Whether the server speaks first, before TLS: then nobody can tell from the client's first octets what it wants. */
export function serverGreets(profile: Profile): boolean {
  const first = profile.server({ host: '', mode: 'require' }).next();
  return first.done !== true && first.value.do === 'send';
}

/** Whether a command that is not the upgrade is the application's to answer. */
export const isApplications = ({ mode, secured = false }: ServerContext, command: string): boolean =>
  secured || mode === 'prefer' || (mode !== 'require' && !mode.includes(command));

/** How a plaintext session hears that the server wants TLS now, and what it does about it. */
export interface PlainSession {
  /** Reads the greeting and says what the protocol wants said first. Hands over the greeting. */
  open(to: ClientContext): Conversation<Verdict | Handover>;
  /** Says it again over TLS, before the refused command is repeated: all else was forgotten. Hands over the answer. */
  reopen(to: ClientContext): Conversation<Verdict | Handover>;
  /** Length of one whole reply to `command`, as a framer. */
  reply(command: string): Framer;
  /** Whether this reply refuses the command because TLS is wanted first. */
  demands(reply: string): boolean;
  /** What is said between the demand and the ClientHello: nothing in the 1997 form [S9], the upgrade in later ones. */
  trigger(): Conversation<Verdict>;
  /** Commands that lead out of TLS, wholly or for data: a client of ours never says them. Default: there are none. [V15] */
  readonly leavesTls?: RegExp;
  /** How data move on connections of their own. Default: they do not. */
  readonly data?: DataDialogue;
}

/** How data move on connections of their own, each agreed upon in the dialogue, and each over TLS. [RFC4217 §7] */
export interface DataDialogue {
  /** Said over TLS before the first of them: they are to be protected too. Hands over nothing. */
  protect(): Conversation<Verdict | Handover>;
  /** Asks for a port on the host that we talk to; another host, nobody may send us to. Hands over the port. [V9] */
  open(): Conversation<Verdict | Handover>;
  /** Whether data move now, by this reply to the command that moves them. Another reply follows once they have. */
  begins(reply: string): boolean;
}
