import {
  blockFrame,
  dotted,
  firstWord,
  type LineManners,
  lineProfile,
  lineStead,
  type PlainSession,
  type Profile,
  trigger97,
  verb,
} from '../talk/index.ts';

/** Codes behind which a block follows; with 211 it does only after LISTGROUP. [RFC3977 §3.2] */
const BLOCKS: readonly string[] = ['100', '101', '215', '220', '221', '222', '224', '225', '230', '231'];
const opensBlock = (command: string, first: string): boolean =>
  BLOCKS.includes(first.slice(0, 3)) || (first.startsWith('211') && verb(command) === 'LISTGROUP');
const reply: PlainSession['reply'] = (command) => blockFrame((first) => opensBlock(command, first));

const ASK = 'CAPABILITIES';
const manners: LineManners = {
  secrets: ['AUTHINFO'],
  unknown: '500 Unknown command',
  opaque: ['COMPRESS', 'XFEATURE'],
  hides: { AUTHINFO: ['AUTHINFO', 'SASL'] },
  follow: (as) => (command) => ({
    ...(verb(command) === 'TAKETHIS' && { sends: dotted() }), // [RFC4644 §2.5]
    next(answer) {
      const code = answer.slice(0, 3);
      if (code === '335' || code === '340') return 'message';
      if (code === '383') return 'line'; // a challenge [RFC4643 §2.4]
      if (code.startsWith('3') && code !== '381') return 'unknown';
      if (opensBlock(command, answer)) return 'block';
      return as.secured === true && verb(command) === 'AUTHINFO' && code.startsWith('2') ? 'relay' : 'command';
    },
  }),
};

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
  ask: { command: ASK, means: { '101': 'yes', '400': 'bye', '4': 'no', '5': 'unknown' } },
  mode: {
    offered: 'MODE-READER',
    command: 'MODE READER',
    means: { '200': 'yes', '201': 'yes', '400': 'bye', '502': 'bye', '4': 'no', '5': 'unknown' },
  },
  upgrade: { '382': 'yes', '400': 'bye', '500': 'unknown', '4': 'no', '5': 'no' },
  manners,
  forgets: ['capabilities', 'the group and article chosen', 'authentication'],
  session: { reply, demands: (said) => firstWord(said.trimEnd()) === '483' },
});

/**
 * News with the trigger of 1997, for whoever asks for it by name: its codes have other meanings today. [F7] [S18]
 * A 401 that names a capability says "wrong mode", and is no demand for TLS. [RFC3977 §3.2.1]
 */
export const nntp1997: Profile = trigger97({
  name: 'nntp-1997',
  service: 'nntp',
  ports: { plain: [119], tls: [563] },
  greetings: ['200 Ready', '201 Ready, no posting'],
  ok: '200 Start TLS now',
  required: '401 Please start TLS first',
  requiredUnless: [
    'MODE-READER',
    'READER',
    'IHAVE',
    'STREAMING',
    'POST',
    'NEWNEWS',
    'HDR',
    'OVER',
    'LIST',
    'AUTHINFO',
    'SASL',
    'STARTTLS',
  ],
  unknown: '500 Unknown command',
  reply,
  manners: { ...manners, ask: ASK, withheld: ['STARTTLS'] }, // which is no upgrade of a server of 1997
});
