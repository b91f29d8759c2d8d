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
    const to = writer(1);
    for (let count = 0; count < 5; count++) write(to);
    assert.ok(to.finish().every((octet) => octet === 1));
  }
});
