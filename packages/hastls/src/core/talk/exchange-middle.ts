import { latin1, text } from '../bytes/text.ts';
import { type Framer, refused } from './conversation.ts';
import { asServer, hearFrom, type Mediation, type MediationOutcome, type Middle, tell } from './mediation.ts';
import type { Profile, ServerContext } from './profile.ts';

/** How a backend greets. */
export interface Greeting {
  /** Frames an answer, and a greeting. */
  readonly answer: Framer;
  /** Whether this greeting says that the server serves. None: nobody greets. */
  readonly greets?: (said: string) => boolean;
}

/** A protocol that goes in lockstep: each command draws one answer, and nothing is said unasked but a greeting. */
export interface Lockstep extends Greeting {
  readonly server: Profile['server'];
  /** A command as it goes on to the backend, or `undefined` for one that the backend may take for two. */
  readonly passOn: (command: string) => string | undefined;
  /** The answer to a command that does not go on. */
  readonly unknown: string;
}

/** The middle of such a protocol: command and answer, one after the other, for as long as they come. */
export function exchangeMiddle({ server, answer, greets, passOn, unknown }: Lockstep): Middle {
  return {
    *mediate(as) {
      const unwilling = yield* greeted({ answer, ...(greets && { greets }) }, as);
      if (unwilling !== undefined) return unwilling;
      for (;;) {
        const heard = yield* asServer(server({ ...as, greeted: true }));
        if (heard.kind !== 'plaintext') return heard;
        const command = passOn(heard.heard);
        if (command === undefined) yield* tell('client', latin1(unknown));
        else {
          yield* tell('backend', latin1(command));
          yield* tell('client', yield* hearFrom('backend', answer));
        }
      }
    },
    secrets: [],
  };
}

/** The middle of a protocol of which nobody knows more than how it greets: over TLS its octets are only carried. */
export const unreadMiddle = (greeting: Greeting): Middle => ({
  *mediate(as) {
    return (yield* greeted(greeting, as)) ?? { kind: 'relay' };
  },
  secrets: [],
  unread: 'it does not say that its answers come one for one',
});

/** Passes the greeting on, if the client has not heard one. What it gives is the end of a backend that does not serve. */
function* greeted({ answer, greets }: Greeting, as: ServerContext): Mediation<MediationOutcome | undefined> {
  if (greets === undefined) return undefined;
  const greeting = yield* hearFrom('backend', answer);
  if (!greets(text(greeting))) return refused(text(greeting));
  if (as.greeted !== true) yield* tell('client', greeting);
  return undefined;
}
