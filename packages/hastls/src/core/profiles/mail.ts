import {
  absent,
  asking,
  handover,
  lineServer,
  lineStead,
  type Meanings,
  type Profile,
  reply,
  replyFrame,
  type Service,
} from '../talk/index.ts';
import { mailMiddle } from './middle/mail.ts';
import { introduction } from './wire/xclient.ts';

const { answer, ask, upgrade } = asking(reply);
const GREETING: Meanings = { '220': 'yes', '421': 'bye', '521': 'bye', '554': 'bye' }; // [RFC7504 §3]
/** Whoever does not know the hello cannot know what it would list. */
const HELLO: Meanings = { '250': 'yes', '421': 'bye', '4': 'no', '5': 'unknown' };
const UPGRADE: Meanings = { '220': 'yes', '421': 'bye', '500': 'unknown', '502': 'unknown', '4': 'no', '5': 'no' };
const trigger = () => upgrade('STARTTLS', UPGRADE);

/**
 * What SMTP, submission and LMTP have in common, which is all but the word for hello: greeting, hello, upgrade; and over
 * TLS the hello again, but no second greeting. [RFC3207 §4.2]
 */
export function mail(hello: 'EHLO' | 'LHLO', about: Service): Profile {
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
    middle: mailMiddle(hello, server, GREETING),
    *introduce(client, { greeted, self }) {
      const unfriendly = greeted ? undefined : (yield* answer(GREETING)).failed;
      if (unfriendly !== undefined) return unfriendly;
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
