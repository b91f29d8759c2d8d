import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type tls from 'node:tls';
import { freePort } from '../free-port.ts';
import { echoes, greeted, startGateway } from './started.ts';

// A gateway as an operator sees it: metrics, health, workers, reloading, limits.

const QUIET = 'watch_ms = 0\n';
const nameOf = (socket: tls.TLSSocket) => socket.getPeerCertificate().subjectaltname;

/** The sum of a metric over all workers. */
const sumOf = (text: string, name: string): number =>
  text
    .split('\n')
    .filter((line) => line.startsWith(name))
    .reduce((all, line) => all + Number(line.split(' ').at(-1)), 0);

for (const workers of [1, 2])
  test(`metrics and health are told on the admin socket, by ${workers} workers`, async (t) => {
    const { child, port, asked, logged } = await startGateway(t, `${QUIET}workers = ${workers}\n`);
    await logged('ready');
    const socket = await greeted(t, port);
    (await greeted(t, port)).destroy();
    await logged('closed');
    const { status, text } = await asked('/metrics');
    assert.equal(status, 200);
    assert.equal(sumOf(text, 'hastls_connections_open{'), 1);
    assert.equal(sumOf(text, 'hastls_connections_total{'), 1);
    assert.equal(sumOf(text, 'hastls_handshakes_total{'), 2);
    assert.equal(sumOf(text, 'hastls_octets_total{'), 'hello'.length);
    assert.match(text, /hastls_handshakes_total\{.*how="implicit",version="TLSv1.3",group="X25519/);
    assert.match(text, /hastls_certificate_not_after_seconds\{.*certificate="live\/chain.pem".*\} \d{10}/);
    assert.match(text, /^process_resident_memory_bytes/m);
    const helps = text.split('\n').filter((line) => line.startsWith('# TYPE'));
    assert.equal(new Set(helps).size, helps.length, 'each metric is described once');
    assert.deepEqual(await asked('/healthz'), { status: 200, text: 'serving\n' });
    assert.equal((await asked('/other')).status, 404);
    child.kill('SIGTERM');
    await logged('ending');
    assert.deepEqual(await asked('/healthz'), { status: 503, text: 'draining\n' });
    socket.destroy();
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });

for (const workers of [1, 2])
  for (const taken of ['port', 'adminPort'] as const)
    test(`an address that another program has is no fault of ours, and nothing is left running: ${taken}, ${workers} workers`, async (t) => {
      const other = net.createServer();
      t.after(() => other.close());
      const { child, lines } = await startGateway(t, `${QUIET}workers = ${workers}\n`, {
        async beforeIt(ports) {
          other.listen(ports[taken], '127.0.0.1');
          await once(other, 'listening');
        },
      });
      assert.deepEqual(await once(child, 'exit'), [2, null]);
      const said = lines.map(({ msg }) => msg).join('\n');
      assert.match(said, /hastls: nobody can listen on 127\.0\.0\.1:\d+: another program does already \(EADDRINUSE\)/);
    });

test('workers end without a word of complaint', async (t) => {
  const { child, logged, lines } = await startGateway(t, `${QUIET}workers = 4\n`);
  await logged('ready');
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['ready', 'ending', 'ended'],
  );
});

for (const afterMs of [0, 150, 300, 450, 600])
  test(`workers that are told to end ${afterMs} ms after the first one was there do so without a word, too`, async (t) => {
    const { child, lines } = await startGateway(t, `${QUIET}workers = 3\n`);
    const workers = () => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
    while (workers() === '') await sleep(5);
    await sleep(afterMs);
    child.kill('SIGTERM');
    await once(child, 'close'); // workers write there, too
    const complaints = lines.filter(({ msg }) => !['ready', 'ending', 'ended'].includes(msg));
    assert.deepEqual(complaints, []);
  });

test('a worker that is killed takes its own connections with it, and another one takes its place', async (t) => {
  const { port, asked, logged, lines } = await startGateway(t, `${QUIET}workers = 2\n`);
  await logged('ready');
  const sockets = await Promise.all(Array.from({ length: 16 }, () => greeted(t, port)));
  for (const [index, socket] of sockets.entries()) await echoes(socket, `before ${index}`);
  const ids = lines.filter(({ msg }) => msg === 'opened').map(({ connection }) => String(connection));
  assert.equal(new Set(ids).size, 16);
  const { text } = await asked('/metrics');
  const pid = Number(/hastls_worker_pid\{worker="1"\} (\d+)/.exec(text)?.[1]);
  process.kill(pid, 'SIGKILL');
  const lost = await logged('a worker has died');
  assert.deepEqual([lost['worker'], lost['signal']], ['1', 'SIGKILL']);
  await logged('a new worker serves');
  const living = sockets.filter((each) => !each.closed && !each.destroyed && !each.readableEnded);
  assert.equal(living.length, ids.filter((id) => id.startsWith('2-')).length);
  for (const [index, socket] of living.entries()) await echoes(socket, `after ${index}`);
  for (let index = 0; index < 4; index++) await echoes(await greeted(t, port), 'new ones are served');
  assert.equal(sumOf((await asked('/metrics')).text, 'hastls_worker_deaths_total{'), 1);
});

test('a certificate is taken when its link leads elsewhere; a broken one is not, and all is told', async (t) => {
  const { directory, port, certify, logged } = await startGateway(t, 'watch_ms = 50\nworkers = 2\n');
  await logged('ready');
  const old = await greeted(t, port);
  mkdirSync(join(directory, 'second'));
  certify('second.example', join(directory, 'second'));
  symlinkSync('second', join(directory, 'next'));
  renameSync(join(directory, 'live'), join(directory, 'first'));
  renameSync(join(directory, 'next'), join(directory, 'live'));
  assert.equal((await logged('reloaded'))['cause'], 'a file has changed');
  assert.equal(nameOf(await greeted(t, port)), 'DNS:second.example');
  writeFileSync(join(directory, 'second', 'key.pem'), 'nonsense');
  assert.match(String((await logged('not reloaded'))['why']), /certificates that cannot be used/);
  assert.equal(nameOf(await greeted(t, port)), 'DNS:second.example');
  rmSync(join(directory, 'second', 'chain.pem'));
  assert.match(JSON.stringify(await logged('not reloaded')), /ENOENT/);
  await echoes(old, 'still there');
  assert.equal(nameOf(old), 'DNS:first.example');
});

test('workers collect garbage without threads of their own', async (t) => {
  const { asked, logged } = await startGateway(t, `${QUIET}workers = 2\n`);
  await logged('ready');
  const { text } = await asked('/metrics');
  const workers = [...text.matchAll(/^hastls_worker_pid\{worker="\d"\} (\d+)$/gm)].map(([, pid]) => pid);
  assert.equal(workers.length, 2);
  for (const pid of workers) assert.match(readFileSync(`/proc/${pid}/cmdline`, 'latin1'), /\0--single-threaded-gc\0/);
});

test('workers resume each other’s sessions', async (t) => {
  const { port, logged } = await startGateway(t, `${QUIET}workers = 2\n`);
  await logged('ready');
  const first = await greeted(t, port);
  const session = first.getSession() ?? (await once(first, 'session'))[0];
  const resumed = [];
  for (let index = 0; index < 4; index++)
    resumed.push((await greeted(t, port, { session, maxVersion: 'TLSv1.3' })).isSessionReused());
  assert.deepEqual(resumed, [true, true, true, true]);
});

test('limits in all are kept, also over reloads', async (t) => {
  const { child, port, logged, asked, configure } = await startGateway(
    t,
    `${QUIET}workers = 1\n[limits]\nconnections = 3\n`,
  );
  await logged('ready');
  const sockets = [await greeted(t, port), await greeted(t, port)];
  configure(`${QUIET}workers = 1\n[defaults]\nconnections_per_address = 2\n`);
  child.kill('SIGHUP');
  await logged('reloaded');
  await assert.rejects(greeted(t, port), 'of this address there are two');
  sockets.push(await greeted(t, port, { localAddress: '127.0.0.2' }));
  assert.equal(sumOf((await asked('/metrics')).text, 'hastls_refused_total{'), 1);
  configure(`${QUIET}workers = 1\n[limits]\nconnections = 3\n`);
  child.kill('SIGHUP');
  await logged('reloaded');
  await assert.rejects(greeted(t, port), 'in all there are three');
  sockets.pop()?.destroy();
  await logged('closed');
  await greeted(t, port);
});

test('reloads under load drop nobody and cross nobody’s words', async (t) => {
  const { child, port, logged } = await startGateway(t, `${QUIET}workers = 2\n`, {
    own: 'connections_per_address = 4000\n',
  });
  await logged('ready');
  const sockets = await Promise.all(Array.from({ length: 1000 }, () => greeted(t, port)));
  let isOver = false;
  const load = Promise.all(
    sockets.map(async (socket, index) => {
      let rounds = 0;
      for (; !isOver; rounds++) await echoes(socket, `${index}:${rounds};`.repeat(50));
      return rounds;
    }),
  );
  for (let reload = 0; reload < 100; reload++) {
    child.kill('SIGHUP');
    await logged('reloaded');
  }
  isOver = true;
  const rounds = await load;
  assert.ok(rounds.every((each) => each > 0));
  await echoes(await greeted(t, port), 'new ones are served');
});

test('when file descriptors are exhausted accepting goes on as soon as there are some', async (t) => {
  for (const workers of [1, 2]) {
    const { port, logged } = await startGateway(t, `${QUIET}workers = ${workers}\n`, {
      before: ['/bin/sh', '-c', 'ulimit -n 100; exec "$0" "$@"'],
    });
    await logged('ready');
    const crowd = Array.from({ length: 400 }, () => net.connect(port, '127.0.0.1').on('error', () => {}));
    await Promise.all(
      crowd.map((each) => (each.pending ? Promise.race([once(each, 'connect'), once(each, 'close')]) : undefined)),
    );
    for (const each of crowd) each.destroy();
    for (;;)
      try {
        await echoes(await greeted(t, port), 'served again');
        break;
      } catch {
        await new Promise((done) => setTimeout(done, 50)); // the crowd is still being noticed
      }
  }
});

test('two thousand clients that dawdle leave room for others', async (t) => {
  const { port, logged } = await startGateway(t, `${QUIET}workers = 1\n`, {
    own: 'connections_per_address = 500\nhandshake_ms = 60000\n',
  });
  await logged('ready');
  const serveTwenty = async () => {
    const since = performance.now();
    for (let index = 0; index < 20; index++) await echoes(await greeted(t, port), 'served meanwhile');
    return (performance.now() - since) / 20;
  };
  const alone = await serveTwenty();
  const dawdlers = Array.from({ length: 2000 }, (_, index) =>
    net.connect({ port, host: '127.0.0.1', localAddress: `127.0.1.${1 + (index % 200)}` }).on('error', () => {}),
  );
  t.after(() => {
    for (const each of dawdlers) each.destroy();
  });
  await Promise.all(dawdlers.map((each) => once(each, 'connect')));
  for (const each of dawdlers) each.write('\x16\x03\x01');
  const drip = setInterval(() => {
    for (const each of dawdlers) each.write('\x02');
  }, 500);
  t.after(() => clearInterval(drip));
  const among = await serveTwenty();
  t.diagnostic(`a client is served in ${alone.toFixed(1)} ms, and in ${among.toFixed(1)} ms among 2000 that dawdle`);
});

test('an address that cannot be had ends all workers before anybody is served', async (t) => {
  const taken = net.createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  const { port } = taken.address() as net.AddressInfo; // it listens on TCP
  const { child, lines } = await startGateway(
    t,
    `${QUIET}workers = 2\n[[gateway]]\nlisten = "127.0.0.1:${port}"\nmode = "implicit"\nbackend = "127.0.0.1:1"\ncertificates = [{ cert = "live/chain.pem", key = "live/key.pem" }]\n`,
  );
  const [status] = await once(child, 'exit');
  assert.equal(status, 2);
  assert.match(lines.map(({ msg }) => msg).join('\n'), /EADDRINUSE/);
  assert.ok(await freePort());
});
