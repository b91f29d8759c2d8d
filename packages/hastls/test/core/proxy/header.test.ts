import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, fromHex, latin1, text } from '#core/bytes/index.js';
import { type Origin, type Proxied, proxyHeader, proxyLine, proxyOctets } from '#core/proxy/index.js';
import { converse } from '#core/talk/index.js';

const SIGNATURE = '0d0a0d0a000d0a515549540a';
const octets = (hex: string) => fromHex(SIGNATURE + hex.replaceAll(' ', ''));

/** What is made of these octets, in one piece or one by one, and what is left of them. */
function read(bytes: Uint8Array): string {
  const outcomes = [[bytes], [...bytes].map((octet) => Uint8Array.of(octet))].map((pieces) => {
    const machine = converse<Proxied>(proxyHeader());
    for (const piece of pieces) machine.feed(piece);
    const taken = shown(machine.verdict);
    const isOver = machine.leftover.length === 0 || ['more', 'garbled'].includes(taken);
    return isOver ? taken : `${taken} + ${text(machine.leftover)}`;
  });
  assert.equal(outcomes[0], outcomes[1]);
  return outcomes[0] ?? '';
}

function shown(verdict: Proxied | { readonly kind: 'garbled' } | undefined): string {
  if (verdict?.kind !== 'proxied') return verdict?.kind ?? 'more';
  const { from, to } = verdict;
  return `${from.address} ${from.port} > ${to.address} ${to.port}`;
}

// biome-ignore format: a table
const HEADERS: readonly (readonly [what: string, bytes: Uint8Array, read: string])[] = [
  ['a line for IPv4', latin1('PROXY TCP4 192.0.2.1 203.0.113.9 56324 25\r\n'), '192.0.2.1 56324 > 203.0.113.9 25'],
  ['a line for IPv6', latin1('PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n'), '2001:db8::1 1 > 2001:db8::2 65535'],
  ['what comes behind it is the client’s', latin1('PROXY TCP4 192.0.2.1 203.0.113.9 1 2\r\nEHLO x\r\n'), '192.0.2.1 1 > 203.0.113.9 2 + EHLO x\r\n'],
  ['a line of somebody who does not know', latin1('PROXY UNKNOWN\r\n'), 'nobody'],
  ['and says things all the same', latin1('PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n'), 'nobody'],
  ['half a line', latin1('PROXY TCP4 192.0.2.1'), 'more'],
  ['a line too long', latin1(`PROXY UNKNOWN ${'x'.repeat(100)}\r\n`), 'garbled'],
  ['a line without an end', latin1('PROXY '.padEnd(107, 'x')), 'garbled'],
  ['a line that ends with LF alone', latin1('PROXY TCP4 192.0.2.1 203.0.113.9 1 2\n'), 'garbled'],
  ['an address of the other family', latin1('PROXY TCP6 192.0.2.1 203.0.113.9 1 2\r\n'), 'garbled'],
  ['addresses of two families', latin1('PROXY TCP4 192.0.2.1 2001:db8::2 1 2\r\n'), 'garbled'],
  ['a number with a zero before it', latin1('PROXY TCP4 192.0.2.01 203.0.113.9 1 2\r\n'), 'garbled'],
  ['a port with a zero before it', latin1('PROXY TCP4 192.0.2.1 203.0.113.9 01 2\r\n'), 'garbled'],
  ['a port that is none', latin1('PROXY TCP4 192.0.2.1 203.0.113.9 1 65536\r\n'), 'garbled'],
  ['two spaces', latin1('PROXY TCP4  192.0.2.1 203.0.113.9 1 2\r\n'), 'garbled'],
  ['more than there should be', latin1('PROXY TCP4 192.0.2.1 203.0.113.9 1 2 3\r\n'), 'garbled'],
  ['UDP', latin1('PROXY UDP4 192.0.2.1 203.0.113.9 1 2\r\n'), 'garbled'],
  ['small letters', latin1('proxy TCP4 192.0.2.1 203.0.113.9 1 2\r\n'), 'garbled'],
  ['another protocol', latin1('EHLO x\r\n'), 'garbled'],
  ['a ClientHello', fromHex('160301020001'), 'garbled'],
  ['octets for IPv4', octets('2111000c c0000201 cb007109 dc04 0019'), '192.0.2.1 56324 > 203.0.113.9 25'],
  ['octets for IPv6', octets('21210024 20010db8000000000000000000000001 20010db8000000000000000000000002 0001 ffff'), '2001:db8::1 1 > 2001:db8::2 65535'],
  ['facts behind the addresses, and then the client', concatBytes(octets('21110010 c0000201 cb007109 0001 0002 04000141'), latin1('hi')), '192.0.2.1 1 > 203.0.113.9 2 + hi'],
  ['octets of one who speaks for itself', octets('20000000'), 'nobody'],
  ['whatever it says of addresses', octets('2011000c c0000201 cb007109 0001 0002'), 'nobody'],
  ['octets of one who does not know', octets('21000000'), 'nobody'],
  ['octets for a Unix socket', octets(`213100d8${'00'.repeat(216)}`), 'nobody'],
  ['half of the octets', octets('2111000c c0000201'), 'more'],
  ['half of the signature', fromHex('0d0a0d0a00'), 'more'],
  ['a signature that is another one', fromHex('0d0a0d0a000d0a515549540b'), 'garbled'],
  ['another version', octets('1111000c c0000201 cb007109 0001 0002'), 'garbled'],
  ['another command', octets('2211000c c0000201 cb007109 0001 0002'), 'garbled'],
  ['datagrams', octets('2112000c c0000201 cb007109 0001 0002'), 'garbled'],
  ['too short for its addresses', octets('2111000b c0000201 cb007109 0001 00'), 'garbled'],
  ['too short for its paths', octets(`213100d7${'00'.repeat(215)}`), 'garbled'],
  ['more octets than anybody has to say', octets('2111ffff'), 'garbled'],
];

for (const [what, bytes, outcome] of HEADERS)
  test(`the header of a balancer: ${what}`, () => {
    assert.equal(read(bytes), outcome);
  });

const four: Origin = { from: { address: '192.0.2.1', port: 56324 }, to: { address: '203.0.113.9', port: 25 } };
const six: Origin = { from: { address: 'fe80::1%eth0', port: 1 }, to: { address: 'fe80::2%eth0', port: 2 } };
const mapped: Origin = {
  from: { address: '::ffff:192.0.2.1', port: 56324 },
  to: { address: '::ffff:203.0.113.9', port: 25 },
};
const mixed: Origin = { from: four.from, to: six.to };

// biome-ignore format: a table
const ORIGINS: readonly (readonly [what: string, origin: Origin | undefined, read: string])[] = [
  ['IPv4', four, '192.0.2.1 56324 > 203.0.113.9 25'],
  ['IPv4 in IPv6', mapped, '192.0.2.1 56324 > 203.0.113.9 25'],
  ['IPv6 with a zone', six, 'fe80::1 1 > fe80::2 2'],
  ['two families', mixed, 'nobody'],
  ['a path', { from: { address: '', port: 0 }, to: { address: '/run/x', port: 0 } }, 'nobody'],
  ['nothing', undefined, 'nobody'],
];

for (const [what, origin, outcome] of ORIGINS)
  test(`what we write of ${what} is read as it was meant, in both versions`, () => {
    assert.equal(read(proxyLine(origin)), outcome);
    assert.equal(read(proxyOctets(origin)), outcome);
  });

test('what was agreed on in TLS stands behind the addresses, type by type', () => {
  const header = proxyOctets(four, {
    version: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    alpn: 'imap',
    serverName: 'mail.example',
    certificate: { commonName: 'Jöe' },
  });
  assert.equal(read(header), '192.0.2.1 56324 > 203.0.113.9 25');
  const facts = text(header.subarray(28));
  const cipher = '\x23\0\x16TLS_AES_256_GCM_SHA384';
  const name = '\x22\0\x04J\xc3\xb6e';
  assert.equal(facts, `\x01\0\x04imap\x02\0\x0cmail.example\x20\0\x2f\x07\0\0\0\0\x21\0\x07TLSv1.3${name}${cipher}`);
  const anonymous = text(proxyOctets(undefined, { version: 'TLSv1.2', cipher: 'X' }).subarray(16));
  assert.equal(anonymous, '\x20\0\x13\x01\0\0\0\x01\x21\0\x07TLSv1.2\x23\0\x01X');
});
