import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { latin1, text } from '#core/bytes/index.js';
import { imap, lmtp, managesieve, nntp, pop3, smtp, submission } from '#core/profiles/index.js';
import { mediate, type Party, type Profile, startTls } from '#core/talk/index.js';
import { greetingOf } from './play.js';

// No content triggers or hides a command. Dialogues made by chance, whose messages, scripts, literals and challenges are
// full of commands, dots and tags, are pipelined and cut anywhere: backend and client hear all of it, as it was said, and
// the upgrade at the end is seen.

/** What the client says, what the backend answers once it has heard it, and what the client hears, if that is not it. */
type Step = readonly [says: string, answer: string, told?: string];

const word = fc.constantFrom(
  'STARTTLS',
  'STLS',
  'a STARTTLS',
  'QUIT',
  'BDAT 9',
  'OK',
  'a OK',
  '+ go',
  '250 ok',
  'x {9}',
  '{5+}',
  '',
);
const line = fc.oneof(
  word,
  fc.string({ maxLength: 60 }).map((each) => each.replace(/[^ -~]/g, ' ')),
);
/** Lines that a protocol with dots carries: a dot before each that begins with one. */
const message = fc
  .array(line, { maxLength: 20 })
  .map((lines) => lines.map((each) => `${each.startsWith('.') ? '.' : ''}${each}\r\n`).join(''));
/** Anything at all, as long as it is counted. */
const counted = fc
  .array(fc.oneof(word, fc.constantFrom('\r\n', '\n', '.\r\n', '\r\n.\r\n', '\0'), fc.string({ maxLength: 20 })), {
    maxLength: 20,
  })
  .map((pieces) => pieces.join('').replace(/[^\0-\xff]/g, '?'));
const reply = fc.constantFrom('STARTTLS', 'a STARTTLS', 'AGpvZQBz', '*', '=');

const mail = (hello: string): fc.Arbitrary<readonly Step[]> =>
  fc.oneof(
    message.map((said): Step[] => [
      ['DATA\r\n', '354 go\r\n'],
      [`${said}.\r\n`, '250 ok\r\n'],
    ]),
    counted.map((said): Step[] => [[`BDAT ${said.length} LAST\r\n${said}`, '250 ok\r\n']]),
    counted.map((said): Step[] => [[`BDAT ${said.length}\r\n${said}`, '250-ok\r\n250 more\r\n']]),
    reply.map((said): Step[] => [
      ['AUTH LOGIN\r\n', '334 VXNlcm5hbWU6\r\n'],
      [`${said}\r\n`, '334 UGFzc3dvcmQ6\r\n'],
      [`${said}\r\n`, '535 no\r\n'],
    ]),
    fc.constantFrom<Step[]>(
      [['NOOP\r\n', '250 ok\r\n']],
      [['DATA\r\n', '503 no\r\n']],
      [['VRFY STARTTLS\r\n', '252-x\r\n252 y\r\n']],
      [['RSET\r\n', '250 ok\r\n']],
      hello === 'LHLO' ? twoRecipients : [['RCPT TO:<STARTTLS>\r\n', '550 no\r\n']],
    ),
  );
const twoRecipients: Step[] = [
  ['RSET\r\n', '250 ok\r\n'],
  ['RCPT TO:<a>\r\n', '250 ok\r\n'],
  ['RCPT TO:<b>\r\n', '250 ok\r\n'],
  ['DATA\r\n', '354 go\r\n'],
  ['STARTTLS\r\n.\r\n', '250 a\r\n452 b\r\n'],
];
const hello = (word: string): Step => [
  `${word} x\r\n`,
  '250-b\r\n250 CHUNKING\r\n',
  '250-b\r\n250-CHUNKING\r\n250 STARTTLS\r\n',
];

const quoted = (said: string): string => said.replace(/["\\\r\n\0]/g, '_');
const rows: readonly {
  readonly profile: Profile;
  readonly opening?: Step;
  readonly exchange: fc.Arbitrary<readonly Step[]>;
  readonly upgrade: readonly [says: string, told: string];
}[] = [
  ...[smtp, submission].map((profile) => ({
    profile,
    opening: hello('EHLO'),
    exchange: mail('EHLO'),
    upgrade: ['STARTTLS\r\n', '220 2.0.0 Ready to start TLS\r\n'] as const,
  })),
  {
    profile: lmtp,
    opening: hello('LHLO'),
    exchange: mail('LHLO'),
    upgrade: ['STARTTLS\r\n', '220 2.0.0 Ready to start TLS\r\n'],
  },
  {
    profile: imap,
    opening: [
      'a CAPABILITY\r\n',
      '* CAPABILITY IMAP4rev1 LITERAL+\r\na OK x\r\n',
      '* CAPABILITY IMAP4rev1 LITERAL+ STARTTLS\r\na OK x\r\n',
    ],
    exchange: fc.oneof(
      counted.map((said): Step[] => [
        [`a LOGIN {${said.length}}\r\n`, '+ go\r\n'],
        [`${said} {2+}\r\nx \r\n`, 'a NO\r\n'],
      ]),
      counted.map((said): Step[] => [[`a APPEND x {${said.length}+}\r\n${said}\r\n`, '* 1 EXISTS\r\na OK done\r\n']]),
      counted.map((said): Step[] => [
        ['a FETCH 1 BODY[]\r\n', `* 1 FETCH (BODY[] {${said.length}}\r\n${said} X {3}\r\na O)\r\na OK done\r\n`],
      ]),
      reply.map((said): Step[] => [
        ['a AUTHENTICATE PLAIN\r\n', '+ \r\n'],
        [`${said}\r\n`, 'a NO\r\n'],
      ]),
      fc.constant<Step[]>([
        ['a IDLE\r\n', '+ idling\r\n* 2 EXISTS\r\n'],
        ['DONE\r\n', 'a OK done\r\n'],
      ]),
    ),
    upgrade: ['z STARTTLS\r\n', 'z OK Begin TLS negotiation now\r\n'],
  },
  {
    profile: pop3,
    exchange: fc.oneof(
      message.map((said): Step[] => [['RETR 1\r\n', `+OK\r\n${said}.\r\n`]]),
      reply.map((said): Step[] => [
        ['AUTH PLAIN\r\n', '+ \r\n'],
        [`${said}\r\n`, '-ERR no\r\n'],
      ]),
      fc.constantFrom<Step[]>(
        [['LIST 1\r\n', '+OK STLS\r\n']],
        [['USER STLS\r\n', '+OK\r\n']],
        [['RETR 9\r\n', '-ERR\r\n']],
      ),
    ),
    upgrade: ['STLS\r\n', '+OK Begin TLS negotiation\r\n'],
  },
  {
    profile: nntp,
    exchange: fc.oneof(
      message.map((said): Step[] => [
        ['POST\r\n', '340 go\r\n'],
        [`${said}.\r\n`, '240 ok\r\n'],
      ]),
      message.map((said): Step[] => [
        ['IHAVE <1>\r\n', '335 go\r\n'],
        [`${said}.\r\n`, '235 ok\r\n'],
      ]),
      message.map((said): Step[] => [[`TAKETHIS <1>\r\n${said}.\r\n`, '239 <1>\r\n']]),
      message.map((said): Step[] => [['ARTICLE 1\r\n', `220 1 <1>\r\n${said}.\r\n`]]),
      reply.map((said): Step[] => [
        ['AUTHINFO SASL PLAIN\r\n', '383 =\r\n'],
        [`${said}\r\n`, '481 no\r\n'],
      ]),
      fc.constantFrom<Step[]>([['POST\r\n', '440 no\r\n']], [['GROUP STARTTLS\r\n', '211 1 1 1 x\r\n']]),
    ),
    upgrade: ['STARTTLS\r\n', '382 Continue with TLS negotiation\r\n'],
  },
  {
    profile: managesieve,
    exchange: fc.oneof(
      counted.map((said): Step[] => [[`PUTSCRIPT "${quoted(said)}" {${said.length}+}\r\n${said}\r\n`, 'OK\r\n']]),
      counted.map((said): Step[] => [
        [`PUTSCRIPT {${said.length}+}\r\n${said} {2+}\r\nOK\r\n`, `NO {${said.length}}\r\n${said}\r\n`],
      ]),
      counted.map((said): Step[] => [['GETSCRIPT "a"\r\n', `{${said.length}}\r\n${said}\r\nOK "x"\r\n`]]),
      reply.map((said): Step[] => [
        ['AUTHENTICATE "LOGIN"\r\n', '"VXNlcm5hbWU6"\r\n'],
        [`"${said}"\r\n`, `{${said.length}}\r\n${said}\r\n`],
        [`{${said.length}+}\r\n${said}\r\n`, 'NO "no"\r\n'],
      ]),
      fc.constantFrom<Step[]>(
        [['LISTSCRIPTS\r\n', '"OK" ACTIVE\r\n"NO"\r\nOK\r\n']],
        [['HAVESPACE "STARTTLS" 9\r\n', 'OK\r\n']],
      ),
    ),
    upgrade: ['STARTTLS\r\n', 'OK "Begin TLS negotiation now"\r\n'],
  },
];

for (const { profile, opening, exchange, upgrade } of rows)
  test(`${profile.name}: no content triggers or hides a command, and all of it arrives unchanged`, () =>
    fc.assert(
      fc.property(
        fc.array(exchange, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(3000), { maxLength: 12 }),
        (dialogue, cuts) => {
          const steps = [...(opening === undefined ? [] : [opening]), ...dialogue.flat()];
          const { heard, verdict } = hold(profile, steps, upgrade[0], cuts);
          assert.equal(heard.backend, steps.map(([says]) => says).join(''));
          const told = steps.map(([, answer, edited = answer]) => edited).join('');
          assert.equal(heard.client, `${told}${upgrade[1]}`);
          assert.deepEqual(verdict, startTls);
        },
      ),
      { numRuns: 150 },
    ));

/** Holds a dialogue: the client pipelines, the backend answers what it has heard, and all of it comes in pieces. */
function hold({ middle, name }: Profile, steps: readonly Step[], last: string, cuts: readonly number[]) {
  assert.ok(middle, name);
  const mediator = mediate(middle.mediate({ host: 'gateway.example', mode: 'prefer' }));
  const heard: Record<Party, string> = { client: '', backend: '' };
  let answered = 0;
  let due = 0;
  const feed = (from: Party, said: string) => {
    mediator.feed(from, latin1(said));
    for (const { to, bytes } of mediator.output.splice(0)) heard[to] += text(bytes);
  };
  const answer = () => {
    for (
      let step = steps[answered];
      step !== undefined && heard.backend.length >= due + step[0].length;
      step = steps[answered]
    ) {
      due += step[0].length;
      answered += 1;
      for (const piece of cut(step[1], cuts)) feed('backend', piece);
    }
  };
  feed('backend', `${greetingOf({ name } as Profile).replaceAll(' / ', '\r\n')}\r\n`); // as: no more is asked of it
  heard.client = '';
  for (const piece of cut(`${steps.map(([says]) => says).join('')}${last}`, cuts)) {
    feed('client', piece);
    answer();
  }
  return { heard, verdict: mediator.verdict };
}

function cut(said: string, cuts: readonly number[]): readonly string[] {
  const at = [0, ...cuts.filter((each) => each < said.length).sort((a, b) => a - b), said.length];
  return at.slice(1).map((end, index) => said.slice(at[index], end));
}
