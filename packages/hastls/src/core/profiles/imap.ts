import {
  absent,
  type Conversation,
  closed,
  firstWord,
  handover,
  line,
  lineServer,
  lineStead,
  notTheProtocol,
  type Profile,
  startTls,
  type Verdict,
  wordless,
} from '../talk/index.ts';
import { imapMiddle } from './middle/imap.ts';
import { answerFrame, ask, status } from './wire/imap.ts';

const server = lineServer({
  greeting: '* OK {host} ready',
  tagged: true,
  upgrade: {
    command: 'STARTTLS',
    goAhead: '{tag} OK Begin TLS negotiation now',
    malformed: '{tag} BAD STARTTLS has no parameters',
    again: '{tag} BAD TLS is already active',
  },
  answers: {
    CAPABILITY: ['* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED', '{tag} OK Done'],
    NOOP: ['{tag} OK Done'],
  },
  quit: { command: 'LOGOUT', answer: ['* BYE', '{tag} OK Done'] },
  demand: '{tag} NO [PRIVACYREQUIRED] STARTTLS first', // [RFC5530 §3]
  carriesData: /\{\d+[+-]\}$/, // a literal that needs no leave [RFC7888]
});

/** Mailboxes read in place. Each command has a tag, which its answer repeats; what has none may come at any time. */
export const imap: Profile = {
  name: 'imap',
  service: 'imap',
  ports: { plain: [143], tls: [993] },
  implicitScheme: 'imaps',
  alpn: ['imap'],
  specs: ['RFC 9051', 'RFC 3501', 'RFC 8314'],

  *client() {
    const greeting = yield* line();
    // A PREAUTH in clear rules the upgrade out, so nobody who wants TLS goes on after it. [V6]
    if (status(greeting) !== 'OK') return status(greeting) === 'BYE' ? closed(greeting) : notTheProtocol(greeting);
    const { failed, listed } = yield* ask('a1', 'CAPABILITY');
    if (failed !== undefined) return failed;
    const offered = listed.some((each) => each.toUpperCase().split(' ').includes('STARTTLS'));
    return offered ? yield* trigger() : absent(listed.join('\n'));
  },

  server,
  middle: imapMiddle(server),
  stead: lineStead('* OK {host} ready', '* BYE [UNAVAILABLE] {why}'), // [RFC5530 §3]
  speaksFirst: 'client',
  forgets: ['capabilities', 'alerts and referrals', 'anything said about mailboxes', 'authentication'],

  session: {
    *open() {
      const greeting = yield* line();
      if (status(greeting) === 'BYE') return closed(greeting);
      return ['OK', 'PREAUTH'].includes(status(greeting)) ? handover(greeting) : notTheProtocol(greeting);
    },
    reopen: () => wordless(handover('')),
    reply: (command) => answerFrame(firstWord(command)),
    demands: (reply) => /^\S+ NO \[PRIVACYREQUIRED\]/i.test(reply.trimEnd().split('\n').at(-1) ?? ''),
    trigger,
  },
};

function* trigger(): Conversation<Verdict> {
  return (yield* ask('a2', 'STARTTLS')).failed ?? startTls;
}
