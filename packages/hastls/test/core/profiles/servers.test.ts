import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imap, lmtp, nntp, nntp1997, pop3, smtp } from '#core/profiles/index.js';
import { converse, type Profile } from '#core/talk/index.js';
import { feed } from '../../contract/rows.js';

// What our servers answer before TLS when they require it: the codes that real clients look for. [S6] [S8] [A37]

type Row = readonly [profile: Profile, command: string, answer: string];

const demanding: readonly Row[] = [
  [smtp, 'MAIL FROM:<a@b.example>', '530 5.7.0 Must issue a STARTTLS command first'],
  [smtp, 'HELO x', '530 5.7.0 Must issue a STARTTLS command first'],
  [smtp, 'auth plain AGEAYg==', '538 5.7.11 Encryption is required for authentication: STARTTLS first'],
  [smtp, 'EHLO x', '250-host.example / 250 STARTTLS'],
  [smtp, 'NOOP', '250 2.0.0 OK'],
  [smtp, 'STARTTLS now', '501 5.5.4 STARTTLS has no parameters'],
  [smtp, '', '530 5.7.0 Must issue a STARTTLS command first'],
  [lmtp, 'LHLO x', '250-host.example / 250 STARTTLS'],
  [lmtp, 'EHLO x', '530 5.7.0 Must issue a STARTTLS command first'],
  [imap, 'a LOGIN joe secret', 'a NO [PRIVACYREQUIRED] STARTTLS first'],
  [imap, 'x.9 capability', '* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED / x.9 OK Done'],
  [imap, 'a NOOP', 'a OK Done'],
  [imap, 'a STARTTLS now', 'a BAD STARTTLS has no parameters'],
  [imap, 'a', 'a NO [PRIVACYREQUIRED] STARTTLS first'],
  [imap, '{tag} $& STARTTLS', '* NO [PRIVACYREQUIRED] STARTTLS first'],
  [imap, '', '* NO [PRIVACYREQUIRED] STARTTLS first'],
  [pop3, 'USER joe', '-ERR [SYS/PERM] TLS is required: STLS first'],
  [pop3, 'CAPA', '+OK / STLS / .'],
  [pop3, 'STLS now', '-ERR STLS has no parameters'],
  [nntp, 'GROUP misc.test', '483 Encryption is required: STARTTLS first'],
  [nntp, 'CAPABILITIES', '101 Capabilities follow / VERSION 2 / STARTTLS / .'],
  [nntp, 'STARTTLS now', '501 STARTTLS has no parameters'],
  [nntp1997, 'GROUP misc.test', '401 Please start TLS first'],
  [nntp1997, 'TLS now', '500 Unknown command'],
];
const secured: readonly Row[] = [
  [smtp, 'STARTTLS', '503 5.5.1 TLS is already active'],
  [imap, 'a STARTTLS', 'a BAD TLS is already active'],
  [pop3, 'STLS', '-ERR TLS is already active'],
  [nntp, 'STARTTLS', '502 TLS is already active'],
  [nntp1997, 'TLS', '500 Unknown command'],
];
const farewells: readonly Row[] = [
  [smtp, 'QUIT', '221 2.0.0 Bye'],
  [imap, 'a LOGOUT', '* BYE / a OK Done'],
  [pop3, 'QUIT', '+OK Bye'],
  [nntp, 'QUIT', '205 Bye'],
];

const server = (profile: Profile, isSecured = false) =>
  converse(profile.server({ host: 'host.example', mode: 'require', greeted: true, secured: isSecured }));
const wire = (answer: string): string => `${answer.replaceAll(' / ', '\r\n')}\r\n`;

for (const [profile, command, answer] of demanding)
  test(`${profile.name}: before TLS ${JSON.stringify(command)} is answered with ${answer}`, () =>
    assert.equal(feed(server(profile), `${command}\r\n`), wire(answer)));

for (const [profile, command, answer] of secured)
  test(`${profile.name}: under TLS ${command} is answered with ${answer}`, () =>
    assert.equal(feed(server(profile, true), `${command}\r\n`), wire(answer)));

for (const [profile, command, answer] of farewells)
  test(`${profile.name}: whoever says ${command} before TLS may leave politely`, () => {
    const machine = server(profile);
    assert.equal(feed(machine, `${command}\r\n`), wire(answer));
    assert.deepEqual(machine.verdict, { kind: 'closed', said: command });
  });
