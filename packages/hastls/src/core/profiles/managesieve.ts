import {
  absent,
  asking,
  type Conversation,
  type Handover,
  handover,
  lineServer,
  lineStead,
  type Meanings,
  notTheProtocol,
  type Profile,
  startTls,
  type Verdict,
} from '../talk/index.ts';
import { managesieveMiddle } from './middle/managesieve.ts';
import { listing, replyTo } from './wire/managesieve.ts';

const { answer, ask } = asking(listing);
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
    const { failed, listed } = yield* answer(ANSWER);
    if (failed !== undefined) return failed;
    const offered = listed.some((each) => each.trimEnd().toUpperCase() === '"STARTTLS"');
    return offered ? yield* trigger() : absent(listed.join('\n'));
  },

  server,
  middle: managesieveMiddle(server),
  stead: lineStead('', 'BYE (TRYLATER) "{why}"'), // [RFC5804 §1.3]
  speaksFirst: 'server',
  forgets: ['capabilities', 'authentication'],

  session: {
    open,
    reopen: open,
    reply: replyTo,
    demands: (reply) => /^NO \(ENCRYPT-NEEDED\)/i.test(reply), // a BYE with it goes: it cannot be followed [RFC5804 §1.3]
    trigger,
  },
};

function* trigger(): Conversation<Verdict> {
  const { failed, listed, whole } = yield* ask('STARTTLS', ANSWER);
  return failed ?? (listed.length > 0 ? notTheProtocol([...listed, whole].join('\n')) : startTls); // it lists nothing [V7]
}

function* open(): Conversation<Verdict | Handover> {
  const { failed, listed, whole } = yield* answer(ANSWER);
  return failed ?? handover([...listed, whole].join('\n'));
}
