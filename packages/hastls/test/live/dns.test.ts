/**
 * Our validator against theirs: the same zones, signed by Knot (NSEC3) and by BIND (NSEC), asked through Unbound by us
 * and by delv. Where delv cannot tell "bogus" from "no answer" it says `failed`.
 */
import assert from 'node:assert/strict';
import { ourResolver } from './our-resolver.ts';
import { judge } from './peers/delv.ts';
import { DNS, PARENTS, startDnsWorld } from './peers/dns-world.ts';
import { live } from './peers/stage.ts';

const LINES = [
  'txt TXT "there"',
  '*.wild TXT "any"',
  'a.b.c.deep A 127.0.0.1',
  'alias CNAME mx',
  '_smtp._tcp.alias CNAME _smtp._tcp.mx',
  'tree DNAME mx',
  '*.star CNAME mx',
  'out CNAME mx.unsigned',
  'bad CNAME _smtp._tcp.mx.bogus',
  'gone CNAME nowhere',
  'loop CNAME pool',
  'pool CNAME loop',
  'two TYPE65400 \\# 6 001900190001',
  'two TYPE65400 \\# 6 000001bb0000',
  'short TYPE65400 \\# 3 001900',
  'empty TYPE65400 \\# 0',
  'UPPER.Case A 127.0.0.1',
];

const ROWS = [
  ['_smtp._tcp.mx.@', 'TYPE65400', 'secure data'],
  ['_smtp._tcp.nothing.@', 'TYPE65400', 'secure nxdomain'],
  ['txt.@', 'TYPE65400', 'secure nodata'],
  ['two.@', 'TYPE65400', 'secure data'],
  ['short.@', 'TYPE65400', 'secure data'],
  ['empty.@', 'TYPE65400', 'secure data'],
  ['mx.@', 'A', 'secure data'],
  ['x.y.mx.@', 'A', 'secure nxdomain'],
  ['uPPer.cAse.@', 'A', 'secure data'],
  ['c.deep.@', 'A', 'secure nodata'],
  ['b.c.deep.@', 'A', 'secure nodata'],
  ['foo.wild.@', 'TXT', 'secure data'],
  ['a.b.wild.@', 'TXT', 'secure data'],
  ['foo.wild.@', 'A', 'secure nodata'],
  ['wild.@', 'TXT', 'secure nodata'],
  ['*.wild.@', 'TXT', 'secure data'],
  ['alias.@', 'A', 'secure data'],
  ['_smtp._tcp.alias.@', 'TYPE65400', 'secure data'],
  ['_smtp._tcp.tree.@', 'TYPE65400', 'secure data'],
  ['x.tree.@', 'A', 'secure nxdomain'],
  ['q.star.@', 'A', 'secure data'],
  ['q.star.@', 'TXT', 'secure nodata'],
  ['gone.@', 'A', 'secure nxdomain'],
  ['out.@', 'A', 'insecure data'],
  ['bad.@', 'TYPE65400', 'bogus error'],
  ['loop.@', 'A', 'indeterminate error'],
  ['unsigned.@', 'DS', 'secure nodata'],
  ['unsigned.@', 'SOA', 'insecure data'],
  ['unsigned.@', 'NS', 'insecure data'],
  ['nope.unsigned.@', 'A', 'insecure nxdomain'],
  ['_smtp._tcp.mx.unsigned.@', 'TYPE65400', 'insecure data'],
  ['bogus.@', 'DS', 'secure data'],
  ['bogus.@', 'DNSKEY', 'secure data'],
  ['mx.bogus.@', 'A', 'secure data'],
  ['nope.bogus.@', 'A', 'secure nxdomain'],
  ['_smtp._tcp.mx.bogus.@', 'TYPE65400', 'bogus error'],
  ['@', 'SOA', 'secure data'],
  ['@', 'DS', 'secure data'],
  ['@', 'DNSKEY', 'secure data'],
  ['test', 'A', 'secure nodata'],
  ['test', 'DS', 'secure nodata'],
  ['elsewhere', 'A', 'secure nxdomain'],
] as const;

live('[R32] [R33] a look-up proves what delv proves', DNS, async (stage) => {
  const hosts = [
    { name: 'mx', promises: { '_smtp._tcp': [[25, 25, 1]] as const } },
    { name: 'nothing', promises: {} },
  ];
  const world = await startDnsWorld(stage, hosts, LINES);
  const delv = await judge(stage.home, world.resolver, world.anchor);
  const resolver = ourResolver(world.resolver, world.anchor);
  for (const parent of PARENTS) {
    for (const [pattern, type, expected] of ROWS) {
      const name = pattern.replace('@', parent);
      await stage.check(`${name} ${type}: ${expected}`, async () => {
        const { proof, answer, because } = await resolver.lookup(name, type);
        assert.equal(`${proof} ${answer}`, expected, because.join('\n'));
        assert.equal(await delv(name, type), proof === 'bogus' || proof === 'indeterminate' ? 'failed' : proof);
      });
    }
  }
  resolver.close();
});
