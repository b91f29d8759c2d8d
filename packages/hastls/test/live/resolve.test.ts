/** One name, asked for through resolvers of every kind: what each can carry, and what is said when it cannot. */
import assert from 'node:assert/strict';
import { readAnchors } from 'hastls/dnssec';
import { createResolver } from 'hastls/resolve';
import { DNS, startDnsWorld } from './peers/dns-world.ts';
import { live } from './peers/stage.ts';
import { startStrippingResolver } from './peers/stripping-resolver.ts';

const LONG = Array.from({ length: 30 }, (_, index) => `long TXT "${'x'.repeat(200)}${index}"`);

live('resolvers of every kind', DNS, async (stage) => {
  const hosts = [{ name: 'mx', promises: { '_smtp._tcp': [[25, 25, 1]] as const } }];
  const { resolver, closedResolver, anchor } = await startDnsWorld(stage, hosts, LONG);
  const stripping = await startStrippingResolver(resolver);
  await stage.keep(Promise.resolve(stripping));
  const anchors = readAnchors(anchor);
  assert.ok(anchors.ok);

  const [open, closed, old] = [resolver, closedResolver, stripping.port].map((port) => `udp://127.0.0.1:${port}`);
  const stream = `tcp://127.0.0.1:${resolver}`;
  const rows = [
    ['over TCP', [stream], '_smtp._tcp.mx.knot.test', 'HASTLS', 'secure data 1'],
    ['over UDP, and over TCP what does not fit', [open], 'long.knot.test', 'TXT', 'secure data 30'],
    ['ignores CD, which is no harm to what is valid', [closed], '_smtp._tcp.mx.knot.test', 'HASTLS', 'secure data 1'],
    [
      'ignores CD, and keeps to itself what is not',
      [closed],
      '_smtp._tcp.mx.bogus.knot.test',
      'HASTLS',
      'indeterminate error 0',
    ],
    ['knows no DNSSEC', [old], '_smtp._tcp.mx.knot.test', 'HASTLS', 'indeterminate error 0'],
    ['knows no DNSSEC, but the second does', [old, open], '_smtp._tcp.mx.knot.test', 'HASTLS', 'secure data 1'],
  ] as const;
  for (const [kind, servers, name, type, expected] of rows)
    await stage.check(`${kind}: ${name} ${type} is ${expected}`, async () => {
      const ours = createResolver({ servers: servers.map(String), anchors: anchors.value });
      const { proof, answer, records, because } = await ours.lookup(name, type);
      assert.equal(`${proof} ${answer} ${records.length}`, expected, because.join('\n'));
    });
});
