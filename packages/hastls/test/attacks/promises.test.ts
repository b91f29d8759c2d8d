import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { program, tunnelled } from './clients.ts';
import { promiseAttacks } from './promise-attacks.ts';
import { all, endure, startWorld } from './promises.ts';

const world = await startWorld();
after(world.close);

// Whoever cannot prove what a server promises does without plaintext, whatever the stance; and remembers nothing of it.
for (const [who, client] of Object.entries({ 'a program': program, 'a client behind a tunnel': tunnelled }))
  for (const { id, title, ...row } of promiseAttacks)
    test(`[${id}] ${who}: ${title}`, { concurrency: all.length, timeout: 120_000 }, async (t) => {
      await Promise.all(
        all.map((profile) =>
          t.test(`[${id}] ${profile.name}: ${title}`, async () => {
            const { end, told, later, saidInClear } = await endure(client, profile, row, world);
            const best = client === program || profile.stead?.greeting !== undefined ? 'TLS' : 'OPTION'; // it may not stand in for it
            assert.ok([...row.ends, best].includes(end), `it ended in ${end}: ${told}`);
            assert.equal(later, best, 'something of it is remembered');
            assert.ok(!saidInClear);
          }),
        ),
      );
    });
