import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offByDefault, profiles } from 'hastls/profiles';
import { clientAttacks, scriptOf } from './client-attacks.ts';
import { type Client, program, SECRET, suffer, tunnelled } from './clients.ts';

const clients: Readonly<Record<string, Client>> = { 'a program': program, 'a client behind a tunnel': tunnelled };

// Whatever is done to a client: how it ends is listed, and four things hold.
for (const [who, client] of Object.entries(clients))
  for (const profile of [...profiles, ...offByDefault.map((each) => each.profile)])
    test(`${profile.name}: ${who}, attacked in every way`, { concurrency: 8 }, async (t) => {
      const rows = clientAttacks.flatMap((attack) => {
        const script = scriptOf(attack, profile);
        return typeof script === 'string' ? [] : [{ ...attack, script }];
      });
      await Promise.all(
        rows.map(({ id, title, ends, script }) =>
          t.test(`[${id}] ${profile.name}: ${title}`, async () => {
            const { end, told, heard, connections } = await suffer(client, profile, script);
            assert.ok(mayEnd(who, ends, end), `it ended in ${end}: ${told}`);
            assert.ok(!heard.includes(SECRET), 'the secret was said in clear');
            if (end.startsWith('TLS')) assert.equal(told, '', 'words came through that nobody said over TLS');
            assert.match(told, PRINTABLE, 'the peer spoke to the terminal [V8]');
            assert.equal(connections, 1, 'nobody goes elsewhere, and nobody tries again in clear');
          }),
        ),
      );
    });

/** A tunnel does not tell what its client makes of the session; and some dialogues it cannot stand in for. */
const mayEnd = (who: string, ends: readonly string[], end: string): boolean =>
  who === 'a program' ? ends.includes(end) : end === 'OPTION' || ends.some((each) => each.split(',', 1)[0] === end);

const PRINTABLE = /^[^\p{Cc}]*(?:\n[^\p{Cc}]*)*$/u;
