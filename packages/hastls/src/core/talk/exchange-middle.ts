import { latin1, text } from '../bytes/text.ts';
import { type Conversation, type Framer, type Handover, refused, type Verdict } from './conversation.ts';
import { asServer, hearFrom, type Middle, tell } from './mediation.ts';
import type { ServerContext } from './profile.ts';

/** A protocol that goes in lockstep: each command draws one answer, and nothing is said unasked but a greeting. */
export interface Lockstep {
  readonly server: (as: ServerContext) => Conversation<Verdict | Handover, 'server'>;
  /** Frames an answer, and a greeting. */
  readonly answer: Framer;
  /** Whether this greeting says that the server serves. None: nobody greets. */
  readonly greets?: (said: string) => boolean;
  /** A command as it goes on to the backend, or `undefined` for one that the backend may take for two. */
  readonly passOn: (command: string) => string | undefined;
  /** The answer to a command that does not go on. */
  readonly unknown: string;
}

/** The middle of such a protocol: command and answer, one after the other, for as long as they come. */
export function exchangeMiddle({ server, answer, greets, passOn, unknown }: Lockstep): Middle {
  return {
    *mediate(as) {
      if (greets !== undefined) {
        const greeting = yield* hearFrom('backend', answer);
        if (!greets(text(greeting))) return refused(text(greeting));
        if (as.greeted !== true) yield* tell('client', greeting);
      }
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
