import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latin1 } from '#core/bytes/index.js';
import { duet } from '#core/talk/duet.js';
import { converse } from '#core/talk/index.js';
import { client, octets, rows } from './rows.js';

for (const profile of rows) {
  if (profile.stead === undefined) continue;
  const { greeting, turnAway } = profile.stead;
  test(`${profile.name}: a client that is turned away hears the end of the dialogue, never a way to TLS or an attack`, () => {
    for (const cut of [undefined, octets]) {
      const [ours, theirs] = [client(profile), converse(turnAway('ERR_HASTLS_POLICY: no way to TLS', false))];
      duet(ours, theirs, cut);
      ours.end();
      assert.match(ours.verdict?.kind ?? '', /^(closed|absent|refused)$/);
      assert.match(theirs.verdict?.kind ?? 'waits', /^(closed|waits)$/); // ours has left when it has understood
    }
  });

  if (greeting === undefined) continue;
  test(`${profile.name}: a greeting is said in the server's stead where it greets in clear and is silent over TLS`, () => {
    const words = greeting('host.example');
    const ours = client(profile);
    const waits = ours.output.length === 0;
    assert.equal(words !== '', waits && profile.speaksFirst === 'client');
    ours.feed(latin1(words));
    assert.equal(ours.verdict, undefined);
    if (words !== '') assert.notEqual(ours.output.length, 0, 'the client goes on');
  });
}

test('every protocol has words for a client that cannot be served', () =>
  assert.deepEqual(
    rows.filter(({ stead }) => stead === undefined).map(({ name }) => name),
    [],
  ));
