import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { offByDefault, profiles } from 'hastls/profiles';
import { serverAttacks } from './server-attacks.ts';
import { gateway, type Meddling, meddle, type Server, type ServerKind, triggerServer } from './servers.ts';

const servers: Readonly<Record<string, ServerKind>> = { 'a trigger server': triggerServer, 'a gateway': gateway };
const all = [...profiles, ...offByDefault.map((each) => each.profile)];
const each = Object.entries(servers).flatMap(([who, start]) => all.map((profile) => ({ who, start, profile })));

// Whatever is done to a server that wants TLS first: nothing reaches what is behind it, and nothing is answered twice.
for (const { who, start, profile } of each)
  test(`${profile.name}: ${who}, attacked in every way`, { timeout: 60_000 }, async (t) => {
    const server = await start(profile);
    if (typeof server === 'string') return t.diagnostic(server);
    try {
      for (const { id, title, of, ends, waits } of serverAttacks) {
        const meddling = of(profile);
        if (typeof meddling === 'string' || waits === true) continue;
        await t.test(`[${id}] ${profile.name}: ${title}`, () => attack(server, meddling, ends));
      }
    } finally {
      await server.close();
    }

    async function attack(target: Server, meddling: Meddling, ends: readonly string[]): Promise<void> {
      const before = target.reached.length;
      const { end, unasked } = await meddle(target.port, profile, meddling);
      assert.ok(ends.includes(end), `it ended in ${end}`);
      assert.equal(unasked, '');
      const reached = target.reached.slice(before);
      if (end !== 'TLS') assert.deepEqual(reached, []);
      // A gateway has words of its own for a backend, once there is TLS.
      if (meddling.afterTls !== undefined)
        assert.ok(!reached.join('').includes(Buffer.from(meddling.afterTls).toString()));
    }
  });

describe('to the end of their patience', { concurrency: 8 }, () => {
  for (const { who, start, profile } of each)
    test(`${profile.name}: ${who}, kept waiting in every way`, { timeout: 60_000 }, async (t) => {
      const server = await start(profile, SHORT_MS);
      if (typeof server === 'string') return t.diagnostic(server);
      const waiting = serverAttacks.filter(({ waits }) => waits === true);
      await Promise.all(
        waiting.map(({ id, title, of, ends }) =>
          t.test(`[${id}] ${profile.name}: ${title}`, async () => {
            const meddling = of(profile);
            assert.ok(typeof meddling !== 'string');
            const { end } = await meddle(server.port, profile, meddling);
            assert.ok(ends.includes(end), `it ended in ${end}`);
          }),
        ),
      );
      assert.deepEqual(server.reached, []);
      await server.close();
    });
});

const SHORT_MS = 300;
