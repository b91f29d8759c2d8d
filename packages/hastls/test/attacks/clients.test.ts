import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { offByDefault, profiles } from 'hastls/profiles';
import type { Profile } from 'hastls/talk';
import { clientAttacks, type Script, scriptOf } from './client-attacks.ts';
import { type Client, demanded, program, SECRET, suffer, tunnelled } from './clients.ts';

const clients: Readonly<Record<string, Client>> = {
  'a program': program,
  'a program in plaintext, told that TLS is wanted [V14]': demanded,
  'a client behind a tunnel': tunnelled,
};

// Whatever is done to a client: how it ends is listed, and four things hold.
describe('clients', { concurrency: 12 }, () => {
  for (const [who, client] of Object.entries(clients))
    for (const profile of [...profiles, ...offByDefault.map((each) => each.profile)]) {
      const rows = clientAttacks.flatMap((attack) => {
        const script = scriptOf(attack, profile);
        return typeof script === 'string' || !meets(client, profile, script) ? [] : [{ ...attack, script }];
      });
      describe(`${profile.name}: ${who}, attacked in every way`, { concurrency: 8 }, () => {
        for (const { id, title, ends, script } of rows)
          test(`[${id}] ${profile.name}: ${title}`, async () => {
            const { end, told, heard, connections } = await suffer(client, profile, script);
            assert.ok(mayEnd(client, profile, ends).includes(end), `it ended in ${end}: ${told}`);
            assert.ok(!heard.includes(SECRET), 'the secret was said in clear');
            if (end.startsWith('TLS')) assert.equal(told, '', 'words came through that nobody said over TLS');
            assert.match(told, PRINTABLE, 'the peer spoke to the terminal [V8]');
            assert.ok(connections <= 1, 'nobody goes elsewhere, and nobody tries again in clear');
          });
      });
    }
});

/** Only a dialogue of commands can be told in its midst, and only where it did not begin with TLS. */
function meets(client: Client, { session }: Profile, { behaviour, needsListener }: Script): boolean {
  return client !== demanded || (session !== undefined && behaviour.implicit !== true && needsListener === undefined);
}

/** How it may end for this client. */
function mayEnd(client: Client, { session }: Profile, ends: readonly string[]): readonly string[] {
  // It does not tell what its client makes of the session, and some dialogues it cannot stand in for.
  if (client === tunnelled) return ['OPTION', ...ends.map((each) => each.replace(/,.*/, ''))];
  if (client === program) return ends;
  const demandIsGoAhead = session?.trigger().next().done === true; // and whoever edits the demand has not demanded anything
  return [...ends, 'TLS', 'GARBLED', ...(demandIsGoAhead ? ['plaintext'] : [])];
}

const PRINTABLE = /^[^\p{Cc}]*(?:\n[^\p{Cc}]*)*$/u;
