import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latin1 } from '#core/bytes/index.js';
import { ftp, imap, managesieve, nntp, nntp1997, pop3, profiles, smtp } from '#core/profiles/index.js';
import {
  type Conversation,
  converse,
  type Handover,
  type PlainSession,
  type Profile,
  type Verdict,
} from '#core/talk/index.js';
import { feed } from '../../contract/rows.js';

// The dialogue that goes on in plaintext, where a server may demand TLS in its midst. [S6] [S14]

const TO = { host: 'host.example', self: 'client.invalid' };

function session(profile: Profile): PlainSession {
  assert.ok(profile.session);
  return profile.session;
}

function held(conversation: Conversation<Verdict | Handover>, ...said: readonly string[]) {
  const machine = converse(conversation);
  const sent = feed(machine, ...said);
  return { verdict: machine.verdict, sent };
}

const demands: readonly (readonly [profile: Profile, demanded: boolean, reply: string])[] = [
  [smtp, true, '530 5.7.0 Must issue a STARTTLS command first\r\n'],
  [smtp, true, '538 5.7.11 Encryption required\r\n'],
  [smtp, true, '530-5.7.0 You must\r\n530 5.7.0 encrypt first\r\n'],
  [smtp, false, '530 5.7.0 Authentication required\r\n'],
  [smtp, false, '535 5.7.8 TLS or not, wrong password\r\n'],
  [smtp, false, '250 TLS\r\n'],
  [imap, true, 'x NO [PRIVACYREQUIRED] STARTTLS first\r\n'],
  [imap, true, '* OK hm\r\nx no [privacyrequired] STARTTLS first\r\n'],
  [imap, false, '* NO [PRIVACYREQUIRED] not the answer\r\nx OK\r\n'],
  [imap, false, 'x NO STARTTLS first\r\n'],
  [pop3, true, '-ERR [SYS/PERM] TLS is required: STLS first\r\n'],
  [pop3, true, '-ERR [AUTH] Cleartext not allowed without SSL/TLS\r\n'],
  [pop3, false, '-ERR TLS\r\n'],
  [pop3, false, '-ERR [AUTH] wrong password\r\n'],
  [pop3, false, '+OK [SYS/PERM] TLS\r\n'],
  [nntp, true, '483 Encryption required\r\n'],
  [nntp, true, '483\r\n'],
  [nntp, false, '480 Authentication required\r\n'],
  [nntp, false, '401 Please start TLS\r\n'],
  [nntp1997, true, '401 Please start TLS\r\n'],
  [nntp1997, true, '401\r\n'],
  [nntp1997, false, '401 READER\r\n'],
  [nntp1997, false, '4010 TLS\r\n'],
  [managesieve, true, 'NO (ENCRYPT-NEEDED) "STARTTLS first"\r\n'],
  [managesieve, true, 'no (encrypt-needed) {15}\r\nSTARTTLS\r\nfirst\r\n'],
  [managesieve, false, 'NO (AUTH-TOO-WEAK) "TLS"\r\n'],
  [managesieve, false, '{22}\r\nNO (ENCRYPT-NEEDED)\r\n#\r\nOK\r\n'], // in a script
  [managesieve, false, 'BYE (ENCRYPT-NEEDED) "STARTTLS first"\r\n'], // and there is nobody any more
];
for (const [profile, demanded, reply] of demands)
  test(`${profile.name}: ${JSON.stringify(reply)} is ${demanded ? 'a' : 'no'} demand for TLS [S6]`, () =>
    assert.equal(session(profile).demands(reply), demanded));

test('what our servers say to who crosses their line, our clients hear as a demand [S6]', () => {
  for (const profile of profiles.filter((each) => each.session !== undefined)) {
    const command = profile === imap ? 'x LIST "" *' : 'GROUP misc.test';
    const machine = converse(profile.server({ host: 'host.example', mode: 'require', greeted: true }));
    assert.ok(session(profile).demands(feed(machine, `${command}\r\n`)), profile.name);
  }
});

const replies: readonly (readonly [profile: Profile, command: string, reply: string])[] = [
  [smtp, 'NOOP', '250 OK\r\n'],
  [smtp, 'EHLO x', '250-a\r\n250-2\r\n250 c\r\n'],
  [smtp, 'RSET', '2\r\n'],
  [imap, 'x NOOP', '* 1 EXISTS\r\n* xx x\r\nx OK\r\n'],
  [imap, 'x FETCH 1 BODY[]', '* 1 FETCH (BODY[] {8}\r\nx OK .\r\n)\r\nx OK\r\n'],
  [imap, 'x FETCH 1 BODY[]', '* 1 FETCH (BODY[] {6}\r\nx\nx y\nx BAD)\r\n* OK\r\nx OK\r\n'],
  [imap, 'x LOGIN {3}', '+ go on\r\n'],
  [pop3, 'STAT', '+OK 2 320\r\n'],
  [pop3, 'LIST', '+OK\r\n1 120\r\n..\r\n.x\r\n.\r\n'],
  [pop3, 'LIST 1', '+OK 1 120\r\n'],
  [pop3, 'retr 1', '+OK\r\nSubject: x\r\n\r\n.\r\n'],
  [pop3, 'RETR 9', '-ERR none\r\n'],
  [pop3, 'UIDL', '+OK\n.\n'],
  [nntp, 'GROUP a', '211 1 1 1 a\r\n'],
  [nntp, 'LISTGROUP a', '211 1 1 1 a\r\n1\r\n.\r\n'],
  [nntp, 'ARTICLE', '220 1 <1@x>\r\nSubject: x\r\n\r\n..\r\n.\r\n'],
  [nntp1997, 'LIST', '215 list\r\n.\r\n'],
  [nntp1997, 'LIST', '401 TLS first\r\n'],
  [managesieve, 'LISTSCRIPTS', '"a"\r\n{5}\r\nOK\r\nb\r\n"c" ACTIVE\r\nOK\r\n'],
  [managesieve, 'GETSCRIPT "a"', '{13}\r\nkeep;\r\nOK\r\n# \r\nOK "done"\r\n'],
  [managesieve, 'GETSCRIPT "z"', 'NO (NONEXISTENT) {8}\r\nno\r\nsuch\r\n'],
  [managesieve, 'NOOP "x"', 'OK (TAG {1}\r\nx) "done"\r\n'],
  [managesieve, 'authenticate "SCRAM-SHA-1"', '"cj1ueW9uY2U="\r\n'],
  [managesieve, '"Yz1iaXdz"', 'OK (SASL "dj1zaWc=")\r\n'],
];
for (const [profile, command, reply] of replies)
  test(`${profile.name}: the reply to ${command} ends where it ends, and is seen to: ${JSON.stringify(reply)}`, () => {
    const frame = session(profile).reply(command);
    const octets = latin1(`${reply}${reply}`);
    assert.equal(frame(octets), reply.length);
    for (let length = 0; length < reply.length; length++)
      assert.ok(frame(octets.subarray(0, length)) === 0 || frame(octets.subarray(0, length)) > length, `at ${length}`);
  });

test('a session opens with the greeting, and with what the protocol wants said first', () => {
  const opened = held(session(smtp).open(TO), '220 mx ready\r\n', '250 mx\r\n');
  assert.deepEqual(opened, { verdict: { kind: 'plaintext', heard: '220 mx ready' }, sent: 'EHLO client.invalid\r\n' });
  assert.deepEqual(held(session(nntp).open(TO), '201 hi\r\n').verdict, { kind: 'plaintext', heard: '201 hi' });
  assert.equal(held(session(nntp).open(TO), '400 no\r\n').verdict?.kind, 'closed');
  assert.equal(held(session(pop3).open(TO), '200 hi\r\n').verdict?.kind, 'garbled');
});

test('a plaintext session may meet PREAUTH, as nobody wanted TLS; BYE still ends it', () => {
  assert.equal(held(session(imap).open(TO), '* PREAUTH hi\r\n').verdict?.kind, 'plaintext');
  assert.equal(held(session(imap).open(TO), '* BYE\r\n').verdict?.kind, 'closed');
  assert.equal(held(session(imap).open(TO), '* 4 EXISTS\r\n').verdict?.kind, 'garbled');
});

test('a mail session falls back to the old hello where the new one is unknown', () => {
  const opened = held(session(smtp).open(TO), '220 mx\r\n', '502 what\r\n', '250 mx\r\n');
  assert.deepEqual(
    [opened.verdict?.kind, opened.sent],
    ['plaintext', 'EHLO client.invalid\r\nHELO client.invalid\r\n'],
  );
  assert.equal(held(session(smtp).open(TO), '220 mx\r\n', '502 what\r\n', '502 what\r\n').verdict?.kind, 'absent');
  assert.equal(held(session(smtp).open(TO), '220 mx\r\n', '421 bye\r\n').verdict?.kind, 'closed');
});

test('over TLS the hello is said again, and nothing where there is none [S14] [RFC3207 §4.2]', () => {
  const again = held(session(smtp).reopen(TO), '250-mx\r\n250 AUTH PLAIN\r\n');
  assert.deepEqual(again, {
    verdict: { kind: 'plaintext', heard: '250-mx\n250 AUTH PLAIN' },
    sent: 'EHLO client.invalid\r\n',
  });
  for (const profile of [imap, nntp1997])
    assert.deepEqual(held(session(profile).reopen(TO)), { verdict: { kind: 'plaintext', heard: '' }, sent: '' });
});

test('sieve: a session opens with the list, and over TLS waits for it anew, unasked [RFC5804 §2.2]', () => {
  const list = '"SIEVE" "fileinto"\r\n"SASL" ""\r\nOK "ready"\r\n';
  const { open, reopen } = session(managesieve);
  for (const opened of [held(open(TO), list), held(reopen(TO), list)])
    assert.deepEqual(opened, {
      verdict: { kind: 'plaintext', heard: '"SIEVE" "fileinto"\n"SASL" ""\nOK "ready"' },
      sent: '',
    });
  assert.equal(held(reopen(TO), 'BYE "too many"\r\n').verdict?.kind, 'closed');
  assert.equal(held(reopen(TO), '{2}\r\nhi\r\n').verdict?.kind, 'garbled');
  assert.equal(held(session(managesieve).trigger(), '"SASL" ""\r\nOK\r\n').verdict?.kind, 'garbled');
});

const listings: readonly (readonly [profile: Profile, sent: string, answer: string, heard: string])[] = [
  [pop3, 'CAPA\r\n', '+OK\r\nUSER\r\n.\r\n', 'USER'],
  [pop3, 'CAPA\r\n', '-ERR unknown\r\n', ''],
  [nntp, 'CAPABILITIES\r\n', '101 list\r\nVERSION 2\r\n.\r\n', 'VERSION'],
  [nntp, 'CAPABILITIES\r\n', '480 log in\r\n', ''],
  [ftp, 'FEAT\r\n', '211-Features\r\n PBSZ\r\n211 End\r\n', '211-Features\n PBSZ\n211 End'],
  [ftp, 'FEAT\r\n', '530 log in\r\n', '530 log in'],
];
for (const [profile, sent, answer, heard] of listings)
  test(`${profile.name}: over TLS it is asked again what the server can do, and the answer may be ${answer.split('\r')[0]}`, () =>
    assert.deepEqual(held(session(profile).reopen(TO), answer), { verdict: { kind: 'plaintext', heard }, sent }));

const greetings: readonly (readonly [profile: Profile, greeting: string, answer: string])[] = [
  [pop3, '+OK ready\r\n', '+OK\r\nUSER\r\n.\r\n'],
  [nntp, '200 ready\r\n', '101 list\r\nVERSION 2\r\n.\r\n'],
  [ftp, '220 ready\r\n', '211-Features\r\n211 End\r\n'],
  [smtp, '220 ready\r\n', '250 mx\r\n'],
];
for (const [profile, greeting, answer] of greetings)
  test(`${profile.name}: a greeting over TLS, where it was our turn, is taken for no answer [V12]`, () =>
    assert.equal(held(session(profile).reopen(TO), greeting + answer).verdict?.kind, 'garbled'));

const triggers: readonly (readonly [profile: Profile, sent: string, goAhead: string])[] = [
  [smtp, 'STARTTLS\r\n', '220 go\r\n'],
  [imap, 'a2 STARTTLS\r\n', 'a2 OK go\r\n'],
  [pop3, 'STLS\r\n', '+OK go\r\n'],
  [nntp, 'STARTTLS\r\n', '382 go\r\n'],
  [managesieve, 'STARTTLS\r\n', 'OK\r\n'],
];
for (const [profile, sent, goAhead] of triggers)
  test(`${profile.name}: a demand is answered with the upgrade, and with no octet behind the go-ahead [V4]`, () => {
    assert.deepEqual(held(session(profile).trigger(), goAhead), { verdict: { kind: 'start-tls' }, sent });
    assert.equal(held(session(profile).trigger(), `${goAhead}x`).verdict?.kind, 'garbled');
    assert.equal(held(session(profile).trigger(), '500 no\r\n').verdict?.kind === 'start-tls', false);
  });

test('[S9] in the form of 1997 a demand is answered with the ClientHello itself', () =>
  assert.deepEqual(held(session(nntp1997).trigger()), { verdict: { kind: 'start-tls' }, sent: '' }));
