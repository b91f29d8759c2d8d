import { absent, asking, handover, lineServer, lineStead, type Meanings, type Profile } from '../talk/index.ts';
import { ftpData } from './ftp-data.ts';
import { ftpMiddle } from './middle/ftp.ts';
import { greeting, offersTls, REFUSALS, reply, replyFrame, UNKNOWN } from './wire/ftp.ts';

const { ask, upgrade } = asking(reply);
const FEATURES: Meanings = { '211': 'yes', ...UNKNOWN };
const UPGRADE: Meanings = { '234': 'yes', '504': 'unknown', ...UNKNOWN }; // and not 334, which asks for more [RFC4217 §4]
const trigger = () => upgrade('AUTH TLS', UPGRADE);
const greeted = () => asking(greeting).answer({ '220': 'yes', ...REFUSALS });

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
    CCC: '533 The connection for commands stays protected', // [V15] [RFC4217 §5]
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
 * and the client begins TLS on it whichever way the data go. [RFC4217 §7]
 */
export const ftp: Profile = {
  name: 'ftp',
  service: 'ftp',
  ports: { plain: [21], tls: [990] },
  implicitScheme: 'ftps',
  alpn: ['ftp'],
  specs: ['RFC 4217', 'RFC 2389', 'RFC 2428', 'RFC 959'],

  *client() {
    const { failed: unfriendly } = yield* greeted();
    if (unfriendly !== undefined) return unfriendly;
    const { failed, whole } = yield* ask('FEAT', FEATURES);
    return failed ?? (whole.split('\n').some(offersTls) ? yield* trigger() : absent(whole));
  },

  server,
  middle: ftpMiddle(server),
  stead: { turnAway: lineStead('', '421 {why}').turnAway }, // and no greeting, as data would not find their way
  speaksFirst: 'client',
  forgets: ['features', 'the user named', 'the type, structure and mode of transfers', 'the directory', 'data ports'],

  session: {
    *open() {
      const { failed, whole } = yield* greeted();
      return failed ?? handover(whole);
    },
    // Asks again what the server can do: a greeting, which has no place over TLS, is no answer to that. [V12]
    *reopen() {
      const { failed, whole } = yield* ask('FEAT', FEATURES);
      const isAnswer = failed === undefined || failed.kind === 'absent' || failed.kind === 'refused';
      return isAnswer ? handover(whole) : failed;
    },
    reply: () => replyFrame,
    demands: (reply) => /^(421|5[235]\d)[ -].*\b(TLS|SSL|encrypt)/is.test(reply),
    trigger,
    leavesTls: /^(CCC|REIN|PROT [^P])/i, // [RFC4217 §5 §9 §13]
    data: ftpData,
  },
};
