import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ftp, irc, ldap, managesieve, mysql, nats, nbd, postgresql, xmppClient } from '#core/profiles/index.js';
import { converse, NONCE_OCTETS, type Profile } from '#core/talk/index.js';
import { feed, server } from '../../contract/rows.js';
import { type Answer, answer, hex, judge } from './judge.js';

// The protocols of frames, and the younger ones of lines: what a client makes of odd answers, and what a server that
// requires TLS answers. Octets are given as characters.

judge(managesieve, [
  ['an offer in small letters', 'start-tls', '"starttls"\r\nok\r\n', 'ok "go"\r\n'],
  ['a go-ahead whose words are a literal', 'start-tls', '"STARTTLS"\r\nOK\r\n', 'OK {4}\r\nNO\r\n\r\n'],
  ['an offer that was removed [V1]', 'absent', '"SASL" ""\r\nOK\r\n'],
  ['an offer within a literal', 'absent', '"IMPLEMENTATION" {12}\r\n"STARTTLS"\r\n\r\nOK\r\n'],
  ['a no [V2]', 'refused', '"STARTTLS"\r\nOK\r\n', 'NO "no"\r\n'],
  ['a farewell', 'closed', 'BYE "busy"\r\n'],
  ['capabilities before the go-ahead [V7]', 'garbled', '"STARTTLS"\r\nOK\r\n', '"SASL" "PLAIN"\r\nOK\r\n'],
]);

judge(ftp, [
  ['one mechanism of several', 'start-tls', '220 x\r\n', '211-F\r\n AUTH SSL;TLS\r\n211 End\r\n', '234 go\r\n'],
  ['an offer that was removed [V1]', 'absent', '220 x\r\n', '211-F\r\n AUTH SSL\r\n211 End\r\n'],
  ['a server that has to get ready', 'absent', '120 soon\r\n220 x\r\n', '500 what\r\n'],
  ['a server that is never ready [V17]', 'garbled', '120 soon\r\n'.repeat(129)],
  ['no knowledge of features', 'absent', '220 x\r\n', '500 what\r\n'],
  ['a no [V2]', 'refused', '220 x\r\n', '211-F\r\n AUTH TLS\r\n211 End\r\n', '431 no\r\n'],
  ['a go-ahead that asks for more', 'garbled', '220 x\r\n', '211-F\r\n AUTH TLS\r\n211 End\r\n', '334 more\r\n'],
]);

judge(irc, [
  ['a go-ahead behind notices', 'start-tls', ':s NOTICE * :hi\r\nNOTICE AUTH :hm\r\n', ':s 670 * :go\r\n'],
  ['a go-ahead behind a request to wait', 'start-tls', ':s 020 * :wait\r\n:s PING :1\r\n', ':s 670 * :go\r\n'],
  ['an unknown command behind another such request', 'absent', ':s 439 * :wait\r\n', ':s 451 * :first say who\r\n'],
  ['a server that is never ready [V17]', 'garbled', ':s 020 * :wait\r\n'.repeat(129)],
  ['a no [V2]', 'refused', ':s 691 * :no\r\n'],
  ['an unknown command', 'absent', ':s 421 * STARTTLS :what\r\n'],
  ['a farewell', 'closed', 'ERROR :bye\r\n'],
  ['a number of another meaning', 'garbled', ':s 001 joe :welcome\r\n'],
]);

const ACTIVE_DIRECTORY =
  '30 84 00000028 020101 78 84 0000001f 0a0100 0400 0400 8a16 312e332e362e312e342e312e313436362e3230303337';
judge(ldap, [
  ['a success with long lengths', 'start-tls', hex(ACTIVE_DIRECTORY)],
  ['an unknown request', 'absent', hex('300c 020101 7807 0a0102 0400 0400')],
  ['a no [V2]', 'refused', hex('300c 020101 7807 0a0134 0400 0400')],
  ['a notice of disconnection', 'closed', hex('300c 020100 7807 0a0134 0400 0400')],
  ['an answer to another request', 'garbled', hex('300c 020102 7807 0a0100 0400 0400')],
  ['an answer of another kind', 'garbled', hex('300c 020101 6107 0a0100 0400 0400')],
  ['an answer by another name', 'garbled', hex('300f 020101 780a 0a0100 0400 0400 8a0131')],
  ['a code of two octets', 'garbled', hex('300d 020101 7808 0a020000 0400 0400')],
  ['an open length', 'garbled', hex('3080')],
  ['a length that does not fit', 'garbled', hex('300c 020101 7808 0a0100 0400 0400')],
  ['a length of four gigabytes [V17]', 'garbled', hex('3084ffffffff')],
]);

judge(postgresql, [
  ['a no [V2]', 'refused', 'N'],
  ['a server too old, with words that are not read [V8]', 'absent', 'E'],
  ['a small letter', 'garbled', 's'],
  ['messages behind the yes [V4]', 'garbled', 'SR\0\0\0\x08\0\0\0\0'],
]);

judge(mysql, [
  ['an error', 'closed', hex('05 0000 00 ff 6904 6162')],
  ['another version', 'garbled', hex('01 0000 00 09')],
  ['a greeting that ends early', 'garbled', hex('05 0000 00 0a 38 00 0102')],
]);

judge(nats, [
  ['an offer', 'start-tls', 'INFO {"tls_available":true}\r\n'],
  ['an offer that was removed [V1]', 'absent', 'INFO {"tls_required":false}\r\n'],
  ['an offer in words', 'absent', 'INFO {"tls_required":"true"}\r\n'],
  ['an error', 'refused', "-ERR 'busy'\r\n"],
  ['no JSON', 'garbled', 'INFO {"tls_required":true\r\n'],
]);

const NBD = hex('4e42444d41474943 49484156454f5054 0003');
judge(nbd, [
  ['the old negotiation', 'absent', hex('4e42444d41474943 0000420281861253 0000')],
  ['an unknown option', 'absent', NBD, hex('0003e889045565a9 00000005 80000001 00000000')],
  ['a policy [V2]', 'refused', NBD, hex('0003e889045565a9 00000005 80000002 00000002 6e6f')],
  ['an answer to another option', 'garbled', NBD, hex('0003e889045565a9 00000003 00000001 00000000')],
  ['an answer of another kind', 'garbled', NBD, hex('0003e889045565a9 00000005 00000002 00000000')],
]);

const HEAD = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
const TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
const OFFER = `${HEAD}<stream:features><starttls xmlns='${TLS}'/></stream:features>`;
judge(xmppClient, [
  ['a go-ahead by a prefix', 'start-tls', OFFER, `<t:proceed xmlns:t="${TLS}"></t:proceed>`],
  ['a no [V2]', 'refused', OFFER, `<failure xmlns='${TLS}'/>`],
  ['an offer that was removed [V1]', 'absent', `${HEAD}<stream:features/>`],
  ['an offer by another name', 'absent', `${HEAD}<stream:features><starttls xmlns='x'/></stream:features>`],
  ['an offer deeper down', 'absent', `${HEAD}<stream:features><x><starttls xmlns='${TLS}'/></x></stream:features>`],
  ['a stream without a version', 'absent', HEAD.replace(" version='1.0'", '')],
  ['an error', 'closed', `${HEAD}<stream:error><host-unknown/></stream:error>`],
  ['a go-ahead by another name', 'garbled', OFFER, '<proceed/>'],
  ['a go-ahead within something else', 'garbled', OFFER, `<x><proceed xmlns='${TLS}'/></x>`],
  ['a go-ahead in an attribute', 'garbled', OFFER, `<x a="<proceed xmlns='${TLS}'/>"/>`],
  ['a go-ahead that does not fit its end', 'garbled', OFFER, `<proceed xmlns='${TLS}'></x>`],
  ['a comment', 'garbled', OFFER, '<!-- x -->'],
  ['white space behind the go-ahead [V4]', 'garbled', OFFER, `<proceed xmlns='${TLS}'/> `],
  ['depth without end [V17]', 'garbled', OFFER, '<x>'.repeat(20)],
]);

const secured = { secured: true };
const BIND = hex('300c 020107 6007 020103 0400 8000');
const START_TLS = hex('301d 020101 7718 8016 312e332e362e312e342e312e313436362e3230303337');
const answers: readonly Answer[] = [
  [managesieve, {}, 'LISTSCRIPTS\r\n', /^NO \(ENCRYPT-NEEDED\)/],
  [managesieve, {}, 'PUTSCRIPT "x" {10+}\r\nSTARTTLS\r\n\r\n', /^NO \(ENCRYPT-NEEDED\) [^\n]*\n$/],
  [managesieve, {}, 'STARTTLS {10+}\r\nSTARTTLS\r\n\r\n', /^NO [^\n]*\n$/],
  [ftp, {}, 'USER joe\r\n', /^530 /],
  [ftp, {}, 'AUTH SSL\r\n', /^504 /],
  [ftp, secured, 'CCC\r\n', /^533 /],
  [ftp, secured, 'REIN\r\n', /^502 /],
  [ftp, secured, 'prot c \r\n', /^534 /],
  [ftp, secured, 'PROT S\r\n', /^536 /],
  [irc, {}, 'NICK joe\r\n', /^:host\.example 451 /],
  [ldap, {}, BIND, /^0.\x02\x01\x07a.\n\x01\x0d/s],
  [ldap, secured, START_TLS, /^0.\x02\x01\x01x.\n\x01\x01/s],
  [postgresql, {}, hex('00000008 04d21630'), /^N$/],
  [postgresql, {}, hex('00000009 00030000 00'), /^E.*C28000\0.*\0\0$/s],
  [postgresql, secured, hex('00000008 04d2162f'), /^N$/],
  [mysql, {}, hex('02000001 0000'), /^.\0\0\x02\xff\x57\x0c#HY000/s],
  [nats, {}, 'CONNECT {}\r\n', /^-ERR 'Secure Connection - TLS Required'/],
  [nbd, {}, hex('49484156454f5054 00000003 00000000'), /\0\0\0\x03\x80\0\0\x05\0\0\0\0$/],
  [nbd, {}, hex('49484156454f5054 00000005 00000001 00'), /\0\0\0\x05\x80\0\0\x03\0\0\0\0$/],
  [nbd, secured, hex('49484156454f5054 00000005 00000000'), /\0\0\0\x05\x80\0\0\x03\0\0\0\0$/],
  [xmppClient, {}, "<iq type='get'/>", /<policy-violation /],
  [xmppClient, secured, `<starttls xmlns='${TLS}'/>`, /^<failure /],
];
answer(answers);

test('what nobody may foretell differs with the chance that is given', () => {
  for (const profile of [mysql, xmppClient]) assert.notEqual(greets(profile, 1), greets(profile, 254), profile.name);
  for (const octet of [0, 127, 254, 255])
    assert.match(greets(mysql, octet), /^.{4}\x0a8\.0\.0\0.{4}[^\0]{8}\0.*[^\0]{12}\0mysql_native_password\0$/s);
});

const greets = (profile: Profile, octet: number): string =>
  feed(server(profile, { nonce: new Uint8Array(NONCE_OCTETS).fill(octet) }), HEAD);

test('a server that prefers TLS hands over the frame it has no answer to, as it came [A38]', () => {
  const frames: readonly (readonly [Profile, string])[] = [
    [ldap, BIND],
    [postgresql, hex('00000009 00030000 00')],
    [mysql, hex('02000001 0000')],
    [nbd, hex('49484156454f5054 00000003 00000000')],
    [xmppClient, "<iq type='get'/>"],
  ];
  for (const [profile, said] of frames) {
    const machine = converse(profile.server({ host: 'host.example', mode: 'prefer', greeted: true }));
    assert.equal(feed(machine, said), '');
    assert.deepEqual(machine.verdict, { kind: 'plaintext', heard: said }, profile.name);
  }
});
