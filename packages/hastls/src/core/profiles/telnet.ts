import { concatBytes, equalBytes, latin1, text } from '../bytes/index.ts';
import {
  absent,
  closed,
  frame,
  frameStead,
  handover,
  isApplications,
  type Profile,
  send,
  startTls,
} from '../talk/index.ts';
import { commandFrame, commandOf, FOLLOWS, option, START_TLS, VERB } from './wire/telnet.ts';

const [WILL, WONT, DO, DONT] = [VERB.will, VERB.wont, VERB.do, VERB.dont];

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
      const [verb, what] = commandOf(heard);
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
  stead: frameStead((why) => concatBytes(latin1(`${why}\r\n`), option(DONT))),
  unfollowed: 'TLS is an option among all the others, which both sides agree on at the same time',
  speaksFirst: 'server',
  forgets: ['every option agreed upon', 'all that was shown or typed'],
};

const DEMAND = latin1('TLS is required: START_TLS first\r\n');
