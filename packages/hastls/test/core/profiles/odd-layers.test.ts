import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latin1 } from '#core/bytes/index.js';
import {
  amqp,
  httpUpgrade,
  RDP_SECURITY,
  rdp,
  rdpWith,
  telnet,
  VENCRYPT_X509,
  vnc,
  vncWith,
} from '#core/profiles/index.js';
import { converse, type Profile, startTls } from '#core/talk/index.js';
import { feed, server } from '../../contract/rows.js';
import { answer, hex, judge } from './judge.js';

// Protocols that agree on a layer, an option or a type of security: what a client makes of odd answers, and what a
// server that requires TLS answers. Octets are given as characters.

judge(amqp, [
  ['a server of 0-9-1', 'absent', 'AMQP\0\0\x09\x01'],
  ['another layer', 'absent', 'AMQP\x03\x01\0\0'],
  ['another version of the layer [V2]', 'refused', 'AMQP\x02\x01\0\x01'],
  ['a frame behind the header [V4]', 'garbled', 'AMQP\x02\x01\0\0\0\0\0\x08'],
]);

const LIST = ['RFB 003.008\n', '\x02\x01\x13', '\0\x02'];
judge(vnc, [
  ['a later version of the server', 'start-tls', 'RFB 003.889\n', ...LIST.slice(1), hex('00 01 00000104'), '\x01'],
  ['an earlier version with a list', 'start-tls', 'RFB 003.007\n', ...LIST.slice(1), hex('00 01 00000104'), '\x01'],
  ['a version without a list', 'absent', 'RFB 003.003\n'],
  ['a version that never was', 'absent', 'RFB 003.005\n'],
  ['an offer that was removed [V1]', 'absent', 'RFB 003.008\n', '\x02\x01\x02'],
  ['no list, but a sentence', 'closed', 'RFB 003.008\n', '\0\0\0\0\x04busy'],
  ['an old version of VeNCrypt', 'absent', ...LIST.slice(0, 2), '\0\x01'],
  ['a version that is not agreed upon', 'refused', ...LIST, '\xff'],
  ['TLS without a certificate, and none at all', 'refused', ...LIST, hex('00 04 00000100 00000101 00000102 00000103')],
  ['a choice that is not granted', 'refused', ...LIST, hex('00 01 00000104'), '\0'],
  ['an answer of neither kind', 'refused', ...LIST, hex('00 01 00000104'), '\x02'],
  ['a challenge behind the go-ahead [V4]', 'garbled', ...LIST, hex('00 01 00000104'), '\x01x'],
  ['a sentence of four gigabytes [V17]', 'garbled', 'RFB 003.008\n', '\0\xff\xff\xff\xff'],
]);

const packet = (type: string, rest: string): string =>
  hex(
    `0300 00${(7 + 4 + rest.length / 2).toString(16).padStart(2, '0')} ${rest === '' ? '06' : '0e'} ${type} 0000 1234 00 ${rest}`,
  );
judge(rdp, [
  ['the other protocol that was asked for', 'start-tls', packet('d0', '0200080002000000')],
  ['a server without a choice', 'absent', packet('d0', '')],
  ['the old encryption', 'absent', packet('d0', '0200080000000000')],
  ['a no [V2]', 'refused', packet('d0', '0300080002000000')],
  ['a protocol that was not asked for', 'garbled', packet('d0', '0200080008000000')],
  ['the question itself', 'garbled', packet('d0', '0100080001000000')],
  ['a request instead of a confirm', 'garbled', packet('e0', '0200080001000000')],
  ['a packet behind the go-ahead [V4]', 'garbled', `${packet('d0', '0200080001000000')}\x03`],
  ['another version', 'garbled', '\x02\0\0\x13'],
]);

const [DO, DONT, WILL, WONT] = ['\xff\xfd\x2e', '\xff\xfe\x2e', '\xff\xfb\x2e', '\xff\xfc\x2e'];
const FOLLOWS = '\xff\xfa\x2e\x01\xff\xf0';
judge(telnet, [
  [
    'a go-ahead among other options, and a greeting',
    'start-tls',
    `\xff\xfd\x18hello\r\n${DO}`,
    `\xff\xfa\x18\x01\xff\xf0${FOLLOWS}`,
  ],
  ['a no', 'absent', DONT],
  ['a change of mind', 'absent', DO, WONT],
  ['text behind the go-ahead [V4]', 'garbled', DO, `${FOLLOWS}login: `],
  ['a line without end [V17]', 'garbled', 'x'.repeat(9000)],
]);
test('telnet: TLS that follows before it was agreed upon is waited for in vain [V2]', () => {
  const machine = converse(telnet.client({ host: 'host.example', self: 'client.invalid' }));
  feed(machine, latin1(FOLLOWS));
  assert.equal(machine.verdict, undefined);
});

const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\n';
judge(httpUpgrade, [
  ['a go-ahead with a version of its own', 'start-tls', `${SWITCHING}upgrade: tls/1.2,TLS/1.1\r\n\r\n`],
  ['an answer in clear', 'absent', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['an old server', 'absent', 'HTTP/1.0 400 Bad Request\r\n\r\n'],
  ['a no [V2]', 'refused', 'HTTP/1.1 503 Service Unavailable\r\n\r\n'],
  ['a demand instead of a go-ahead', 'refused', 'HTTP/1.1 426 Upgrade Required\r\nUpgrade: TLS/1.0\r\n\r\n'],
  ['a switch to something else', 'garbled', `${SWITCHING}Upgrade: websocket\r\n\r\n`],
  ['a request to go on', 'garbled', 'HTTP/1.1 100 Continue\r\n\r\n'],
  [
    'the answer in clear behind the go-ahead [V4]',
    'garbled',
    `${SWITCHING}Upgrade: TLS/1.0\r\n\r\nHTTP/1.1 200 OK\r\n`,
  ],
]);

const ASKED = 'OPTIONS * HTTP/1.1\r\nHost: x\r\nUpgrade: TLS/1.0\r\nConnection: Upgrade\r\n';
const [greetedVnc, secured] = [{ greeted: true }, { secured: true }];
answer([
  [amqp, {}, 'AMQP\0\x01\0\0', /^AMQP\x02\x01\0\0$/],
  [amqp, {}, 'AMQP\0\0\x09\x01', /^AMQP\x02\x01\0\0$/],
  [amqp, secured, 'AMQP\x02\x01\0\0', /^AMQP\x03\x01\0\0$/],
  [vnc, greetedVnc, '\x01', /^\0\0\0\x01\0\0\0.TLS is required/s],
  [vnc, { greeted: false }, 'RFB 003.003\n', /\0\0\0\0.TLS is required/s],
  [vnc, greetedVnc, '\x13\0\x01', /^\0\x02\x01$/],
  [vnc, greetedVnc, hex('13 0002 00000101'), /\0$/],
  [rdp, {}, packet('e0', ''), /\x03\0\x08\0\x01\0\0\0$/],
  [rdp, {}, packet('e0', '0100080000000000'), /\x03\0\x08\0\x01\0\0\0$/],
  [rdpWith(RDP_SECURITY.PROTOCOL_HYBRID), {}, packet('e0', '0100080001000000'), /\x03\0\x08\0\x05\0\0\0$/],
  [telnet, {}, 'root\r\n', /^TLS is required/],
  [telnet, {}, WONT, /^TLS is required/],
  [telnet, {}, '\xff\xfb\x18\xff\xfd\x01', /^\xff\xfe\x18\xff\xfc\x01$/],
  [telnet, secured, WILL, /^\xff\xfe\x2e$/],
  [httpUpgrade, {}, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1\.1 426 .*\r\nUpgrade: TLS\/1\.0/s],
  [httpUpgrade, {}, `${ASKED.replace('OPTIONS *', 'GET /')}\r\n`, /^HTTP\/1\.1 426 /],
  [httpUpgrade, {}, `${ASKED}Content-Length: 4\r\n\r\n`, /^HTTP\/1\.1 426 /],
]);

test('rdp: the name in a cookie is passed over, and the question behind it is heard', () => {
  const cookie = 'Cookie: mstshash=x\r\n';
  const request = hex(
    `0300 00${(19 + cookie.length).toString(16)} ${(14 + cookie.length).toString(16)} e0 0000 0000 00`,
  );
  const machine = server(rdp);
  assert.match(feed(machine, `${request}${cookie}${hex('0100080003000000')}`), /\x02\0\x08\0\x01\0\0\0$/);
  assert.deepEqual(machine.verdict, startTls);
});

test('vnc: an earlier version that has a list is spoken with who knows no later one, on either side [RFC6143 §A]', () => {
  const client = converse(vnc.client({ host: 'host.example', self: 'client.invalid' }));
  assert.equal(feed(client, 'RFB 003.007\n', '\x01\x13'), 'RFB 003.007\n\x13');
  assert.equal(feed(server(vnc), 'RFB 003.007\n'), 'RFB 003.008\n\x01\x13');
});

test('vnc: who names one login gets that or none, and knows who speaks first over TLS [V12]', () => {
  const { userAndPassword, none } = VENCRYPT_X509;
  assert.deepEqual([vncWith(userAndPassword).speaksFirst, vncWith(none).speaksFirst], ['client', 'server']);
  assert.match(feed(server(vncWith(none)), 'RFB 003.008\n', '\x13', '\0\x02'), /\0\x01\0\0\x01\x04$/);
});

test('a server that prefers TLS hands over what it has no answer to, as it came [A38]', () => {
  const said: readonly (readonly [Profile, string])[] = [
    [amqp, 'AMQP\0\x01\0\0'],
    [vnc, '\x01'],
    [rdp, packet('e0', '')],
    [telnet, 'root\r\n'],
    [httpUpgrade, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ];
  for (const [profile, words] of said) {
    const machine = server(profile, { mode: 'prefer', greeted: true });
    assert.equal(feed(machine, words), '');
    assert.deepEqual(machine.verdict, { kind: 'plaintext', heard: words.replace(/\r\n\r\n$/, '') }, profile.name);
  }
});
