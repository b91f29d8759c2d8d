import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HastlsError } from '#node/errors.js';
import { toAskedName, toAskedType } from '#node/resolve/asked.js';

const names: readonly (readonly [text: string, asked: string])[] = [
  ['Mail.Example.ORG', 'mail.example.org.'],
  ['mail.example.org.', 'mail.example.org.'],
  ['_smtp._tcp.mail.exämple.org', '_smtp._tcp.mail.xn--exmple-cua.org.'],
  ['_smtp._tcp.mail。EXÄMPLE．org', '_smtp._tcp.mail.xn--exmple-cua.org.'],
  ['MÜNCHEN.example.', 'xn--mnchen-3ya.example.'],
  ['*.ex_ä.example', '*.xn--ex_-sla.example.'],
  ['10', '10.'],
  ['1.2.0.192.in-addr.arpa', '1.2.0.192.in-addr.arpa.'],
  ['a\\.b.example', 'a\\.b.example.'],
  ['.', '.'],
];
for (const [text, asked] of names)
  test(`[A36] "${text}" is asked as ${asked}`, () => assert.equal(toAskedName(text), asked));

const isOptionError = (error: unknown) => error instanceof HastlsError && error.code === 'ERR_HASTLS_OPTION';

const badNames: readonly (readonly [text: string, why: string])[] = [
  ['', 'empty'],
  ['a..example', 'an empty label'],
  ['ä..example', 'an empty label beside an umlaut'],
  ['a%2eä.example', 'an escape that means something in URLs only'],
  ['a\\046ä.example', 'a backslash, at which a URL would end the name'],
  ['a/ä.example', 'a slash, likewise'],
  ['a@ä.example', 'a user, likewise'],
  ['ä:53', 'a port'],
  ['xn--a.ä', 'an A-label that is none'],
  ['a\u00adb c.example', 'a soft hyphen and a space'],
  [`${'a'.repeat(64)}.example`, 'a label of 64 octets'],
  ['ä'.repeat(2000), 'thousands of characters'],
];
for (const [text, why] of badNames)
  test(`[A36] a name with ${why} is refused`, () => assert.throws(() => toAskedName(text), isOptionError));

const types: readonly (readonly [type: string | number, number: number])[] = [
  ['HASTLS', 65_401],
  ['hastls', 65_401],
  ['A', 1],
  ['type65280', 65_280],
  [52, 52],
  ['any', 255],
];
for (const [type, number] of types)
  test(`type ${type} is number ${number}`, () => assert.equal(toAskedType(type, 65_401), number));

for (const type of ['NONSENSE', 'TYPE65536', '', 0, -1, 65_536, 1.5, Number.NaN, 'OPT', 'NXNAME', 'TYPE252'])
  test(`type "${type}" is refused`, () => assert.throws(() => toAskedType(type, 65_400), isOptionError));
