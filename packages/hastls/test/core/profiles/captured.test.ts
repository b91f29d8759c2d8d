import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromHex, latin1, text } from '#core/bytes/index.js';
import { offByDefault, profiles } from '#core/profiles/index.js';
import { converse, NEUTRAL_SELF, startTls } from '#core/talk/index.js';
import { feed } from '../../contract/rows.js';

// Dialogues that our clients had with real servers, held again. `test/live/talk.test.ts` captures them.

const captured = new URL('../../../test/core/profiles/captured/', import.meta.url);
const files = readdirSync(captured);

for (const file of files)
  test(`${file}: our client says what it said to the real server, and comes to the upgrade`, () => {
    const profile = [...profiles, ...offByDefault.map((each) => each.profile)].find(({ name }) =>
      file.endsWith(`-${name}.txt`),
    );
    assert.ok(profile);
    const machine = converse(profile.client({ host: 'mail.test', self: NEUTRAL_SELF }));
    const turns = readFileSync(new URL(file, captured), 'utf8')
      .trimEnd()
      .split(/^(?=C[:#>] )/m);
    for (const turn of turns) {
      const lines = turn.trimEnd().split('\n');
      const by = (who: string) =>
        lines
          .filter((each) => each.startsWith(who))
          .map(octetsOf)
          .join('');
      assert.equal(feed(machine), by('C'));
      machine.feed(latin1(by('S')));
    }
    assert.deepEqual(machine.verdict, startTls);
  });

/** What a line of a transcript stands for. */
function octetsOf(each: string): string {
  const said = each.slice(3);
  if (each[1] === '#') return text(fromHex(said));
  return each[1] === '>' ? said : `${said}\r\n`;
}

test('there is a real dialogue for each protocol of today that a server at hand speaks', () => {
  const unheard = profiles
    .map(({ name }) => name)
    .filter((name) => !files.some((file) => file.endsWith(`-${name}.txt`)));
  assert.deepEqual(unheard, ['nntp-1997', 'mssql', 'amqp', 'telnet']); // Debian has no server for the last three
});
