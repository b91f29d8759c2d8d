import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Resolver } from 'hastls/resolve';
import { createResolverPool } from '../dist/resolver-pool.js';

const options = { servers: ['udp://127.0.0.1:9'] };
const refused = { code: 'ERR_HASTLS_OPTION', message: /closed/ };
const isOpen = (resolver: Resolver): Promise<boolean> =>
  resolver.lookup('example', 'A', { signal: AbortSignal.abort(new Error('asked')) }).then(
    () => assert.fail('nobody was to be asked'),
    (error) => error.message === 'asked',
  );

test('whoever says the same of how to ask shares a resolver, also after it was idle', async () => {
  const pool = createResolverPool();
  const first = await pool.using(
    'a',
    () => options,
    async (resolver) => resolver,
  );
  const both = ['a', 'a'].map((key) =>
    pool.using(
      key,
      () => assert.fail('there is one'),
      async (resolver) => resolver,
    ),
  );
  assert.deepEqual(await Promise.all(both), [first, first]);
  assert.equal(pool.size, 1);
  pool.close();
  await assert.rejects(first.lookup('example', 'A'), refused);
});

test('of the idle ones those that were used last are kept, and the others are closed', async () => {
  const pool = createResolverPool(2);
  const used = (key: string) =>
    pool.using(
      key,
      () => options,
      async (resolver) => resolver,
    );
  const [a, b] = [await used('a'), await used('b')];
  await used('a');
  await used('c');
  assert.deepEqual([await isOpen(a), await isOpen(b), pool.size], [true, false, 2]);
  pool.close();
});

test('one that is in use is not closed, whatever their number', async () => {
  const pool = createResolverPool(0);
  await pool.using(
    'a',
    () => options,
    async (outer) => {
      const inner = await pool.using(
        'b',
        () => options,
        async (resolver) => resolver,
      );
      assert.deepEqual([await isOpen(outer), await isOpen(inner), pool.size], [true, false, 1]);
    },
  );
  assert.equal(pool.size, 0);
});
