import { equalBytes, text } from '../bytes/index.ts';
import { clientHello } from './client-hello.ts';
import { closed, type Framer, handover } from './conversation.ts';
import { isApplications, type Profile, type Stead } from './profile.ts';

/** The trigger of 1997 in a protocol of frames, whose words are octets of the protocol's own choice. [S4] */
export interface FrameWords {
  /** Length of one frame from the client. No frame may begin with 0x16, as a ClientHello does. */
  readonly frame: Framer;
  /** Said on connect. None: the client speaks first. */
  readonly greeting?: Uint8Array;
  /** The frame with which a client asks for TLS. */
  readonly trigger: Uint8Array;
  /** Go ahead (TLSOK). */
  readonly ok: Uint8Array;
  /** TLS first (TLSREQ). */
  readonly required: Uint8Array;
  /** To a client that asks for TLS although it is there. */
  readonly again: Uint8Array;
  /** What the server's `mode` calls a frame, if it lists commands. Default: nothing. */
  readonly command?: (frame: Uint8Array) => string;
}

/** The server's side of a protocol of frames, with the rules that `lineServer` has for lines. */
export function frameServer(words: FrameWords): Pick<Profile, 'server'> {
  const { greeting, trigger, ok, required, again, command = () => '' } = words;
  const frame: Framer = (buffer) => (buffer[0] === 0x16 ? -1 : words.frame(buffer)); // [V14]
  return {
    *server(as) {
      if (greeting !== undefined && !as.greeted) yield { do: 'send', bytes: greeting };
      for (;;) {
        const heard = yield { do: 'take', frame };
        const isTrigger = equalBytes(heard, trigger);
        if (!isTrigger && isApplications(as, command(heard))) return handover(text(heard));
        if (as.secured) {
          yield { do: 'send', bytes: again };
        } else {
          yield { do: 'send', bytes: isTrigger ? ok : required }; // never volunteered [S7]
          return yield* clientHello(); // [S10]
        }
      }
    },
  };
}

/** What stands in for a server of frames: it says nothing first by default, and a last word. */
export const frameStead = (farewell: (why: string) => Uint8Array, greeting?: Uint8Array): Stead => ({
  greeting: () => (greeting === undefined ? '' : text(greeting)),
  *turnAway(why) {
    yield { do: 'send', bytes: farewell(why) };
    return closed('');
  },
});
