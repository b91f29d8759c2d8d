import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HastlsError } from '#node/errors.js';
import { toTarget } from '#node/target.js';

const good: readonly (readonly [
  url: string,
  service: string,
  host: string,
  port: number | undefined,
  implicit: boolean,
])[] = [
  ['imap://mail.example.org', 'imap', 'mail.example.org', undefined, false],
  ['imap://mail.example.org/', 'imap', 'mail.example.org', undefined, false],
  ['IMAP://Mail.Example.ORG.:1143', 'imap', 'mail.example.org', 1143, false],
  ['imaps://mail.example.org', 'imap', 'mail.example.org', undefined, true],
  ['submissions://mail.example.org:1465', 'submission', 'mail.example.org', 1465, true],
  ['smtp://192.0.2.7:25', 'smtp', '192.0.2.7', 25, false],
  ['smtp://[2001:db8::7]:2525', 'smtp', '2001:db8::7', 2525, false],
  ['pop3://münchen.example', 'pop3', 'xn--mnchen-3ya.example', undefined, false],
  ['pop3://mail。example。org。', 'pop3', 'mail.example.org', undefined, false],
  ['nntp-1997://news.example', 'nntp-1997', 'news.example', undefined, false],
];
for (const [url, service, host, port, implicit] of good)
  test(`[A17] [A36] ${url} is ${service} at ${host}`, () => {
    const target = toTarget(url);
    assert.deepEqual([target.service.name, target.host, target.port, target.implicit], [service, host, port, implicit]);
  });

const bad: readonly (readonly [url: string, why: string])[] = [
  ['', 'empty'],
  ['mail.example.org', 'no scheme'],
  ['gopher://mail.example.org', 'an unknown service'],
  ['imap://', 'no host'],
  ['imap://mail.example.org:0', 'port 0'],
  ['imap://mail.example.org:65536', 'a port beyond two octets'],
  ['imap://mail.example.org:+25', 'a sign'],
  ['imap://user@mail.example.org', 'a user, who has no place in it'],
  ['imap://mail.example.org/INBOX', 'a path'],
  ['imap://[mail.example.org]', 'a name in brackets'],
  ['imap://[::1', 'half a bracket'],
  [`imap://${'a'.repeat(5000)}`, 'an endless name'],
];
for (const [url, why] of bad)
  test(`a URL with ${why} is refused as the caller's mistake`, () => {
    assert.throws(
      () => toTarget(url),
      (error) => error instanceof HastlsError && error.code === 'ERR_HASTLS_OPTION',
    );
  });

test('a password in a URL is not said again', () =>
  assert.throws(
    () => toTarget('imap://joe:secret@mail.example.org'),
    ({ message }: Error) => !message.includes('secret') && message.startsWith('"…@mail.example.org" is no host'),
  ));
