import { text } from '../bytes/text.ts';
import {
  absent,
  type Conversation,
  type Framer,
  failure,
  firstWord,
  handover,
  lineServer,
  lineStead,
  type Meanings,
  notTheProtocol,
  type Profile,
  say,
  startTls,
  type Verdict,
} from '../talk/index.ts';
import { managesieveMiddle } from './managesieve-middle.ts';

const ANSWER: Meanings = { OK: 'yes', NO: 'no', BYE: 'bye' };
const CAPABILITIES = [
  '"IMPLEMENTATION" "{host}"',
  '"SIEVE" ""',
  '"SASL" ""',
  '"STARTTLS"',
  '"VERSION" "1.0"',
  'OK "{host} ready"', // words need not follow, but GnuTLS' client waits for them
];

const server = lineServer({
  greeting: CAPABILITIES,
  upgrade: {
    command: 'STARTTLS',
    goAhead: 'OK "Begin TLS negotiation now"',
    malformed: 'NO "STARTTLS has no parameters"',
    again: 'NO "TLS is already active"',
  },
  answers: { CAPABILITY: CAPABILITIES, NOOP: ['OK'] },
  quit: { command: 'LOGOUT', answer: ['OK'] },
  carriesData: /\{\d+\+?\}$/, // a literal: it is not waited for [RFC5804 §1.2]
  demand: 'NO (ENCRYPT-NEEDED) "STARTTLS first"', // [RFC5804 §1.3]
});

/** Scripts that filter mail. The server greets with what it can do, and does so again over TLS. [RFC5804 §2.2] */
export const managesieve: Profile = {
  name: 'sieve',
  service: 'sieve',
  ports: { plain: [4190], tls: [] },
  alpn: ['managesieve'],
  specs: ['RFC 5804'],

  *client() {
    const { failed, listed } = yield* answer();
    if (failed !== undefined) return failed;
    const offered = listed.some((each) => each.trimEnd().toUpperCase() === '"STARTTLS"');
    return offered ? yield* trigger() : absent(listed.join('\n'));
  },

  server,
  middle: managesieveMiddle(server, (buffer) => lineWithLiterals(buffer)),
  stead: lineStead('', 'BYE (TRYLATER) "{why}"'), // [RFC5804 §1.3]
  speaksFirst: 'server',
  forgets: ['capabilities', 'authentication'],

  session: {
    open,
    reopen: open,
    reply: () => answerFrame,
    demands: (reply) => /^NO \(ENCRYPT-NEEDED\)/im.test(reply),
    trigger,
  },
};

function* trigger(): Conversation<Verdict> {
  yield* say('STARTTLS');
  const { failed, listed, whole } = yield* answer();
  return failed ?? (listed.length > 0 ? notTheProtocol(whole) : startTls); // it lists nothing [V7]
}

function* open() {
  const { failed, whole } = yield* answer();
  return failed ?? handover(whole);
}

/** Takes what is listed, and the word that ends the list. */
function* answer(): Conversation<{ failed: Verdict | undefined; listed: readonly string[]; whole: string }> {
  const listed: string[] = [];
  for (;;) {
    const each = text(yield { do: 'take', frame: lineWithLiterals }).replace(/\r?\n$/, '');
    const whole = [...listed, each].join('\n');
    if (!each.startsWith('"')) return { failed: failure(ANSWER, firstWord(each).toUpperCase(), each), listed, whole };
    listed.push(each);
  }
}

/** Frames a line. A literal in it may hold lines: it is leapt over. [RFC5804 §1.2] */
const lineWithLiterals: Framer = (buffer) => {
  const first = buffer[0];
  if (first !== undefined && (first < 0x20 || first > 0x7e)) return -1; // [V14]
  for (let at = 0; ; ) {
    const end = buffer.indexOf(0x0a, at) + 1;
    const literal = /\{(\d{1,5})\}\r?\n$/.exec(text(buffer.subarray(Math.max(at, end - 10), end)));
    if (end === 0 || literal === null) return end;
    at = end + Number(literal[1]);
    if (at >= buffer.length) return 0;
  }
};

/** Frames lines up to one that is not of a list. */
const answerFrame: Framer = (buffer) => {
  for (let at = 0; ; ) {
    const length = lineWithLiterals(buffer.subarray(at));
    if (length <= 0) return length;
    const listed = buffer[at] === 0x22;
    at += length;
    if (!listed) return at;
  }
};
