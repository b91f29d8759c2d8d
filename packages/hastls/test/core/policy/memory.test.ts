import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Commitment, createMemory } from '#core/policy/index.js';

const commitment: Commitment = {
  service: 'irc',
  host: 'chat.example',
  source: { name: 'STS', forbidsPlaintext: true },
  until: 2_000_000_000,
};

test('[A32] [V18] a commitment without an end that makes sense is refused, as it would be forgotten', () => {
  for (const until of [Number.POSITIVE_INFINITY, Number.NaN, null, '2030-01-01', undefined])
    assert.throws(() => createMemory([{ ...commitment, until } as never]), RangeError);
});

test('[A36] [V18] a commitment is found, replaced and withdrawn whatever the case of its host', () => {
  const memory = createMemory([commitment]);
  assert.equal(memory.sources('irc', 'Chat.Example', 1_900_000_000).length, 1);
  memory.remember({ ...commitment, host: 'CHAT.example' });
  assert.equal(memory.commitments().length, 1);
  memory.forget({ ...commitment, host: 'chat.EXAMPLE' });
  assert.equal(memory.sources('irc', 'chat.example', 1_900_000_000).length, 0);
});
