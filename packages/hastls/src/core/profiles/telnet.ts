import { concatBytes, equalBytes, latin1, text } from '../bytes/index.ts';
import {
  absent,
  closed,
  type Framer,
  frame,
  handover,
  isApplications,
  type Profile,
  send,
  startTls,
} from '../talk/index.ts';

const [END, BEGIN, WILL, WONT, DO, DONT, IAC] = [240, 250, 251, 252, 253, 254, 255];
const START_TLS = 46;
/** Behind this, from either side, comes TLS. */
const FOLLOWS = Uint8Array.of(IAC, BEGIN, START_TLS, 1, IAC, END);
const option = (verb: number, what = START_TLS): Uint8Array => Uint8Array.of(IAC, verb, what);

/**
 * Terminals. TLS is an option like any other until both sides have said that it follows. All the other options, and
 * whatever a server has to show, are left alone until then: the client answers none of it.
 */
export const telnet: Profile = {
  name: 'telnet',
  service: 'telnet',
  ports: { plain: [23], tls: [992] },
  implicitScheme: 'telnets',
  specs: ['draft-altman-telnet-starttls-02', 'RFC 854', 'RFC 855'],

  *client() {
    yield* send(option(WILL));
    for (let agreed = false; ; ) {
      const heard = yield* frame(commandFrame);
      if (equalBytes(heard, option(DONT)) || equalBytes(heard, option(WONT))) return absent(text(heard)); // nobody says why
      if (agreed && equalBytes(heard, FOLLOWS)) return startTls;
      if (!agreed && equalBytes(heard, option(DO))) {
        agreed = true;
        yield* send(FOLLOWS);
      }
    }
  },

  *server(as) {
    if (!as.greeted && !as.secured) yield* send(option(DO));
    for (let agreed = false; ; ) {
      const heard = yield* frame(commandFrame);
      const [, verb, what] = heard[0] === IAC ? heard : [];
      if (what === START_TLS && as.secured) {
        if (verb === WILL) yield* send(option(DONT)); // it is here
      } else if (equalBytes(heard, FOLLOWS) && agreed) {
        yield* send(FOLLOWS);
        return startTls;
      } else if (equalBytes(heard, option(WILL))) {
        agreed = true;
      } else if (isApplications(as, verb === undefined ? 'TEXT' : 'OPTION')) {
        return handover(text(heard));
      } else if (verb === WILL || verb === DO) {
        yield* send(option(verb === WILL ? DONT : WONT, what)); // [RFC855]
      } else if (verb === undefined || equalBytes(heard, option(WONT))) {
        yield* send(DEMAND);
        return closed(text(heard));
      }
    }
  },
  stead: {
    greeting: () => '',
    *turnAway(why) {
      yield* send(concatBytes(latin1(`${why}\r\n`), option(DONT)));
      return closed('');
    },
  },
  unfollowed: 'TLS is an option among all the others, which both sides agree on at the same time',
  speaksFirst: 'server',
  forgets: ['every option agreed upon', 'all that was shown or typed'],
};

const DEMAND = latin1('TLS is required: START_TLS first\r\n');

/** Frames a command, or the text up to the next one or to the end of a line. Text begins with no TLS record. [V14] */
const commandFrame: Framer = (buffer) => {
  const [first, verb] = buffer;
  if (first === 0x15 || first === 0x16) return -1;
  if (first !== IAC) return textLength(buffer);
  if (verb === undefined) return 0;
  if (verb === BEGIN) return endOfSubnegotiation(buffer);
  const length = verb > BEGIN && verb < IAC ? 3 : 2;
  return buffer.length < length ? 0 : length;
};

function textLength(buffer: Uint8Array): number {
  const end = buffer.findIndex((octet) => octet === IAC || octet === 0x0a);
  return buffer[end] === IAC ? end : end + 1;
}

/** An IAC within is doubled; one before the end is not. [RFC855] */
function endOfSubnegotiation(buffer: Uint8Array): number {
  for (let at = 2; at + 1 < buffer.length; at += buffer[at] === IAC ? 2 : 1)
    if (buffer[at] === IAC && buffer[at + 1] === END) return at + 2;
  return 0;
}
