import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { dial, takeTurns } from '#node/dial.js';
import { deafPort, freePort, listening, portOf } from './peers.ts';

test('IPv6 and IPv4 take turns, beginning with the family of the first [A33]', () => {
  const rows: readonly (readonly [given: string, tried: string])[] = [
    ['', ''],
    ['::1', '::1'],
    ['::1 ::2 127.0.0.1', '::1 127.0.0.1 ::2'],
    ['127.0.0.1 127.0.0.2 127.0.0.3 ::1', '127.0.0.1 ::1 127.0.0.2 127.0.0.3'],
  ];
  const words = (text: string) => text.split(' ').filter(Boolean);
  for (const [given, tried] of rows) assert.deepEqual(takeTurns(words(given)), words(tried));
});

test('the first address that answers wins, whatever happened to those before it', async (t) => {
  const server = await listening(t, net.createServer());
  const port = portOf(server);
  const dialled = await dial(['127.0.0.2', '127.0.0.3', '127.0.0.1'], port);
  assert.ok(dialled.kind === 'connected');
  assert.equal(dialled.socket.remoteAddress, '127.0.0.1');
  assert.equal(dialled.socket.readableFlowing, null, 'nobody reads from it yet');
  assert.equal(dialled.socket.listenerCount('error'), 0);
  dialled.socket.destroy();
});

test('an address that does not answer is overtaken by the next one', async (t) => {
  const port = portOf(await listening(t, net.createServer()));
  await deafPort(t, '127.0.0.2', port); // where no other test listens, so that the port is free
  const dialled = await dial(['127.0.0.2', '127.0.0.1'], port);
  assert.ok(dialled.kind === 'connected');
  assert.equal(dialled.socket.remoteAddress, '127.0.0.1');
  dialled.socket.destroy();
});

test('waiting has an end', async (t) => {
  const port = await deafPort(t, '127.0.0.1');
  const dialled = await dial(['127.0.0.1'], port, { timeoutMs: 50 });
  assert.ok(dialled.kind === 'failed');
  assert.equal(dialled.cause, 'timeout');
  assert.match(dialled.why, /no answer within 50 ms/);
});

test('the caller can call it off, before and meanwhile', async (t) => {
  const port = await deafPort(t, '127.0.0.1');
  await assert.rejects(dial(['127.0.0.1'], port, { signal: AbortSignal.abort(new Error('never mind')) }), /never mind/);
  const caller = new AbortController();
  const dialled = dial(['127.0.0.1'], port, { signal: caller.signal });
  caller.abort(new Error('changed my mind'));
  await assert.rejects(dialled, /changed my mind/);
});

test('when every address fails, each one says why', async (t) => {
  const port = await freePort(t);
  const dialled = await dial(['127.0.0.1', '::1'], port);
  assert.ok(dialled.kind === 'failed');
  assert.equal(dialled.cause, 'unreachable');
  assert.match(dialled.why, new RegExp(`^port ${port} of 127.0.0.1, ::1: `));
  assert.deepEqual(
    dialled.because.map((each) => each.replace(/^connect E\w+ (.*):\d+\b.*/, '$1')),
    ['127.0.0.1', '::1'],
  );
});

test('no addresses at all is a failure in words too', async () => {
  const dialled = await dial([], 25);
  assert.ok(dialled.kind === 'failed');
  assert.equal(dialled.cause, 'unreachable');
});

test('whoever gives a name instead of an address is told so, and nothing is asked of DNS', async () => {
  await assert.rejects(dial(['localhost'], 25), /"localhost" is not an IP address/);
});
