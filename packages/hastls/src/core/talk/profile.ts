import type { Conversation, Framer, Verdict } from './conversation.ts';

/** What the product knows about one service, whether or not it can be upgraded in-band. */
export interface Service {
  /** What a URL's scheme calls it: `smtp://host`. */
  readonly name: string;
  /** SRV-style label, as in `_imap._tcp.host`. [R11] [R12] [A17] */
  readonly service: string;
  /** Default ports: `plain` is also the in-band one. The first of a list is the default. */
  readonly ports: { readonly plain: readonly number[]; readonly tls: readonly number[] };
  /** ALPN ids registered for it, in order of preference; none: the extension is not sent. */
  readonly alpn?: readonly string[];
  /** Documents this was written from. */
  readonly specs: readonly string[];
  /** Said by `--help` and the documents: the scheme that means implicit TLS, if the service has one. */
  readonly implicitScheme?: string;
}

/** A service that can be upgraded in-band: its facts and both sides of the dialogue. */
export interface Profile extends Service {
  /** From the first byte after connecting to the verdict. */
  client(to: ClientContext): Conversation<Verdict>;
  server(as: ServerContext): Conversation<Verdict, 'server'>;
  /** The dialogue that goes on in plaintext, for services whose server may demand TLS in its midst. [S6] [S14] */
  readonly session?: PlainSession;
}

/** Names shown before TLS: neutral by default, as anybody may be listening. */
export interface ClientContext {
  readonly host: string;
  readonly self: string;
}

export interface ServerContext {
  readonly host: string;
  /** `require`: everything but the upgrade is refused. `prefer`: plaintext may go on, so other commands are not ours to answer. */
  readonly mode: 'require' | 'prefer';
}

/** How a plaintext session hears that the server wants TLS now, and what it does about it. */
export interface PlainSession {
  /** Reads the greeting, and says what the protocol wants said first. Gives the greeting, or a verdict when it cannot go on. */
  open(to: ClientContext): Conversation<Verdict | 'ready'>;
  /** Length of one whole reply to `command`, as a framer. */
  reply(command: string): Framer;
  /** Whether this reply refuses the command because TLS is wanted first. */
  demands(reply: string): boolean;
  /** What to say between the demand and the ClientHello: nothing in the 1997 form [S9], the trigger in later ones. */
  trigger(): Conversation<Verdict>;
}
