import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { latin1 } from '#core/bytes/index.js';
import { type Proxied, proxyHeader, proxyLine, proxyOctets } from '#core/proxy/index.js';
import { converse, LIMITS } from '#core/talk/index.js';
import { campaign } from './campaign.js';
import { mutateOctets } from './mutate.js';

// Whatever comes where a balancer's header should be: an answer, two addresses that are some, or the end.

const agreed = {
  version: 'TLSv1.3',
  cipher: 'X',
  alpn: 'imap',
  serverName: 'a.example',
  certificate: { commonName: 'b' },
};
const origins = [
  { from: { address: '192.0.2.1', port: 1 }, to: { address: '203.0.113.9', port: 65535 } },
  { from: { address: '2001:db8::1', port: 1 }, to: { address: '::', port: 2 } },
  undefined,
];
const headers = [
  ...origins.flatMap((origin) => [proxyLine(origin), proxyOctets(origin), proxyOctets(origin, agreed)]),
  latin1('EHLO client.example\r\n'),
];

campaign('[V17] the header of a balancer', 1, (chance) => {
  const original = chance.any(headers) as Uint8Array; // as: there are some
  const octets = mutateOctets(chance, original, headers);
  const machine = converse<Proxied>(proxyHeader());
  const cut = chance.below(octets.length + 1);
  for (const piece of [octets.subarray(0, cut), octets.subarray(cut)]) machine.feed(piece);
  machine.end();
  const { verdict } = machine;
  assert.ok(verdict);
  assert.ok(octets.length - machine.leftover.length <= LIMITS.frameOctets || verdict.kind === 'garbled');
  if (verdict.kind !== 'proxied') return;
  const [from, to] = [verdict.from, verdict.to].map(({ address }) => isIP(address));
  assert.ok(from !== 0 && from === to);
  for (const { port } of [verdict.from, verdict.to]) assert.ok(Number.isInteger(port) && port >= 0 && port <= 0xffff);
});
