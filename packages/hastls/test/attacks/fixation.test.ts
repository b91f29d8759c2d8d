import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { offByDefault, profiles } from 'hastls/profiles';
import { credulous, credulousBehindGateway, fixate, MALLET, unable, VICTIM } from './fixation.ts';

const hosts = { 'a trigger server': credulous, 'a gateway': credulousBehindGateway };

describe('fixation', { concurrency: 8 }, () => {
  for (const profile of [...profiles, ...offByDefault.map((each) => each.profile)])
    for (const [who, start] of Object.entries(hosts))
      if (unable(profile) === undefined)
        test(`[V10] ${profile.name}: ${who} knows nobody over TLS who logged in before it`, {
          timeout: 60_000,
        }, async (t) => {
          const host = await start(profile);
          if (typeof host === 'string') return t.diagnostic(host);
          try {
            const end = await fixate(host, profile);
            assert.ok(host.guests.flat().includes(MALLET), 'somebody could log in without TLS');
            assert.equal(host.guests.flat().includes(VICTIM), end === 'TLS');
            assert.ok(
              host.guests.every((known) => known.length < 2),
              'the victim found somebody logged in',
            );
          } finally {
            await host.close();
          }
        });
});
