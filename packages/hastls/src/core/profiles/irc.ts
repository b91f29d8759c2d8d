import {
  asking,
  handover,
  lineFrame,
  lineServer,
  lineStead,
  type Meanings,
  type Profile,
  wordless,
} from '../talk/index.ts';
import { ircMiddle } from './middle/irc.ts';
import { message, words } from './wire/irc.ts';

const { upgrade } = asking(message);
const UPGRADE: Meanings = { '670': 'yes', '691': 'no', '421': 'unknown', '451': 'unknown', ERROR: 'bye' };
const trigger = () => upgrade('STARTTLS', UPGRADE);

/** "You have not registered": nothing goes on without that. */
const DEMAND = ':{host} 451 * :TLS is required: STARTTLS first';

const server = lineServer({
  upgrade: {
    command: 'STARTTLS',
    goAhead: ':{host} 670 * :STARTTLS successful, proceed with TLS handshake',
    malformed: ':{host} 691 * :STARTTLS has no parameters',
    again: ':{host} 691 * :TLS is already active',
  },
  quit: { command: 'QUIT', answer: ['ERROR :Bye'] },
  demand: DEMAND,
});

/**
 * Chat. The client asks before it says who it is, and a server that does not know the question may stay silent: to
 * the deadline that is for the caller to set. [IRCv3 tls-3.1]
 */
export const irc: Profile = {
  name: 'irc',
  service: 'irc',
  ports: { plain: [6667], tls: [6697] },
  implicitScheme: 'ircs',
  alpn: ['irc'],
  specs: ['IRCv3 tls 3.1', 'RFC 1459', 'RFC 7194'],
  client: trigger,
  server,
  middle: ircMiddle(server, DEMAND),
  stead: lineStead('', 'ERROR :{why}'),
  speaksFirst: 'client',
  forgets: ['capabilities', 'the nickname and user named', 'the name of the server'],
  session: {
    open: () => wordless(handover('')),
    reopen: () => wordless(handover('')),
    reply: () => lineFrame,
    demands: (reply) => words(reply.trimEnd()).startsWith('451 ') && /\b(TLS|SSL)\b/.test(reply),
    trigger,
  },
};
