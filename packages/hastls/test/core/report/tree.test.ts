import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawTree, leaf } from '#core/report/index.js';

test('a tree is drawn with a line for each thing it stands on', () => {
  const tree = {
    says: 'root',
    below: [
      { says: 'one', below: [leaf('under one'), leaf('and this')] },
      { says: 'two', below: [leaf('under two')] },
    ],
  };
  assert.deepEqual(drawTree(tree), [
    'root',
    '├─ one',
    '│  ├─ under one',
    '│  └─ and this',
    '└─ two',
    '   └─ under two',
  ]);
});
