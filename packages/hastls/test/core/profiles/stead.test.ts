import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latin1, text } from '#core/bytes/index.js';
import { findService } from '#core/profiles/index.js';
import { converse } from '#core/talk/index.js';

// What a client that knows no TLS says, and hears when it cannot be served. What it hears at once needs no words of its own.

const hex = (octets: string): string => text(Uint8Array.from(Buffer.from(octets.replaceAll(' ', ''), 'hex')));
const le16 = (words: string): string => [...words].map((each) => `${each}\0`).join('');

const WHY = "ERR_HASTLS_POLICY: it's so";
const INFO = 'INFO {"server_id":"0","version":"2.9.0","proto":1,"headers":true,"max_payload":1048576}\r\n';
const MAGIC = `NBDMAGICIHAVEOPT${hex('0001')}`;
const SHUTDOWN = (option: string) => `${hex(`0003e889045565a9 ${option} 80000007 0000001a`)}${WHY}`;
const PRELOGIN = (wish: string) => hex(`120100 1a 00000100 00000b0006 0100110001 ff 000000000000 ${wish}`);
const LOGIN = hex('1001 000a 00000100 0000');
const NO_TLS = hex('040100 1a 00000100 00000b0006 0100110001 ff 000000000000 02');
const NOT_NOW = `${hex('0401 005a 00000100 aa 4200 a59e0000 01 14 1a00')}${le16(WHY)}${hex('0000 00000000 fd 0200 0000 0000 0000 0000 0000')}`;
const AMQP = { plain: hex('414d5150 00010000'), sasl: hex('414d5150 03010000'), classic: hex('414d5150 00000901') };
const OPENED = `${hex('0000001c 02000000 005310 d0 0000000c 00000001 a1 06')}hastls`;
const ERROR = `${hex('00531d d0 00000038 00000002 a3 16')}amqp:connection:forced${hex('a1 1a')}${WHY}`;
const FORCED = `${OPENED}${hex('00000054 02000000 005318 d0 00000044 00000001')}${ERROR}`;
const LOGINS = `${hex('0000002e 02010000 005340 d0 0000001e 00000001 f0 00000015 00000002 a3 05')}PLAIN${hex('09')}ANONYMOUS`;
const LET_IN = hex('00000016 02010000 005344 d0 00000006 00000001 50 00');
const QUESTION = hex('01 61 00 0001 0001');
const OPT = hex('00 0029 04d0 00000000 0000');

// biome-ignore format: a table
const ROWS: readonly (readonly [what: string, scheme: string, says: string, hears: string])[] = [
  ['a mail reader', 'imap', '', `* BYE [UNAVAILABLE] ${WHY}\r\n`],
  ['a client for files', 'ftp', '', `421 ${WHY}\r\n`],
  ['a database client', 'mysql', '', `${hex('23 000000 ff 1004')}#08004${WHY}`],
  ['a client of messages, which is heard first', 'nats', 'CONNECT {}\r\n', `${INFO}-ERR 'ERR_HASTLS_POLICY: it\`s so'\r\n`],
  ['a client of disks, up to its leave', 'nbd', hex('00000001 49484156454f5054 00000008 00000000 49484156454f5054 00000007 00000000 49484156454f5054 00000002 00000000'),
    `${MAGIC}${SHUTDOWN('00000008')}${SHUTDOWN('00000007')}${hex('0003e889045565a9 00000002 00000001 00000000')}`],
  ['a client of disks that does not haggle', 'nbd', hex('00000001 49484156454f5054 00000001 00000000'), MAGIC],
  ['a client of TDS that asks what is spoken', 'mssql', PRELOGIN('00') + LOGIN, NO_TLS + NOT_NOW],
  ['a client of TDS that has no TLS', 'mssql', PRELOGIN('02') + LOGIN, NO_TLS + NOT_NOW],
  ['a client of TDS that insists on TLS', 'mssql', PRELOGIN('01'), NO_TLS],
  ['a client of TDS that logs in at once', 'mssql', LOGIN, NOT_NOW],
  ['a viewer', 'vnc', 'RFB 003.008\n', `RFB 003.008\n${hex('00 0000001a')}${WHY}`],
  ['a viewer of old', 'vnc', 'RFB 003.003\n', `RFB 003.008\n${hex('00000000 0000001a')}${WHY}`],
  ['a client for a desktop', 'rdp', hex('0300000b 06e00000 000000'), `${hex('03000027 22 80 0000 0000 01 e0 1a')}${WHY}`],
  ['a client of AMQP 0-9-1', 'amqp', `${AMQP.classic}${hex('01 0000 00000000 ce')}`,
    `${hex('01 0000 0000001c 000a 000a 0009 00000000 00000005')}PLAIN${hex('00000005')}en_US${hex('ce 01 0000 00000025 000a 0032 0140 1a')}${WHY}${hex('0000 0000 ce')}`],
  ['a client of AMQP 1.0', 'amqp', AMQP.plain, AMQP.plain + FORCED],
  ['one that logs in', 'amqp', `${AMQP.sasl}${hex('00000008 02010000')}${AMQP.plain}`, AMQP.sasl + LOGINS + LET_IN + AMQP.plain + FORCED],
  ['one that wants TLS', 'amqp', hex('414d5150 02010000'), AMQP.plain],
  ['a browser', 'http', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    `HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: 28\r\n\r\n${WHY}\r\n`],
  ['a client of MQTT 5', 'mqtt', hex('10 0d 0004 4d515454 05 02 003c 00 0000'), `${hex('20 20 00 88 1d 1f 001a')}${WHY}`],
  ['a client of MQTT of old', 'mqtt', hex('10 0c 0004 4d515454 04 02 003c 0000'), hex('20 02 00 03')],
  ['a resolver', 'domain', hex('001e 1234 0120 0001 0000 0000 0001') + QUESTION + OPT,
    `${hex('003e 1234 8182 0001 0000 0000 0001')}${QUESTION}${hex('00 0029 04d0 00000000 0020 000f 001c 000e')}${WHY}`],
  ['a resolver that knows no extensions', 'domain', `${hex('0013 1234 0100 0001 0000 0000 0000')}${QUESTION}`, `${hex('0013 1234 8182 0001 0000 0000 0000')}${QUESTION}`],
  ['a client of a store', 'redis', '', `-ERR ${WHY}\r\n`],
];

for (const [what, scheme, says, hears] of ROWS)
  test(`${what} is told in ${scheme} why it cannot be served`, () => {
    const stead = findService(scheme)?.service.stead ?? assert.fail();
    const ours = converse(stead.turnAway(WHY, false));
    for (const octet of latin1(says)) ours.feed(Uint8Array.of(octet));
    assert.equal(ours.output.map(text).join(''), hears);
    assert.equal(ours.verdict?.kind, 'closed');
  });

test('a client of disks that was greeted is not greeted again', () => {
  const ours = converse(findService('nbd')?.service.stead?.turnAway(WHY, true) ?? assert.fail());
  ours.feed(latin1(hex('49484156454f5054 00000002 00000000')));
  assert.equal(ours.output.map(text).join(''), hex('0003e889045565a9 00000002 00000001 00000000'));
});

test('no octet that a client says otherwise, or leaves out, is a fault of ours', () => {
  for (const [, scheme, says] of ROWS)
    for (const at of says.split('').keys())
      for (const octet of ['\0', '\x01', '\x7f', '\xff', '']) {
        const ours = converse(findService(scheme)?.service.stead?.turnAway(WHY, false) ?? assert.fail());
        ours.feed(latin1(says.slice(0, at) + octet + says.slice(at + 1)));
        ours.end();
        assert.match(ours.verdict?.kind ?? '', /^(closed|garbled)$/);
      }
});
