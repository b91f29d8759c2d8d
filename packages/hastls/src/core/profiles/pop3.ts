import { lineProfile, lineStead, type Profile } from '../talk/index.ts';
import { manners } from './middle/pop3.ts';
import { replyTo } from './wire/pop3.ts';

/** Mail fetched and taken away. It has two answers, `+OK` and `-ERR`, and hardly a code for machines. */
export const pop3: Profile = lineProfile({
  name: 'pop3',
  service: 'pop3',
  ports: { plain: [110], tls: [995] },
  implicitScheme: 'pop3s',
  alpn: ['pop3'],
  specs: ['RFC 2595', 'RFC 2449', 'RFC 1939', 'RFC 8314'],
  words: {
    greeting: '+OK {host} ready',
    upgrade: {
      command: 'STLS',
      goAhead: '+OK Begin TLS negotiation',
      malformed: '-ERR STLS has no parameters',
      again: '-ERR TLS is already active',
    },
    answers: { CAPA: ['+OK', 'STLS', '.'] },
    quit: { command: 'QUIT', answer: ['+OK Bye'] },
    demand: '-ERR [SYS/PERM] TLS is required: STLS first',
  },
  stead: lineStead('+OK {host} ready', '-ERR [SYS/TEMP] {why}'), // [RFC3206 §4]
  greeting: { '+OK': 'yes', '-ERR': 'bye' },
  ask: { command: 'CAPA', means: { '+OK': 'yes', '-ERR': 'unknown' } },
  upgrade: { '+OK': 'yes', '-ERR': 'no' }, // it was offered, so it is known
  manners,
  forgets: ['the timestamp of the greeting', 'capabilities', 'the user named'],
  session: {
    reply: replyTo,
    // There is no code for it; servers that want TLS first say so in words behind one of these. [RFC3206 §4 §5]
    demands: (reply) => /^-ERR \[(SYS\/PERM|AUTH)\].*\b(STLS|TLS|SSL)\b/i.test(reply),
  },
});
