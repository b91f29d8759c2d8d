import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writer } from '#core/bytes/writer.js';

test('nothing is lost when the buffer grows, whichever write makes it grow', () => {
  const writes: readonly ((to: ReturnType<typeof writer>) => unknown)[] = [
    (to) => to.uint8(1),
    (to) => to.uint16(0x0101),
    (to) => to.uint32(0x01010101),
    (to) => to.bytes(Uint8Array.of(1, 1, 1)),
  ];
  for (const write of writes) {
    const to = writer();
    for (let count = 0; count < 3000; count++) write(to);
    const written = to.finish();
    assert.ok(written.length >= 3000 && written.every((octet) => octet === 1));
  }
});

test('writers side by side, and one after another, do not see what the others wrote', () => {
  const [first, second] = [writer().uint8(1), writer().uint8(2)];
  const ones = first.finish();
  const third = writer().uint8(3);
  assert.deepEqual([ones, second.finish(), third.finish()], [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)]);
  assert.equal(first.length, 0);
  assert.deepEqual(first.uint8(4).finish(), Uint8Array.of(4));
  assert.deepEqual(ones, Uint8Array.of(1));
});
