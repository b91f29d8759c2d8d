import { text } from '../bytes/text.ts';
import {
  absent,
  type Conversation,
  type Framer,
  failure,
  handover,
  lineFrame,
  lineServer,
  type Meanings,
  notTheProtocol,
  type Profile,
  say,
  startTls,
  type Verdict,
} from '../talk/index.ts';
import { ftpMiddle } from './ftp-middle.ts';

const GREETING: Meanings = { '220': 'yes', '421': 'bye', '4': 'no', '5': 'no' };
const FEATURES: Meanings = { '211': 'yes', '421': 'bye', '500': 'unknown', '502': 'unknown', '4': 'no', '5': 'no' };
const UPGRADE: Meanings = {
  '234': 'yes', // and not 334, which asks for more [RFC4217 §4]
  '421': 'bye',
  '500': 'unknown',
  '502': 'unknown',
  '504': 'unknown',
  '4': 'no',
  '5': 'no',
};

const PROTECT: Meanings = { '200': 'yes', '421': 'bye', '4': 'no', '5': 'no' };
const PASSIVE: Meanings = { '229': 'yes', '421': 'bye', '500': 'unknown', '502': 'unknown', '4': 'no', '5': 'no' };

const server = lineServer({
  greeting: '220 {host} ready',
  upgrade: {
    command: 'AUTH TLS',
    goAhead: '234 Begin TLS negotiation now',
    malformed: '504 AUTH TLS is the only one there is',
    again: '503 TLS is already active',
  },
  answers: { FEAT: ['211-Features', ' AUTH TLS', ' PBSZ', ' PROT', '211 End'], NOOP: ['200 OK'] },
  never: {
    CCC: '533 The connection for commands stays protected', // [V15] [RFC4217 §4]
    REIN: '502 The connection for commands stays protected', // it would end TLS [V15]
    'PROT C': '534 Data are not sent in clear', // [V15] [RFC4217 §9]
    'PROT S': '536 TLS is private or nothing',
    'PROT E': '536 TLS is private or nothing',
  },
  quit: { command: 'QUIT', answer: ['221 Bye'] },
  demand: '530 TLS is required: AUTH TLS first',
});

/**
 * Files. Commands have one connection, and each transfer another: that one is in clear until `PROT P` was said over TLS,
 * and the client begins TLS on it whichever way the data go. [RFC4217 §7] Longer than others for that second dialogue.
 */
export const ftp: Profile = {
  name: 'ftp',
  service: 'ftp',
  ports: { plain: [21], tls: [990] },
  implicitScheme: 'ftps',
  alpn: ['ftp'],
  specs: ['RFC 4217', 'RFC 2389', 'RFC 2428', 'RFC 959'],

  *client() {
    const greeting = yield* greeted();
    if (greeting.failed !== undefined) return greeting.failed;
    yield* say('FEAT');
    const { failed, whole } = yield* answer(FEATURES);
    return failed ?? (whole.split('\n').some(offersTls) ? yield* trigger() : absent(whole));
  },

  server,
  middle: ftpMiddle(server, (buffer) => answerFrame(buffer)),
  speaksFirst: 'client',
  forgets: ['features', 'the user named', 'the type, structure and mode of transfers', 'the directory', 'data ports'],

  session: {
    *open() {
      const { failed, whole } = yield* greeted();
      return failed ?? handover(whole);
    },
    // Asks again what the server can do: a greeting, which has no place over TLS, is no answer to that. [V12]
    *reopen() {
      yield* say('FEAT');
      const { failed, whole } = yield* answer(FEATURES);
      const isAnswer = failed === undefined || failed.kind === 'absent' || failed.kind === 'refused';
      return isAnswer ? handover(whole) : failed;
    },
    reply: () => answerFrame,
    demands: (reply) => /^(421|5[235]\d)[ -].*\b(TLS|SSL|encrypt)/is.test(reply),
    trigger,
    leavesTls: /^(CCC|REIN|PROT [^P])/i, // [RFC4217 §6 §9 §11]
    data: {
      *protect() {
        for (const command of ['PBSZ 0', 'PROT P']) {
          yield* say(command);
          const { failed } = yield* answer(PROTECT);
          if (failed !== undefined) return failed;
        }
        return handover('');
      },
      *open() {
        yield* say('EPSV'); // and not PASV, whose answer names a host
        const { failed, whole } = yield* answer(PASSIVE);
        const port = /\(\|\|\|(\d{1,5})\|\)/.exec(whole)?.[1]; // [RFC2428 §3]
        return failed ?? (port === undefined ? notTheProtocol(whole) : handover(port));
      },
      begins: (reply) => /^1\d\d[ -]/.test(reply),
    },
  },
};

function* trigger(): Conversation<Verdict> {
  yield* say('AUTH TLS');
  return (yield* answer(UPGRADE)).failed ?? startTls;
}

/** A server that will be ready in a while says so first. [RFC959 §5.4] */
function* greeted(): Conversation<Answer> {
  for (;;) {
    const heard = yield* answer(GREETING);
    if (!/^120[ -]/.test(heard.whole)) return heard;
  }
}

/** ` AUTH TLS`, or one of several: ` AUTH SSL;TLS`. [RFC4217 §6] */
function offersTls(feature: string): boolean {
  const [auth, ...mechanisms] = feature.trim().toUpperCase().split(/[ ;]/);
  return auth === 'AUTH' && mechanisms.includes('TLS');
}

interface Answer {
  readonly failed: Verdict | undefined;
  readonly whole: string;
}

function* answer(means: Meanings): Conversation<Answer> {
  const whole = text(yield { do: 'take', frame: answerFrame })
    .replaceAll('\r\n', '\n')
    .trimEnd();
  return { failed: failure(means, /^\d{3}(?=[ -]|$)/.exec(whole)?.[0] ?? '', whole), whole };
}

/** Frames a reply. Where one has more lines, only the last must begin with the code and a space. [RFC959 §4.2] */
const answerFrame: Framer = (buffer) => {
  const first = lineFrame(buffer);
  const opening = text(buffer.subarray(0, 4));
  if (first <= 0 || !/^\d{3}-/.test(opening)) return first;
  const last = opening.replace('-', ' ');
  for (let at = first; ; ) {
    const end = buffer.indexOf(0x0a, at) + 1;
    if (end === 0 || text(buffer.subarray(at, at + 4)) === last) return end;
    at = end;
  }
};
