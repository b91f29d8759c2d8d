import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnswerReader } from '#core/dnssec/index.js';
import type { Answerer } from '#node/testing/index.js';
import { run } from './driver.js';
import { costly, floods, HOST, octets, oneLink, world } from './hostile-answers.js';

for (const { what, zone, attack, limit } of floods)
  test(`[F8] ${what}: ${limit === undefined ? 'bogus' : `indeterminate, by limit ${limit}`}`, async () => {
    const { answer, anchors } = world(zone);
    const hostile = { answer: attack(answer), anchors, readAnswer: createAnswerReader().read };
    const { proven } = await run(`${HOST} A`, hostile);
    const why = proven.because.join('\n');
    assert.equal(proven.proof, limit === undefined ? 'bogus' : 'indeterminate', why);
    if (limit !== undefined) assert.match(why, new RegExp(`limit ${limit} `));
    assert.deepEqual(proven.records, []);
  });

for (const [what, zone, asked, expected] of costly)
  test(`[F8] ${what}: ${expected}`, async () => {
    const { answer, anchors } = world(zone);
    const { proven } = await run(asked, { answer: oneLink(answer), anchors });
    const why = proven.because.join('\n');
    if (proven.proof === 'secure') assert.equal(`${proven.proof} ${proven.answer}`, expected, why);
    else {
      assert.equal(proven.proof, 'indeterminate', why);
      assert.match(why, new RegExp(`${expected}`));
    }
  });

test('[RFC8914] of thousands of extended errors the first few are told', async () => {
  const { answer, anchors } = world();
  const options = Array.from({ length: 9000 }, (_, turn) => ({
    code: 15,
    data: octets(0, 0, 65 + (turn >> 8), turn & 0xff),
  }));
  const talkative: Answerer = (question) => ({
    ...answer(question),
    edns: { udpSize: 1232, dnssecOk: true, version: 0, options },
  });
  const { proven } = await run(`${HOST} A`, { answer: talkative, anchors });
  assert.equal(proven.proof, 'secure');
  assert.equal(proven.extendedErrors.length, 16);
});
