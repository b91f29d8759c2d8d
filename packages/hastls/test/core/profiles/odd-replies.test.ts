import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latin1 } from '#core/bytes/index.js';
import { imap, lmtp, nntp, nntp1997, pop3, smtp, submission } from '#core/profiles/index.js';
import { converse, type Profile, type Verdict } from '#core/talk/index.js';

// What a client makes of answers that are odd, hostile, or merely negative. Each row is what the server says, one
// entry for each time that the client waits; the first is the greeting.

type Kind = Verdict['kind'];
type Row = readonly [what: string, kind: Kind, ...said: readonly string[]];

function verdictOn(profile: Profile, said: readonly string[]): Verdict | undefined {
  const machine = converse(profile.client({ host: 'host.example', self: 'client.invalid' }));
  for (const each of said) {
    assert.equal(machine.verdict, undefined, `decided before ${JSON.stringify(each)}`);
    machine.output.length = 0;
    machine.feed(latin1(each.replaceAll(' / ', '\r\n').concat('\r\n')));
  }
  return machine.verdict;
}

function judge(profile: Profile, rows: readonly Row[]): void {
  for (const [what, kind, ...said] of rows)
    test(`${profile.name}: ${what} is ${kind}`, () => assert.equal(verdictOn(profile, said)?.kind, kind));
}

const HELLO = '250-mx.example / 250-PIPELINING / 250 STARTTLS';
for (const profile of [smtp, submission, lmtp])
  judge(profile, [
    ['a greeting over several lines', 'start-tls', '220-mx.example / 220 ready', HELLO, '220 go'],
    ['an offer in lower case', 'start-tls', '220 x', '250-mx / 250 starttls', '220 go'],
    ['an offer that was removed [V1]', 'absent', '220 x', '250-mx.example / 250 DSN'],
    ['an offer with a parameter', 'absent', '220 x', '250-mx / 250 STARTTLS now'],
    ['a host by the name of STARTTLS', 'absent', '220 x', '250 STARTTLS'],
    ['a server that does not know the hello [V1]', 'absent', '220 x', '502 5.5.1 unknown'],
    ['a hello turned down for now', 'refused', '220 x', '450 later'],
    ['a server that has gone mute', 'closed', '421 too many'],
    ['a host without the service', 'closed', '554 no mail here'],
    ['a host that never has it', 'closed', '521 no mail here'],
    ['a server that leaves at the hello', 'closed', '220 x', '421 bye'],
    ['a greeting of another protocol', 'garbled', '* OK ready'],
    ['a greeting with a code of another meaning', 'garbled', '250 hi'],
    ['a hello answered with a question', 'garbled', '220 x', '354 go on'],
    ['not now [V2]', 'refused', '220 x', HELLO, '454 4.7.0 TLS is not available'],
    ['not like this', 'refused', '220 x', HELLO, '501 no parameters'],
    ['not at all', 'refused', '220 x', HELLO, '554 5.7.3 no'],
    ['an offer that nobody knows of any more [V2]', 'absent', '220 x', HELLO, '502 5.5.1 unknown'],
    ['an upgrade cut off politely', 'closed', '220 x', HELLO, '421 bye'],
    ['a success of another kind [V11]', 'garbled', '220 x', HELLO, '250 OK'],
    ['a success that nobody has defined [V11]', 'garbled', '220 x', HELLO, '221 go'],
    ['a question instead of a go-ahead [V2]', 'garbled', '220 x', HELLO, '354 send it'],
    ['a preliminary answer [V11]', 'garbled', '220 x', HELLO, '120 wait'],
    ['a code that changes between the lines', 'garbled', '220 x', HELLO, '220-go / 554 no'],
    ['a code of four digits', 'garbled', '220 x', HELLO, '2200 go'],
    ['a code behind a space', 'garbled', '220 x', HELLO, ' 220 go'],
    ['a code without a space behind it', 'garbled', '220 x', HELLO, '220go'],
    ['an answer with another one behind it [V4]', 'garbled', '220 x', HELLO, '220 go / 250-mx / 250 AUTH LOGIN'],
    ['an empty line', 'garbled', '220 x', HELLO, ''],
  ]);

const CAPABLE = '* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED / a1 OK done';
judge(imap, [
  ['an honest server', 'start-tls', '* OK ready', CAPABLE, 'a2 OK begin'],
  ['a server that writes small', 'start-tls', '* ok ready', '* capability imap4rev1 starttls / a1 ok', 'a2 ok'],
  [
    'a server with something to say meanwhile',
    'start-tls',
    '* OK hi',
    `* OK wait / ${CAPABLE}`,
    '* OK soon / a2 OK go',
  ],
  ['PREAUTH [V6]', 'garbled', '* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome back'],
  ['PREAUTH in the midst of it [V6]', 'garbled', '* OK ready', '* PREAUTH welcome / a1 OK'],
  ['a farewell for a greeting', 'closed', '* BYE too busy'],
  ['a farewell in the midst of it', 'closed', '* OK ready', '* BYE'],
  ['a greeting of another protocol', 'garbled', '220 ready'],
  ['a greeting that is none', 'garbled', '* CAPABILITY IMAP4rev1 STARTTLS'],
  ['an offer that was removed [V1]', 'absent', '* OK ready', '* CAPABILITY IMAP4rev1 LOGINDISABLED / a1 OK done'],
  ['an offer only alike', 'absent', '* OK ready', '* CAPABILITY IMAP4rev1 XSTARTTLS / a1 OK done'],
  ['an offer in the text of a status line', 'absent', '* OK STARTTLS', '* OK STARTTLS / a1 OK STARTTLS'],
  ['no knowledge of capabilities', 'absent', '* OK ready', 'a1 BAD what'],
  ['a mailbox before the answer [V7]', 'garbled', '* OK ready', '* LIST () "/" INBOX / a1 OK'],
  ['mail before the answer [V7]', 'garbled', '* OK ready', CAPABLE, '* 54321 EXISTS / a2 OK'],
  [
    'capabilities behind the upgrade [V7]',
    'garbled',
    '* OK ready',
    CAPABLE,
    '* CAPABILITY IMAP4rev1 AUTH=PLAIN / a2 OK',
  ],
  ['a no [V2]', 'refused', '* OK ready', CAPABLE, 'a2 NO not now'],
  ['a no with an alert [V8]', 'refused', '* OK ready', CAPABLE, 'a2 NO [ALERT] call +1 555 0100'],
  [
    'a no with a referral [V9]',
    'refused',
    '* OK ready',
    CAPABLE,
    'a2 NO [REFERRAL imap://elsewhere.example/] go there',
  ],
  ['an unknown command', 'absent', '* OK ready', CAPABLE, 'a2 BAD unknown'],
  ['a question instead of a go-ahead [V2]', 'garbled', '* OK ready', CAPABLE, '+ go on'],
  ['the answer to another question', 'garbled', '* OK ready', CAPABLE, 'a1 OK begin'],
  ['a tag in capitals', 'garbled', '* OK ready', CAPABLE, 'A2 OK begin'],
  ['an answer without a tag', 'garbled', '* OK ready', CAPABLE, 'OK begin'],
  ['a word only alike [V11]', 'garbled', '* OK ready', CAPABLE, 'a2 OKAY begin'],
  ['a tag without an answer', 'garbled', '* OK ready', CAPABLE, 'a2'],
  ['answers behind the answer [V4]', 'garbled', '* OK ready', CAPABLE, 'a2 OK begin / * CAPABILITY X / a3 OK'],
  ['an answer before its question', 'garbled', '* OK ready', `${CAPABLE} / a2 OK begin / a2 OK begin`],
]);

judge(pop3, [
  ['an honest server', 'start-tls', '+OK ready <1@x>', '+OK / USER / STLS / .', '+OK'],
  ['an offer that was removed [V1]', 'absent', '+OK ready', '+OK / USER / .'],
  ['no knowledge of capabilities [V1]', 'absent', '+OK ready', '-ERR what'],
  ['a farewell', 'closed', '-ERR busy'],
  ['a greeting of another protocol', 'garbled', '200 ready'],
  ['a no [V2]', 'refused', '+OK ready', '+OK / STLS / .', '-ERR no'],
  ['a word only alike [V11]', 'garbled', '+OK ready', '+OK / STLS / .', '+OKAY'],
  ['a word in small letters', 'garbled', '+OK ready', '+OK / STLS / .', '+ok'],
  ['a question', 'garbled', '+OK ready', '+OK / STLS / .', '+ '],
  ['an answer with another one behind it [V4]', 'garbled', '+OK ready', '+OK / STLS / .', '+OK go / +OK / USER / .'],
]);

judge(nntp, [
  ['an honest server', 'start-tls', '201 no posting', '101 list / VERSION 2 / STARTTLS / .', '382 go'],
  [
    'a server that must be told of a reader',
    'start-tls',
    '200 x',
    '101 / MODE-READER / .',
    '200 ok',
    '101 / STARTTLS / .',
    '382 go',
  ],
  [
    'a server that is told and still has none',
    'absent',
    '200 x',
    '101 / MODE-READER / .',
    '200 ok',
    '101 / MODE-READER / .',
  ],
  ['a server that wants no readers', 'closed', '200 x', '101 / MODE-READER / .', '502 no'],
  ['an offer that was removed [V1]', 'absent', '200 x', '101 / VERSION 2 / .'],
  ['no knowledge of capabilities', 'absent', '200 x', '500 what'],
  ['a farewell', 'closed', '400 busy'],
  ['no permission', 'closed', '502 no'],
  ['no TLS to be had', 'refused', '200 x', '101 / STARTTLS / .', '580 no'],
  ['TLS or authentication already [V10]', 'refused', '200 x', '101 / STARTTLS / .', '502 no'],
  ['a demand for what was just asked', 'refused', '200 x', '101 / STARTTLS / .', '483 no'],
  ['an unknown command', 'absent', '200 x', '101 / STARTTLS / .', '500 what'],
  ['the go-ahead of 1997', 'garbled', '200 x', '101 / STARTTLS / .', '200 go'],
  ['a question of another kind', 'garbled', '200 x', '101 / STARTTLS / .', '381 password'],
  ['an answer with another one behind it [V4]', 'garbled', '200 x', '101 / STARTTLS / .', '382 go / 200 x'],
]);

judge(nntp1997, [
  ['a go-ahead [S12]', 'start-tls', '200 x', '200 go'],
  ['a demand for what was just asked: it waits for a ClientHello [S9]', 'start-tls', '201 x', '401 TLS please'],
  ['a 401 that names a capability: that is no demand [S18]', 'refused', '200 x', '401 MODE-READER'],
  ['the same in small letters [S18]', 'refused', '200 x', '401 mode-reader needed'],
  ['an unknown command [S11]', 'absent', '200 x', '500 what'],
  ['any other failure [S16]', 'refused', '200 x', '503 no'],
  ['the go-ahead of today', 'garbled', '200 x', '382 go'],
  ['a go-ahead with an answer behind it [V4]', 'garbled', '200 x', '200 go / 200 x'],
  ['a demand with an answer behind it [V4] [V14]', 'garbled', '200 x', '401 TLS / 200 x'],
]);

test('whoever is garbled by octets before TLS is told apart from whoever talks nonsense', () => {
  const why = (said: readonly string[]) => {
    const verdict = verdictOn(smtp, said);
    return verdict?.kind === 'garbled' ? verdict.why : verdict?.kind;
  };
  assert.equal(why(['220 x', HELLO, '220 go / 250 OK']), 'bytes-before-tls');
  assert.equal(why(['220 x', HELLO, '250 go']), 'not-the-protocol');
});

test('a verdict keeps the peer’s words', () => {
  assert.deepEqual(verdictOn(smtp, ['220 x', HELLO, '454-not / 454 now']), {
    kind: 'refused',
    said: '454-not\n454 now',
  });
  assert.deepEqual(verdictOn(imap, ['* PREAUTH hi']), {
    kind: 'garbled',
    why: 'not-the-protocol',
    said: '* PREAUTH hi',
  });
});
