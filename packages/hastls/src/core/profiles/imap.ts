import { text } from '../bytes/index.ts';
import {
  absent,
  type Conversation,
  closed,
  type Framer,
  failure,
  firstWord,
  handover,
  line,
  lineServer,
  lineStead,
  type Meanings,
  notTheProtocol,
  type Profile,
  say,
  startTls,
  type Verdict,
  wordless,
} from '../talk/index.ts';
import { imapMiddle } from './imap-middle.ts';

const ANSWER: Meanings = { OK: 'yes', NO: 'no', BAD: 'unknown' };

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

/**
 * Asks, and takes lines up to the one with the tag. Before TLS only what the command asks for is taken in; status
 * lines may come at any time and are passed over; all else, such as news of a mailbox, has no business here. [V7]
 */
function* ask(tag: string, command: string): Conversation<{ failed?: Verdict; listed: readonly string[] }> {
  yield* say(`${tag} ${command}`);
  const listed: string[] = [];
  for (;;) {
    const each = yield* line();
    if (firstWord(each) === tag) {
      const failed = failure(ANSWER, firstWord(each.slice(tag.length + 1)).toUpperCase(), each);
      return failed === undefined ? { listed } : { failed, listed };
    }
    if (status(each) === 'BYE') return { failed: closed(each), listed };
    if (status(each) === command) listed.push(each);
    else if (!Object.hasOwn(ANSWER, status(each))) return { failed: notTheProtocol(each), listed };
  }
}

/** The word of an untagged line, in capitals; empty for any other line. */
const status = (heard: string): string => (heard.startsWith('* ') ? firstWord(heard.slice(2)).toUpperCase() : '');

/** Frames everything up to the line with the tag, or a `+` that asks for more. A literal may hold lines: it is leapt over. */
const answerFrame =
  (tag: string): Framer =>
  (buffer) => {
    for (let at = 0, within = false; ; ) {
      const end = buffer.indexOf(0x0a, at) + 1;
      if (end === 0) return 0;
      const each = text(buffer.subarray(at, end));
      if (!within && (each.startsWith(`${tag} `) || each.startsWith('+'))) return end;
      const literal = /\{(\d{1,9})\}\r?\n$/.exec(each.slice(-14));
      within = literal !== null;
      at = end + Number(literal?.[1] ?? 0);
    }
  };
