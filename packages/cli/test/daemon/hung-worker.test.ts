import assert from 'node:assert/strict';
import { test } from 'node:test';
import { echoes, greeted, startGateway } from './started.ts';

test('a worker that stands still is killed and replaced, and only its clients are lost', {
  timeout: 120_000,
}, async (t) => {
  const { port, logged, asked, lines } = await startGateway(t, 'workers = 2\n');
  await logged('ready');
  const sockets = await Promise.all(Array.from({ length: 8 }, () => greeted(t, port)));
  const { text } = await asked('/metrics');
  const pid = Number(/hastls_worker_pid\{worker="1"\} (\d+)/.exec(text)?.[1]);
  process.kill(pid, 'SIGSTOP'); // as much as an event loop that is blocked
  assert.equal((await logged('a worker stands still'))['worker'], '1');
  assert.equal((await logged('a worker has died'))['signal'], 'SIGKILL');
  await logged('a new worker serves');
  const ids = lines.filter(({ msg }) => msg === 'opened').map(({ connection }) => String(connection));
  const living = sockets.filter((each) => !each.closed && !each.destroyed && !each.readableEnded);
  assert.equal(living.length, ids.filter((id) => id.startsWith('2-')).length);
  for (const [index, socket] of living.entries()) await echoes(socket, `after ${index}`);
  for (let index = 0; index < 4; index++) await echoes(await greeted(t, port), 'new ones are served');
  assert.equal(lines.filter(({ msg }) => msg.startsWith('a worker stands still')).length, 1);
});
