import {
  absent,
  type Conversation,
  failure,
  handover,
  lineMiddle,
  lineServer,
  lineStead,
  type Meanings,
  type Profile,
  type Reply,
  reply,
  replyFrame,
  type Service,
  say,
  startTls,
  type Verdict,
} from '../talk/index.ts';
import { introduction } from './smtp-introduction.ts';
import { manners } from './smtp-manners.ts';

const GREETING: Meanings = { '220': 'yes', '421': 'bye', '521': 'bye', '554': 'bye' }; // [RFC7504 §3]
/** Whoever does not know the hello cannot know what it would list. */
const HELLO: Meanings = { '250': 'yes', '421': 'bye', '4': 'no', '5': 'unknown' };
const UPGRADE: Meanings = { '220': 'yes', '421': 'bye', '500': 'unknown', '502': 'unknown', '4': 'no', '5': 'no' };

/** Mail between hosts. A public server must not insist on TLS for its own domains, only prefer it. [A38] [RFC3207 §4] */
export const smtp: Profile = mail('EHLO', {
  name: 'smtp',
  service: 'smtp',
  ports: { plain: [25], tls: [] },
  servesStrangers: true, // [RFC3207 §4]
  specs: ['RFC 3207', 'RFC 5321'],
});

/** Mail as its author hands it in: the same dialogue, but a service of its own, with a port for implicit TLS. [A16] */
export const submission: Profile = mail('EHLO', {
  name: 'submission',
  service: 'submission',
  ports: { plain: [587], tls: [465] },
  implicitScheme: 'submissions',
  specs: ['RFC 6409', 'RFC 8314', 'RFC 3207'],
});

/** Mail into the local store; it says LHLO where the others say EHLO. */
export const lmtp: Profile = mail('LHLO', {
  name: 'lmtp',
  service: 'lmtp',
  ports: { plain: [24], tls: [] },
  specs: ['RFC 2033', 'RFC 3207'],
});

/** Greeting, hello, upgrade; and over TLS the hello again, but no second greeting. [RFC3207 §4.2] */
function mail(hello: 'EHLO' | 'LHLO', about: Service): Profile {
  function* ask(command: string, means: Meanings): Conversation<Answer> {
    yield* say(command);
    return yield* answer(means);
  }

  function* trigger(): Conversation<Verdict> {
    return (yield* ask('STARTTLS', UPGRADE)).failed ?? startTls;
  }

  const server = lineServer({
    greeting: '220 {host} ready',
    upgrade: {
      command: 'STARTTLS',
      goAhead: '220 2.0.0 Ready to start TLS',
      malformed: '501 5.5.4 STARTTLS has no parameters',
      again: '503 5.5.1 TLS is already active',
    },
    answers: {
      [hello]: ['250-{host}', '250 STARTTLS'],
      NOOP: ['250 2.0.0 OK'],
      AUTH: ['538 5.7.11 Encryption is required for authentication: STARTTLS first'],
    },
    quit: { command: 'QUIT', answer: ['221 2.0.0 Bye'] },
    demand: '530 5.7.0 Must issue a STARTTLS command first', // [RFC3207 §4]
    carriesData: /^BDAT\b/i,
  });

  return {
    ...about,
    *client({ self }) {
      const { failed } = yield* answer(GREETING);
      if (failed !== undefined) return failed;
      const offers = yield* ask(`${hello} ${self}`, HELLO);
      if (offers.failed !== undefined) return offers.failed;
      const listed = offers.lines.slice(1).map((each) => each.trim().toUpperCase()); // the first line is the host's name
      return listed.includes('STARTTLS') ? yield* trigger() : absent(offers.whole);
    },
    server,
    middle: lineMiddle(
      { server, upgrade: 'STARTTLS', greeting: GREETING, reply: replyFrame, ask: hello },
      manners(hello),
    ),
    *introduce(client, { greeted, self }) {
      const greets = greeted ? undefined : (yield* answer(GREETING)).failed;
      if (greets !== undefined) return greets;
      const offers = yield* ask(`${hello} ${self}`, HELLO);
      return offers.failed ?? (yield* introduction(client, offers));
    },
    stead: lineStead('220 {host} ready', '421 4.7.0 {why}'),
    speaksFirst: 'client',
    forgets: ['the name given in the hello', 'the extensions listed', 'the envelope', 'authentication'],
    session: {
      *open({ self }) {
        const greeting = yield* answer(GREETING);
        if (greeting.failed !== undefined) return greeting.failed;
        const { failed } = yield* ask(`${hello} ${self}`, HELLO);
        if (failed?.kind !== 'absent') return failed ?? handover(greeting.whole);
        return (yield* ask(`HELO ${self}`, HELLO)).failed ?? handover(greeting.whole);
      },
      *reopen({ self }) {
        const { failed, whole } = yield* ask(`${hello} ${self}`, HELLO);
        return failed ?? handover(whole);
      },
      reply: () => replyFrame,
      // 530 is "authenticate first" too [RFC4954 §6]: only its words tell the two apart.
      demands: (said) => /^538[ -]/.test(said) || /^530[ -].*\b(STARTTLS|TLS|SSL|encrypt)/is.test(said),
      trigger,
    },
  };
}

interface Answer extends Reply {
  readonly failed: Verdict | undefined;
}

function* answer(means: Meanings): Conversation<Answer> {
  const heard = yield* reply();
  return { ...heard, failed: failure(means, heard.code, heard.whole) };
}
