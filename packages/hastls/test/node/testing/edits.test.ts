import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { postgresql, smtp } from 'hastls/profiles';
import { createTriggerServer } from 'hastls/serve';
import type { Profile } from 'hastls/talk';
import { edits, startWire, type WireEdit } from 'hastls/testing';
import { upgrade } from '#node/upgrade.js';
import { identity, started, trust } from '../serve/client.js';
import { connected } from '../upgrade/peers.js';

const octets = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** How our client's upgrade of our server ends, with somebody in the middle who does this. */
async function ending(t: TestContext, profile: Profile, ...script: readonly WireEdit[]): Promise<string> {
  const server = createTriggerServer({ profile, mode: 'require', tls: identity, application: () => () => {} });
  const wire = await startWire({ to: await started(t, server), edits: script });
  t.after(() => wire.close());
  const result = await upgrade(await connected(wire.port), profile, { ...trust, timeoutMs: 5000 });
  if (result.kind === 'secured') t.after(() => result.socket.destroy());
  return result.kind === 'garbled' ? result.how : result.kind;
}

const answer = (profile: Profile): number => (profile === smtp ? 2 : 0);

for (const profile of [smtp, postgresql]) {
  const of = 'server';
  const at = answer(profile);
  const no = octets(profile === smtp ? '454 not now\r\n' : 'N');
  const rows: readonly (readonly [what: string, make: WireEdit['make'], ends: readonly string[]])[] = [
    ['replaces it by a refusal [V2]', edits.replaceBy(no), ['refused']],
    ['adds to it in the same segment [V4]', edits.append(octets('220 x\r\n')), ['bytes-before-tls']],
    ['repeats it [V4]', edits.repeat, ['bytes-before-tls', 'failed']],
    ['lets a line follow [V4]', edits.follow(octets('220 x\r\n')), ['bytes-before-tls', 'failed']],
    ['closes instead', edits.close, ['cut-short', 'failed']],
  ];
  for (const [what, make, ends] of rows)
    test(`${profile.name}: a man in the middle of the server's answer ${what}`, async (t) => {
      assert.equal(await ending(t, profile), 'secured');
      const found = await ending(t, profile, { of, at, make });
      assert.ok(ends.includes(found), found);
    });
}

test('smtp: an answer that is split is an answer, and a trigger with a command behind it brings no TLS [V3]', async (t) => {
  assert.equal(await ending(t, smtp, { of: 'server', at: 2, make: edits.splitAt(3) }), 'secured');
  const injection: WireEdit = { of: 'client', at: 1, make: edits.append(octets('NOOP\r\n')) };
  assert.equal(await ending(t, smtp, injection), 'cut-short');
});
