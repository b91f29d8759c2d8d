import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askEach, type Said } from 'hastls/resolve';
import { attacked, createHierarchy, startDnsServer, staySilent, truncate } from 'hastls/testing';
import { ROOT, TYPE } from '#core/dns/index.js';

const world = createHierarchy({ at: 1_780_000_000, zones: [{ apex: '.' }] });
const keys = { name: ROOT, type: TYPE.DNSKEY };
const inBrief = ({ over, reply }: Said): string =>
  `${over} ${reply.kind === 'message' ? reply.message.answers.length : reply.kind}`;

test('every upstream is asked over each of its transports, and what it says is given as it is', async () => {
  const servers = await Promise.all([
    startDnsServer(world.answer),
    startDnsServer(attacked(world.answer, truncate), { tcp: false }),
    startDnsServer(attacked(world.answer, staySilent)),
  ]);
  const [healthy, truncating, mute] = servers.map(({ url }) => url) as [string, string, string];
  try {
    const options = { servers: [healthy, healthy.replace('udp', 'tcp'), truncating, mute], timeoutMs: 300 };
    const said = await askEach([keys], options);
    assert.deepEqual(said.map(inBrief), [
      'udp 2',
      'tcp 2',
      'tcp 2',
      'udp truncated',
      'tcp failure',
      'udp failure',
      'tcp failure',
    ]);
    const why = said.flatMap(({ reply }) => (reply.kind === 'failure' ? [reply.why] : []));
    assert.deepEqual(why.slice(1), ['no answer within 300 ms', 'no answer within 300 ms']);
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
});

test('upstreams are asked to check signatures themselves (no CD) only on request', async () => {
  const server = await startDnsServer(world.answer);
  try {
    for (const [checking, disabled] of [
      ['checked-here', true],
      ['checked-there', false],
    ] as const)
      for (const { reply } of await askEach([keys], { servers: [server.url] }, checking))
        assert.equal(reply.kind === 'message' && reply.message.flags.checkingDisabled, disabled);
  } finally {
    await server.close();
  }
});
