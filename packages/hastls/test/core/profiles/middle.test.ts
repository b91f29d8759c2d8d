import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { imap, lmtp, nntp, pop3, smtp, submission } from '#core/profiles/index.js';
import { type Profile, startTls } from '#core/talk/index.js';
import { type As, greeted, greetingOf, keepingSecrets, PREFER, play, SECURED } from './play.js';

// A gateway before TLS and over it, line by line, as client and backend see it.

const UPGRADES: Readonly<Record<string, readonly [command: string, goAhead: string, again: string]>> = {
  imap: ['a STARTTLS', 'a OK Begin TLS negotiation now', 'a BAD TLS is already active'],
  pop3: ['STLS', '+OK Begin TLS negotiation', '-ERR TLS is already active'],
  nntp: ['STARTTLS', '382 Continue with TLS negotiation', '502 TLS is already active'],
};
const upgradeOf = ({ name }: Profile) =>
  UPGRADES[name] ?? ['STARTTLS', '220 2.0.0 Ready to start TLS', '503 5.5.1 TLS is already active'];

for (const profile of [smtp, submission, lmtp, imap, pop3, nntp]) {
  const [command, goAhead, again] = upgradeOf(profile);

  test(`${profile.name}: the upgrade is ours, and the backend never hears of it`, () => {
    const { mediator } = play(profile, PREFER, ...greeted(profile), `c: ${command}`, `C: ${goAhead}`);
    assert.deepEqual(mediator.verdict, startTls);
  });

  test(`[V3] ${profile.name}: whatever is pipelined behind the upgrade ends the connection`, () => {
    const man = play(profile, PREFER, ...greeted(profile));
    assert.equal(man.client(`${command}\r\nNOOP\r\n`), '');
    assert.deepEqual(man.mediator.verdict, { kind: 'garbled', why: 'bytes-before-tls' });
  });

  test(`${profile.name}: over TLS the backend's greeting goes no further, and the upgrade is refused`, () => {
    const { mediator } = play(profile, SECURED, `b: ${greetingOf(profile)}`, `c: ${command}`, `C: ${again}`);
    assert.equal(mediator.verdict, undefined);
  });

  test(`${profile.name}: with implicit TLS the backend's greeting is the client's`, () => {
    play(profile, { secured: true }, ...greeted(profile), `c: ${command}`, `C: ${again}`);
  });

  test(`${profile.name}: a backend that greets otherwise is not passed on`, () => {
    const { mediator } = play(profile, PREFER, 'b: 554 no');
    assert.equal(mediator.verdict?.kind, 'refused');
  });

  test(`${profile.name}: what one server splits where another does not is no command`, () => {
    const tag = profile.name === 'imap' ? 'a ' : '';
    for (const torn of ['NOOP\rSTARTTLS', 'NOOP\tx', ' NOOP', 'NOOP\0x', '']) {
      const man = play(profile, PREFER, ...greeted(profile));
      assert.match(
        man.client(`${tag}${torn}\r\n`),
        /^C:(?:500 |-ERR |\* BAD |a BAD )[^\r]*\r\n$/,
        JSON.stringify(torn),
      );
      assert.equal(man.mediator.verdict, undefined);
    }
  });
}

const mail = [smtp, submission].flatMap((profile) => [[profile, 'DATA'] as const, [profile, 'BDAT'] as const]);
const arbitraryMessage = fc
  .array(
    fc.oneof(
      fc.constantFrom('STARTTLS', '..', '.STARTTLS', 'QUIT', 'BDAT 99999', 'a STARTTLS', '', '...', '.\t'),
      fc.string({ maxLength: 80 }).map((each) => each.replace(/[\r\n]/g, ' ').replace(/^\.$/, '..')),
    ),
    { maxLength: 40 },
  )
  .map((lines) => lines.map((each) => `${each}\r\n`).join(''));

for (const [profile, how] of mail)
  test(`${profile.name}: no message by ${how} triggers or hides a command, and each arrives unchanged`, () =>
    fc.assert(
      fc.property(arbitraryMessage, fc.array(fc.nat(4000), { maxLength: 8 }), (message, cuts) => {
        const man = play(
          profile,
          PREFER,
          ...greeted(profile),
          'c: EHLO x',
          'B: EHLO x',
          'b: 250-b / 250 CHUNKING',
          'C: 250-b / 250-CHUNKING / 250 STARTTLS',
        );
        const [before, behind] = how === 'DATA' ? ['DATA\r\n', '.\r\n'] : [`BDAT ${message.length} LAST\r\n`, ''];
        assert.equal(man.client(before), `B:${before}`);
        if (how === 'DATA') assert.equal(man.backend('354 go\r\n'), 'C:354 go\r\n');
        const sent = `${message}${behind}NOOP\r\n`;
        const at = [0, ...cuts.filter((cut) => cut < sent.length).sort((a, b) => a - b), sent.length];
        const heard = at.slice(1).map((end, index) => man.client(sent.slice(at[index], end)));
        assert.equal(heard.join('').replaceAll('B:', ''), `${message}${behind}`.replaceAll('B:', ''));
        assert.equal(man.backend('250 queued\r\n'), 'C:250 queued\r\nB:NOOP\r\n');
        assert.equal(man.mediator.verdict, undefined);
      }),
    ));

const scenes: readonly (readonly [title: string, profile: Profile, as: As, ...scene: string[]])[] = [
  [
    'the backend’s own upgrade is not listed, ours is',
    smtp,
    PREFER,
    'c: EHLO x',
    'B: EHLO x',
    'b: 250-b / 250-STARTTLS / 250-AUTH PLAIN / 250 DSN',
    'C: 250-b / 250-AUTH PLAIN / 250-DSN / 250 STARTTLS',
  ],
  ['nor over TLS', smtp, SECURED, 'c: EHLO x', 'B: EHLO x', 'b: 250-b / 250 STARTTLS', 'C: 250 b'],
  [
    'authentication is hidden until TLS is there, and refused',
    submission,
    keepingSecrets(submission),
    'c: EHLO x',
    'B: EHLO x',
    'b: 250-b / 250-AUTH PLAIN / 250-AUTH=PLAIN / 250-XCLIENT NAME / 250 DSN',
    'C: 250-b / 250-DSN / 250 STARTTLS',
    'c: AUTH PLAIN x',
    'C: 538 5.7.11 Encryption is required for authentication: STARTTLS first',
    'c: MAIL FROM:<a@b>',
    'B: MAIL FROM:<a@b>',
    'b: 250 ok',
    'C: 250 ok',
  ],
  ['a refused hello lists nothing', smtp, PREFER, 'c: EHLO x', 'B: EHLO x', 'b: 502 what', 'C: 502 what'],
  [
    'what a client pipelines waits for its turn',
    smtp,
    PREFER,
    'c: MAIL FROM:<a@b> / RCPT TO:<c@d> / DATA',
    'B: MAIL FROM:<a@b>',
    'b: 250 1',
    'C: 250 1',
    'B: RCPT TO:<c@d>',
    'b: 250 2',
    'C: 250 2',
    'B: DATA',
    'b: 354 3',
    'C: 354 3',
    'c: STARTTLS / .',
    'B: STARTTLS / .',
    'b: 250 4',
    'C: 250 4',
  ],
  [
    'answers to challenges are no commands',
    smtp,
    PREFER,
    'c: AUTH LOGIN',
    'B: AUTH LOGIN',
    'b: 334 VXNlcm5hbWU6',
    'C: 334 VXNlcm5hbWU6',
    'c: STARTTLS',
    'B: STARTTLS',
    'b: 535 no',
    'C: 535 no',
  ],
  [
    'mail that is refused leaves the dialogue at commands',
    smtp,
    PREFER,
    'c: DATA',
    'B: DATA',
    'b: 503 no',
    'C: 503 no',
    'c: STARTTLS',
    'C: 220 2.0.0 Ready to start TLS',
  ],
  [
    'LMTP answers a message once for each recipient',
    lmtp,
    PREFER,
    'c: RCPT TO:<a>',
    'B: RCPT TO:<a>',
    'b: 250 a',
    'C: 250 a',
    'c: RCPT TO:<b>',
    'B: RCPT TO:<b>',
    'b: 250 b',
    'C: 250 b',
    'c: RCPT TO:<c>',
    'B: RCPT TO:<c>',
    'b: 550 c',
    'C: 550 c',
    'c: DATA',
    'B: DATA',
    'b: 354 go',
    'C: 354 go',
    'c: . / NOOP',
    'B: .',
    'b: 250 a',
    'C: 250 a',
    'b: 452 b',
    'C: 452 b',
    'B: NOOP',
    'b: 250 ok',
    'C: 250 ok',
  ],
  [
    'capabilities come in a block',
    pop3,
    keepingSecrets(pop3),
    'c: CAPA',
    'B: CAPA',
    'b: +OK / TOP / STLS / USER / SASL PLAIN / .',
    'C: +OK',
    'C: TOP / STLS / .',
    'c: PASS x',
    'C: -ERR [SYS/PERM] TLS is required: STLS first',
  ],
  [
    'a message that is fetched is no dialogue',
    pop3,
    PREFER,
    'c: RETR 1',
    'B: RETR 1',
    'b: +OK / STLS / ..',
    'C: +OK',
    'C: STLS / ..',
    'b: .',
    'C: .',
    'c: LIST 1',
    'B: LIST 1',
    'b: +OK 1 5',
    'C: +OK 1 5',
  ],
  [
    'news is posted after leave, and sent along without',
    nntp,
    PREFER,
    'c: POST',
    'B: POST',
    'b: 340 go',
    'C: 340 go',
    'c: STARTTLS / .',
    'B: STARTTLS / .',
    'b: 240 ok',
    'C: 240 ok',
    'c: TAKETHIS <1> / STARTTLS / . / QUIT',
    'B: TAKETHIS <1>',
    'B: STARTTLS / .',
    'b: 239 <1>',
    'C: 239 <1>',
    'B: QUIT',
  ],
  [
    'nobody could follow what is compressed',
    nntp,
    PREFER,
    'c: CAPABILITIES',
    'B: CAPABILITIES',
    'b: 101 list / COMPRESS DEFLATE / AUTHINFO USER / .',
    'C: 101 list',
    'C: AUTHINFO USER / STARTTLS / .',
    'c: COMPRESS DEFLATE',
    'C: 500 Unknown command',
  ],
  [
    'capabilities are told in three places',
    imap,
    keepingSecrets(imap),
    'c: a CAPABILITY',
    'B: a CAPABILITY',
    'b: * CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR COMPRESS=DEFLATE IDLE / a OK [CAPABILITY IMAP4rev1 STARTTLS] done',
    'C: * CAPABILITY IMAP4rev1 IDLE STARTTLS LOGINDISABLED',
    'C: a OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] done',
    'c: b LOGIN joe secret',
    'C: b NO [PRIVACYREQUIRED] STARTTLS first',
    'c: c COMPRESS DEFLATE',
    'C: c BAD Unknown command',
  ],
  [
    'a literal is no command, nor is what comes behind it',
    imap,
    PREFER,
    'c: a LOGIN {10}',
    'B: a LOGIN {10}',
    'b: + go',
    'C: + go',
    'c: b STARTTLS {3}',
    'B: b STARTTLS {3}',
    'b: + go',
    'C: + go',
    'c: pwd',
    'B: pwd',
    'b: a NO',
    'C: a NO',
    'c: b STARTTLS',
    'C: b OK Begin TLS negotiation now',
  ],
  [
    'a literal without leave goes to backends that know them only',
    imap,
    PREFER,
    'c: a CAPABILITY',
    'B: a CAPABILITY',
    'b: * CAPABILITY IMAP4rev1 LITERAL+ / a OK done',
    'C: * CAPABILITY IMAP4rev1 LITERAL+ STARTTLS / a OK done',
    'c: b APPEND x {12+} / c STARTTLS / ',
    'B: b APPEND x {12+} / c STARTTLS / ',
    'b: b OK done',
    'C: b OK done',
  ],
  [
    'what a backend tells of a mailbox is no answer, whatever a message holds',
    imap,
    PREFER,
    'c: a FETCH 1 BODY[] / b STARTTLS',
    'B: a FETCH 1 BODY[]',
    'b: * 1 FETCH (BODY[] {15} / a OK STARTTLS / )',
    'C: * 1 FETCH (BODY[] {15} / a OK STARTTLS / )',
    'b: a OK done',
    'C: a OK done / b OK Begin TLS negotiation now',
  ],
  [
    'waiting for news ends with a line that is no command',
    imap,
    PREFER,
    'c: a IDLE',
    'B: a IDLE',
    'b: + idling / * 2 EXISTS',
    'C: + idling / * 2 EXISTS',
    'c: DONE / b STARTTLS',
    'B: DONE',
    'b: a OK done',
    'C: a OK done / b OK Begin TLS negotiation now',
  ],
  [
    'or with the answer, and then a line is a command again',
    imap,
    PREFER,
    'c: a IDLE',
    'B: a IDLE',
    'b: + idling / a NO too long',
    'C: + idling / a NO too long',
    'c: b STARTTLS',
    'C: b OK Begin TLS negotiation now',
  ],
];
for (const [title, profile, as, ...scene] of scenes)
  test(`${profile.name}: ${title}`, () => {
    const isGreeted = as.greeted === true;
    play(profile, as, ...(isGreeted ? [`b: ${greetingOf(profile)}`] : greeted(profile)), ...scene);
  });

const endings: readonly (readonly [title: string, kind: string, profile: Profile, as: As, ...scene: string[]])[] = [
  [
    'a chunk is commands to a backend that knows none',
    'garbled',
    smtp,
    PREFER,
    'c: BDAT 9 LAST',
    'C: 500 5.5.2 Unknown command',
  ],
  ['so is a literal without leave', 'garbled', imap, PREFER, 'c: a LOGIN {3+}'],
  [
    'what comes behind a refused command may be data',
    'closed',
    imap,
    keepingSecrets(imap),
    'c: a LOGIN {14+} / b STARTTLS',
    'C: a NO [PRIVACYREQUIRED] STARTTLS first',
  ],
  [
    'a chunk that is refused may still come',
    'closed',
    smtp,
    { mode: ['BDAT'] },
    'c: BDAT 9',
    'C: 530 5.7.0 Must issue a STARTTLS command first',
  ],
  [
    'a message that ends for some servers only ends the connection',
    'garbled',
    smtp,
    PREFER,
    'c: DATA',
    'B: DATA',
    'b: 354 go',
    'C: 354 go',
    'c: a\n. / MAIL FROM:<a@b>',
  ],
  [
    'nobody can follow what a backend asks for unheard-of',
    'garbled',
    smtp,
    PREFER,
    'c: XEXCH50 2',
    'B: XEXCH50 2',
    'b: 354 go',
    'C: 354 go',
  ],
  [
    'who is known over TLS need not be followed',
    'relay',
    imap,
    SECURED,
    'c: a LOGIN x y',
    'B: a LOGIN x y',
    'b: a OK in',
    'C: a OK in',
  ],
  ['who is not must be', 'undefined', imap, SECURED, 'c: a LOGIN x y', 'B: a LOGIN x y', 'b: a NO', 'C: a NO'],
  ['who is known over TLS need not be followed', 'relay', pop3, SECURED, 'c: PASS x', 'B: PASS x', 'b: +OK', 'C: +OK'],
  ['nor who compresses', 'relay', nntp, SECURED, 'c: COMPRESS DEFLATE', 'B: COMPRESS DEFLATE'],
];
for (const [title, kind, profile, as, ...scene] of endings)
  test(`${profile.name}: ${title}: ${kind}`, () => {
    const opening = as.greeted === true ? [`b: ${greetingOf(profile)}`] : greeted(profile);
    assert.equal(String(play(profile, as, ...opening, ...scene).mediator.verdict?.kind), kind);
  });
