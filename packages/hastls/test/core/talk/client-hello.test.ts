import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex } from '#core/bytes/index.js';
import { looksLikeClientHello } from '#core/talk/index.js';

const good: readonly (readonly [head: string, what: string])[] = [
  ['160301016a01', 'as openssl s_client sends it'],
  ['160303000401', 'the shortest record'],
  ['160304400001', 'the longest record'],
  ['160300020001', 'the version of SSL 3 in the record: the record does not decide'],
  ['1603010064010000600303', 'more than the six octets that decide'],
];
const bad: readonly (readonly [head: string, why: string])[] = [
  ['15', 'an alert'],
  ['802e0103', 'an SSLv2 hello [RFC6176]'],
  ['47', 'a letter'],
  ['1602', 'no TLS'],
  ['160305', 'no version there is'],
  ['16030141', 'a record beyond 16384 octets'],
  ['1603014001', 'a record of 16385 octets'],
  ['1603010003', 'a record that holds no handshake message'],
  ['160301016a02', 'a ServerHello'],
];

for (const [head, what] of good)
  test(`a ClientHello is told by its first six octets, and not before: ${what} [S10]`, () => {
    const octets = fromHex(head);
    for (let length = 0; length < 6; length++) assert.equal(looksLikeClientHello(octets.subarray(0, length)), 0);
    assert.equal(looksLikeClientHello(octets.subarray(0, 6)), 1);
    assert.equal(looksLikeClientHello(octets), 1);
  });

for (const [head, why] of bad)
  test(`the first octet that does not fit decides: ${why} [S10]`, () => {
    const octets = fromHex(head);
    const first = octets.findIndex((_, index) => looksLikeClientHello(octets.subarray(0, index + 1)) < 0);
    assert.equal(first, ['802e0103', '47', '15'].includes(head) ? 0 : octets.length - 1);
    assert.equal(looksLikeClientHello(octets), -1);
  });
