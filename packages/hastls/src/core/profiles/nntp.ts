import { firstWord, lineProfile, lineStead, type Profile } from '../talk/index.ts';
import { manners } from './middle/nntp.ts';
import { replyTo } from './wire/nntp.ts';

/** News. A server that feeds others first has to be told that a reader is calling. */
export const nntp: Profile = lineProfile({
  name: 'nntp',
  service: 'nntp',
  ports: { plain: [119, 433], tls: [563] },
  implicitScheme: 'nntps',
  alpn: ['nntp'],
  specs: ['RFC 4642', 'RFC 3977', 'RFC 8143'],
  words: {
    greeting: '200 {host} ready',
    upgrade: {
      command: 'STARTTLS',
      goAhead: '382 Continue with TLS negotiation',
      malformed: '501 STARTTLS has no parameters',
      again: '502 TLS is already active',
    },
    answers: { CAPABILITIES: ['101 Capabilities follow', 'VERSION 2', 'STARTTLS', '.'] },
    quit: { command: 'QUIT', answer: ['205 Bye'] },
    demand: '483 Encryption is required: STARTTLS first',
    carriesData: /^TAKETHIS\b/i,
  },
  stead: lineStead('200 {host} ready', '400 {why}'),
  greeting: { '200': 'yes', '201': 'yes', '400': 'bye', '502': 'bye' },
  ask: { command: 'CAPABILITIES', means: { '101': 'yes', '400': 'bye', '4': 'no', '5': 'unknown' } },
  mode: {
    offered: 'MODE-READER',
    command: 'MODE READER',
    means: { '200': 'yes', '201': 'yes', '400': 'bye', '502': 'bye', '4': 'no', '5': 'unknown' },
  },
  upgrade: { '382': 'yes', '400': 'bye', '500': 'unknown', '4': 'no', '5': 'no' },
  manners,
  forgets: ['capabilities', 'the group and article chosen', 'authentication'],
  session: { reply: replyTo, demands: (said) => firstWord(said.trimEnd()) === '483' },
});
