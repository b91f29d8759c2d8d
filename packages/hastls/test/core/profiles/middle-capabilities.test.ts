import assert from 'node:assert/strict';
import { test } from 'node:test';
import { irc, managesieve } from '#core/profiles/index.js';
import { type As, greeted, greetingOf, keepingSecrets, PREFER, play, SECURED } from './play.js';

// What is told of capabilities in scripts and chat, before TLS and over it, and what is refused.

test('sieve: over TLS the backend’s greeting is told, without its upgrade: the client waits for it [V12]', () => {
  const told = greetingOf(managesieve).replace('"STARTTLS" / ', '');
  const { mediator } = play(
    managesieve,
    SECURED,
    `b: ${greetingOf(managesieve)}`,
    `C: ${told}`,
    'c: STARTTLS',
    'C: NO "TLS is already active"',
  );
  assert.equal(mediator.verdict, undefined);
});

const scripts: readonly (readonly [title: string, kind: string, as: As, ...scene: string[]])[] = [
  [
    'no mechanisms where they wait for TLS, and no login',
    'undefined',
    keepingSecrets(managesieve),
    'b: "SASL" "PLAIN" / "STARTTLS" / "VERSION" "1.0" / OK',
    'C: "SASL" "" / "VERSION" "1.0" / "STARTTLS" / OK',
    'c: CAPABILITY',
    'B: CAPABILITY',
    'b: "SASL" "PLAIN" / OK',
    'C: "SASL" "" / "STARTTLS" / OK',
    'c: AUTHENTICATE "PLAIN" "AGpvZQBz"',
    'C: NO (ENCRYPT-NEEDED) "STARTTLS first"',
  ],
  [
    'a login that is refused may have a literal behind it',
    'closed',
    keepingSecrets(managesieve),
    ...greeted(managesieve),
    'c: AUTHENTICATE "PLAIN" {8+}',
    'C: NO (ENCRYPT-NEEDED) "STARTTLS first"',
  ],
  ['a backend that does not serve is not passed on', 'refused', PREFER, 'b: BYE "no"'],
  [
    'a list that is refused is',
    'undefined',
    PREFER,
    ...greeted(managesieve),
    'c: CAPABILITY',
    'B: CAPABILITY',
    'b: NO "no"',
    'C: NO "no"',
  ],
  [
    'what some read into a command is none',
    'undefined',
    PREFER,
    ...greeted(managesieve),
    'c: NOOP "a\\',
    'C: NO "Unknown command"',
  ],
  [
    'a literal that waits for leave is none',
    'garbled',
    PREFER,
    ...greeted(managesieve),
    'c: PUTSCRIPT "a" {3}',
    'C: NO "Unknown command"',
  ],
  [
    'who is known over TLS need not be followed',
    'relay',
    { secured: true },
    'b: OK',
    'C: OK',
    'c: AUTHENTICATE "X"',
    'B: AUTHENTICATE "X"',
    'b: OK',
    'C: OK',
  ],
];
for (const [title, kind, as, ...scene] of scripts)
  test(`sieve: ${title}: ${kind}`, () =>
    assert.equal(String(play(managesieve, as, ...scene).mediator.verdict?.kind), kind));

const chat: readonly (readonly [title: string, kind: string, as: As, ...scene: string[]])[] = [
  [
    'the upgrade is ours',
    'start-tls',
    PREFER,
    'c: STARTTLS',
    'C: :gateway.example 670 * :STARTTLS successful, proceed with TLS handshake',
  ],
  ['and refused over TLS', 'undefined', SECURED, 'c: STARTTLS', 'C: :gateway.example 691 * :TLS is already active'],
  [
    'the list has our upgrade at its end, and not the backend’s, nor its advice to go elsewhere',
    'undefined',
    PREFER,
    'c: CAP LS 302',
    'B: CAP LS 302',
    'b: :s CAP * LS * :tls sasl=PLAIN multi-prefix / :s CAP * LS :sts=port=6697 away-notify',
    'C: :s CAP * LS * :sasl=PLAIN multi-prefix',
    'C: :s CAP * LS :away-notify tls',
    'b: @time=1 :s CAP joe NEW :tls batch',
    'C: @time=1 :s CAP joe NEW :batch',
  ],
  ['over TLS it has none', 'undefined', SECURED, 'b: :s CAP * LS :tls sts=port=6697 sasl', 'C: :s CAP * LS :sasl'],
  [
    'no mechanisms where passwords wait for TLS, however a command is written',
    'undefined',
    keepingSecrets(irc),
    'b: :s CAP * LS :sasl=PLAIN away-notify',
    'C: :s CAP * LS :away-notify tls',
    'c: PASS secret / @a=b PASS secret / :me PASS secret / @a :me  oper joe secret',
    'C: :gateway.example 451 * :TLS is required: STARTTLS first',
    'C: :gateway.example 451 * :TLS is required: STARTTLS first',
    'C: :gateway.example 451 * :TLS is required: STARTTLS first',
    'C: :gateway.example 451 * :TLS is required: STARTTLS first',
    'c: NICK joe',
    'B: NICK joe',
  ],
  [
    'the upgrade in disguise goes nowhere, nor what some servers split',
    'undefined',
    PREFER,
    'c: :me STARTTLS / @a starttls /  STARTTLS / NICK a\rSTARTTLS',
    ...Array(4).fill('C: :gateway.example 421 * :Unknown command'),
  ],
  [
    'what is said in a room is no command',
    'undefined',
    PREFER,
    'c: PRIVMSG #a :STARTTLS',
    'B: PRIVMSG #a :STARTTLS',
    'b: :x PRIVMSG #a :CAP * LS :tls',
    'C: :x PRIVMSG #a :CAP * LS :tls',
  ],
];
for (const [title, kind, as, ...scene] of chat)
  test(`irc: ${title}: ${kind}`, () => assert.equal(String(play(irc, as, ...scene).mediator.verdict?.kind), kind));
