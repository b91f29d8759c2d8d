import { equalBytes, latin1, text } from '../bytes/index.ts';
import { absent, type Framer, notTheProtocol, startTls } from './conversation.ts';
import { exchangeMiddle, unreadMiddle } from './exchange-middle.ts';
import { frameServer, frameStead } from './frame-server.ts';
import { frame, send } from './frames.ts';
import type { Profile, Service } from './profile.ts';

/** The trigger of 1997 for a protocol of frames, both sides of it: every word is one whole frame. [S4] */
export interface FrameTriggerWords extends Pick<Service, 'name' | 'service' | 'ports'> {
  /** Length of one frame, from either side. No frame may begin with 0x16, as a ClientHello does. */
  readonly frame: Framer;
  /** What servers greet with. None: the client speaks first. */
  readonly greeting?: Uint8Array;
  /** The frame with which a client asks for TLS. */
  readonly trigger: Uint8Array;
  /** Go ahead (TLSOK). [S5] */
  readonly ok: Uint8Array;
  /** TLS first (TLSREQ). [S6] */
  readonly required: Uint8Array;
  /** The standing answer to what a server does not know (QUE?). */
  readonly unknown: Uint8Array;
  /** Each frame draws one, and none comes unasked: a gateway can follow. Default: nobody knows. */
  readonly lockstep?: boolean;
}

/** The bare trigger of 1997 for any protocol of frames: `trigger97` in octets of the protocol's own choice. */
export function frameTrigger97(words: FrameTriggerWords): Profile {
  const { name, service, ports, frame: framer, greeting, trigger, ok, required, unknown, lockstep = false } = words;
  const { server } = frameServer({
    frame: framer,
    trigger,
    ok,
    required,
    again: unknown,
    ...(greeting !== undefined && { greeting }),
  });
  const greets = {
    answer: framer,
    ...(greeting !== undefined && { greets: (said: string) => equalBytes(latin1(said), greeting) }),
  };

  return {
    name,
    service,
    ports,
    specs: ['Shuttleworth, 10 February 1997'],
    *client() {
      if (greeting !== undefined) {
        const said = yield* frame(framer);
        if (equalBytes(said, unknown)) return absent(text(said));
        if (!equalBytes(said, greeting)) return notTheProtocol(text(said));
      }
      yield* send(trigger);
      const answer = yield* frame(framer);
      if (equalBytes(answer, ok) || equalBytes(answer, required)) return startTls; // [S9] [S12]
      return equalBytes(answer, unknown) ? absent(text(answer)) : notTheProtocol(text(answer)); // [S11] [S16]
    },
    server,
    speaksFirst: 'client',
    forgets: ['everything either side learned of the other'],
    stead: frameStead(() => unknown, greeting), // there are no words for why
    middle: lockstep
      ? exchangeMiddle({ server, ...greets, passOn: (command) => command, unknown: text(unknown) })
      : unreadMiddle(greets),
  };
}
