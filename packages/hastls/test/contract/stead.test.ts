import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latin1 } from '#core/bytes/index.js';
import { client, octets, rows } from './rows.js';

for (const profile of rows.filter(({ stead }) => stead !== undefined)) {
  const { stead } = profile;
  test(`${profile.name}: a client that is turned away hears the end of the dialogue, never a way to TLS or an attack`, () => {
    for (const cut of [(bytes: Uint8Array) => [bytes], octets]) {
      const ours = client(profile);
      for (const piece of cut(latin1(stead?.apology('ERR_HASTLS_POLICY: no way to TLS') ?? ''))) ours.feed(piece);
      ours.end();
      assert.match(ours.verdict?.kind ?? '', /^(closed|absent)$/, `${JSON.stringify(ours.verdict)}`);
    }
  });

  test(`${profile.name}: a greeting is said in the server's stead where it greets in clear and is silent over TLS`, () => {
    const greeting = stead?.greeting('host.example') ?? '';
    const ours = client(profile);
    const waits = ours.output.length === 0;
    assert.equal(greeting !== '', waits && profile.speaksFirst === 'client');
    ours.feed(latin1(greeting));
    assert.equal(ours.verdict, undefined);
    if (greeting !== '') assert.notEqual(ours.output.length, 0, 'the client goes on');
  });
}
