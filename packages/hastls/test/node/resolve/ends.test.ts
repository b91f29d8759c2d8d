import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEnds } from '#node/resolve/ends.js';

test('ends are handed over one by one, in the order in which they came, whoever waited first', async () => {
  const ends = createEnds<string>();
  const first = ends.next(60_000);
  for (const each of ['a', 'b', 'c']) ends.put(each);
  assert.deepEqual([await first, await ends.next(0), await ends.next(undefined)], ['a', 'b', 'c']);
});

test('who has lost patience hears of no end, and the next one to wait does', async () => {
  const ends = createEnds<string>();
  assert.equal(await ends.next(1), undefined);
  ends.put('late');
  assert.equal(await ends.next(1), 'late');
});

test('without a limit to patience an end is waited for', async () => {
  const ends = createEnds<string>();
  setImmediate(() => ends.put('at last'));
  assert.equal(await ends.next(undefined), 'at last');
});
