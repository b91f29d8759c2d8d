/**
 * The main job against real servers: find the promise, prove it, decide, connect, upgrade; honestly and attacked.
 * Each row of `promises.ts` is a host in a signed zone of Knot and in one of BIND, once for each service.
 */
import assert from 'node:assert/strict';
import { meet } from './meeting.ts';
import { ourResolver } from './our-resolver.ts';
import { PARENTS } from './peers/dns-world.ts';
import { live } from './peers/stage.ts';
import { CASES, type Door } from './promises.ts';
import { startWorld, WORLD } from './world.ts';

live('[R3] [R4] [R24] connect() reaches each service by its record, under each stance', WORLD, async (stage) => {
  const { services, dns, ca } = await startWorld(stage);
  const resolver = ourResolver(dns.resolver, dns.anchor);
  for (const parent of PARENTS) {
    for (const service of services) {
      for (const { row, stance, expected } of CASES) {
        const url = `${service.scheme}://${service.scheme}-${row.host}.${parent}`;
        await stage.check(`${url} ${stance}: ${expected}`, async () => {
          const before = service.cutConnections();
          const ending = expected.replace(/@(\w+)/, (_, door: Door) => `@${service.portOf[door]}`);
          assert.equal(await meet(url, { stance, resolver, ca }, service), ending);
          const through = service.cutConnections() - before;
          const attempts = row.promise.includes('cut') ? expected.split(' after ').length : 0;
          assert.equal(through, attempts, 'each attempt is made on a connection of its own [A30]');
        });
      }
    }
  }
  resolver.close();
});
