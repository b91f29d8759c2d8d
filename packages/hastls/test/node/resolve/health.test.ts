import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHealth } from '#node/resolve/health.js';

const at = { ms: 0 };
const fresh = () => {
  at.ms = 0;
  return createHealth(600, () => at.ms);
};

test('nobody is preferred before anything is known', () => assert.equal(fresh().rank('a'), 0));

test('who failed is asked last for ten seconds; then one question, and no more, tries it', () => {
  const health = fresh();
  health.failed('a');
  at.ms = 9_999;
  assert.equal(health.rank('a'), Number.POSITIVE_INFINITY);
  at.ms = 10_000;
  assert.deepEqual([health.rank('a'), health.rank('a')], [0, Number.POSITIVE_INFINITY]);
});

test('who fails again and again is left alone for longer, up to five minutes; an answer mends all', () => {
  const health = fresh();
  for (const seconds of [10, 20, 40, 80, 160, 300, 300]) {
    health.failed('a');
    at.ms += seconds * 1000 - 1;
    assert.equal(health.rank('a'), Number.POSITIVE_INFINITY, `after ${seconds} s`);
    at.ms += 1;
    assert.equal(health.rank('a'), 0, `after ${seconds} s`);
  }
  health.answered('a', 10);
  assert.equal(health.rank('a'), 0);
  health.failed('a');
  at.ms += 10_000;
  assert.equal(health.rank('a'), 0);
});

test('who usually answers later than others have patience for goes behind them, for a minute', () => {
  const health = fresh();
  health.answered('slow', 1500);
  health.answered('quick', 599);
  assert.deepEqual([health.rank('slow'), health.rank('quick')], [2, 0]);
  for (let turn = 0; turn < 8; turn++) health.answered('slow', 20);
  assert.equal(health.rank('slow'), 0);
  health.answered('quick', 9000);
  assert.equal(health.rank('quick'), 4);
  at.ms += 60_000;
  assert.equal(health.rank('quick'), 0);
});
