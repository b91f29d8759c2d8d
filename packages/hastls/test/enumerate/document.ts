// Says docs/ENUMERATION.md: what was explored of every profile. `tools/enumeration.ts` writes it
// down. An argument sets another bound.
import { offByDefault, profiles } from '#core/profiles/index.js';
import { type CheckReport, checkProfile } from '#node/testing/index.js';
import { vocabularyOf } from './vocabulary.js';

const EDITS = Number(process.argv[2] ?? 2);
const reports = [...profiles, ...offByDefault.map(({ profile }) => profile)].map((profile) =>
  checkProfile(profile, { edits: EDITS, ...vocabularyOf(profile) }),
);

for (const { name, faults } of reports)
  for (const { claim, side, transcript } of faults) {
    console.error(`${name}, ${side}: ${claim}\n  ${transcript.join('\n  ')}`);
    process.exitCode = 1;
  }

const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const total = (count: (report: CheckReport) => number): number =>
  reports.reduce((sum, report) => sum + count(report), 0);

const explored = ({ name, words, explored: { states, steps, agreed, alone }, places }: CheckReport): string =>
  row(name, words, states, steps, agreed, alone, places);

const ENDINGS = ['start-tls', 'absent', 'refused', 'closed', 'garbled'];
const ended = ({ name, endings, plans }: CheckReport): string =>
  row(name, ...ENDINGS.map((ending) => endings[ending] ?? 0), plans.decisions, plans.bound, plans.runs);

const table = (titles: readonly string[], rows: readonly string[]): readonly string[] => [
  row(...titles),
  row(...titles.map(() => '---')),
  ...rows,
];

console.log(
  [
    '# Enumeration',
    '',
    'What a man in the middle can do to the dialogue before TLS, tried exhaustively up to a bound. Written by',
    '`npm run docs`, which fails when anything is found; `npm test` explores the same. With three edits it takes minutes:',
    '`node packages/hastls/.test/enumerate/document.js 3`.',
    '',
    '## The model',
    '',
    'The client, the server (which requires TLS) and the attacker are the real conversations of `core/profiles`, held by',
    'the real driver of `core/talk`, and two queues of what is on its way between them. Messages arrive in every order',
    `in which the two directions can be. In one dialogue the attacker makes up to **${EDITS} edits**, each at any step and`,
    'in either direction:',
    '',
    '- *drop* or *repeat* the next message;',
    '- *replace* it by any message of the protocol, or by a variant of it: a line, tag or word lost, another code,',
    '  changed octets;',
    '- *inject* any message, before it or behind it in the same segment;',
    '- *split* it, behind the first octet, before the last, and around the ends of its lines;',
    '- *close* the direction.',
    '',
    "The protocol's messages are what its two sides say to each other, what either can be brought to say by everything",
    'said so far, and what is listed in `test/enumerate/vocabulary.ts`. A state is known by the octets each side has heard,',
    'how many frames it made of them, what is left over, and what is on its way; it is explored once. TLS is abstract: the',
    'handshake succeeds with the true server and with nobody else.',
    '',
    'Besides, an attacker alone with a server sends it every sequence of messages that is one longer than the bound:',
    'where it has greeted, where it only prefers TLS, and over TLS. And the plans of `decide()` for every stance, proof and',
    'class of record are followed through every way in which their attempts can end.',
    '',
    '## What holds in every state',
    '',
    'Of a client: it says before TLS nothing but what it says to an honest server (listed below), and no secret; its',
    'dialogue ends in TLS or in a failure, never in plaintext; success brings no word of the peer along; a refusal does not',
    'start TLS. Of a server that requires TLS: it hands no command to its application, and TLS does not begin within TLS.',
    'Of both: TLS begins behind the last octet of the last word, with nothing left over, however the octets were cut;',
    'whatever was said before makes no difference to what is said over TLS; nothing throws. Of plans: a client that must',
    'not speak plaintext, by its stance or by what is proven or could not be, never does; and nobody steps down after an',
    'attack. `test/enumerate/planted.test.ts` plants faults against each of these, and they are found.',
    '',
    '## Client, attacker, server',
    '',
    `In all ${total((each) => each.explored.states)} states and ${total((each) => each.explored.steps)} steps. *With the server*: states in which the client begins TLS and so`,
    'does the server; *with the attacker*: in which only the attacker is there to answer, and cannot.',
    '',
    ...table(
      ['profile', 'messages', 'states', 'steps', 'with the server', 'with the attacker', 'server alone'],
      reports.map(explored),
    ),
    '',
    "## How the client's dialogue ended, and what plans make of it",
    '',
    'In how many different ways it came to each ending; then how many plans there are, how many of them must not lead to',
    'plaintext, and the ways through them.',
    '',
    ...table(['profile', ...ENDINGS, 'plans', 'bound to TLS', 'ways'], reports.map(ended)),
    '',
    '## All that a client was ever brought to say in clear',
    '',
    'Written as in [PROTOCOLS.md](PROTOCOLS.md).',
    ...reports.flatMap(({ name, saidInClear }) => [
      '',
      `**${name}**`,
      '',
      '```text',
      ...(saidInClear.length > 0 ? saidInClear : ['(nothing)']),
      '```',
    ]),
  ].join('\n'),
);
