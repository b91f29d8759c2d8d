import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offByDefault, profiles } from 'hastls/profiles';
import { serverAttacks } from './server-attacks.ts';
import { gateway, meddle, type ServerKind, triggerServer } from './servers.ts';

const servers: Readonly<Record<string, ServerKind>> = { 'a trigger server': triggerServer, 'a gateway': gateway };

// Whatever is done to a server that wants TLS first: nothing reaches what is behind it, and nothing is answered twice.
for (const [who, start] of Object.entries(servers))
  for (const profile of [...profiles, ...offByDefault.map((each) => each.profile)])
    test(`${profile.name}: ${who}, attacked in every way`, { timeout: 60_000 }, async (t) => {
      const server = await start(profile);
      if (typeof server === 'string') return t.diagnostic(server);
      try {
        for (const { id, title, of, ends } of serverAttacks) {
          const meddling = of(profile);
          if (typeof meddling === 'string') continue;
          await t.test(`[${id}] ${profile.name}: ${title}`, async () => {
            const before = server.reached.length;
            const { end, unasked } = await meddle(server.port, profile, meddling);
            assert.ok(ends.includes(end), `it ended in ${end}`);
            assert.equal(unasked, '');
            const reached = server.reached.slice(before);
            if (end !== 'TLS') assert.deepEqual(reached, []);
            // A gateway has words of its own for a backend, once there is TLS.
            if (meddling.afterTls !== undefined)
              assert.ok(!reached.join('').includes(Buffer.from(meddling.afterTls).toString()));
          });
        }
      } finally {
        await server.close();
      }
    });
