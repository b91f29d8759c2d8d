import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { freePort } from '../free-port.ts';
import { client, startTunnels, tunnel } from './started-tunnel.ts';

test('the tunnel daemon carries a client, and tells its log how and how much', async (t) => {
  const port = await freePort();
  const daemon = await startTunnels(t, tunnel(port, 'upgrade'));
  await daemon.logged('ready');
  const { socket, hear } = await client(port);
  assert.equal(await hear(), '* OK localhost ready\r\n');
  socket.write('a1 NOOP\r\n');
  assert.equal(await hear(), 'a1 NOOP\r\n');
  socket.end();
  const { connection, security, how, protocol } = await daemon.logged('opened');
  assert.deepEqual([security, how, protocol], ['tls', 'in-band', 'TLSv1.3']);
  const { connection: same, up, down } = await daemon.logged('closed');
  assert.deepEqual([same, up, down], [connection, 9, 31]);
});

test('the tunnel daemon turns a client away in its own words, and tells its log why in full', async (t) => {
  const port = await freePort();
  const daemon = await startTunnels(t, tunnel(port, 'refusing'));
  await daemon.logged('ready');
  const { hear } = await client(port);
  assert.match(await hear(), /^\* BYE \[UNAVAILABLE\] ERR_HASTLS_UPGRADE_REFUSED: /);
  assert.equal(await hear(), 'the end');
  const { code, because } = await daemon.logged('turned away');
  assert.equal(code, 'ERR_HASTLS_UPGRADE_REFUSED');
  assert.match(String(because), /upgrade on port \d+: upgrade-refused/);
});

test('SIGHUP has new clients served by the new file, and old ones by the old', async (t) => {
  const [first, second] = [await freePort(), await freePort()];
  const daemon = await startTunnels(t, tunnel(first, 'upgrade'));
  await daemon.logged('ready');
  const old = await client(first);
  assert.equal(await old.hear(), '* OK localhost ready\r\n');
  daemon.configure(`${tunnel(first, 'refusing')}${tunnel(second, 'upgrade')}`);
  daemon.child.kill('SIGHUP');
  await daemon.logged('reloaded');
  assert.match(await (await client(first)).hear(), /^\* BYE/);
  assert.match(await (await client(second)).hear(), /^\* OK/);
  old.socket.write('still here');
  assert.equal(await old.hear(), 'still here');
});

test('a faulty file, or an address that is taken, changes nothing on SIGHUP', async (t) => {
  const port = await freePort();
  const daemon = await startTunnels(t, tunnel(port, 'upgrade'));
  await daemon.logged('ready');
  const taken = net.createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  const faulty = [
    [`${tunnel(port, 'refusing')}stanse = "cso"\n`, /did you mean .{1,2}stance/],
    [`${tunnel(port, 'refusing')}${tunnel((taken.address() as net.AddressInfo).port, 'upgrade')}`, /EADDRINUSE/],
  ] as const;
  for (const [toml, why] of faulty) {
    daemon.configure(toml);
    daemon.child.kill('SIGHUP');
    assert.match(JSON.stringify(await daemon.logged('not reloaded: everything stays as it was')), why);
    assert.match(await (await client(port)).hear(), /^\* OK/);
  }
});

test('SIGTERM lets nobody in, and waits for those who are in to leave', async (t) => {
  const port = await freePort();
  const daemon = await startTunnels(t, tunnel(port, 'upgrade'));
  await daemon.logged('ready');
  const { socket, hear } = await client(port);
  await hear();
  daemon.child.kill('SIGTERM');
  const { connections } = await daemon.logged('ending');
  assert.equal(connections, 1);
  await assert.rejects(client(port), { code: 'ECONNREFUSED' });
  socket.write('last words');
  assert.equal(await hear(), 'last words');
  socket.end();
  assert.deepEqual(await once(daemon.child, 'exit'), [0, null]);
});

test('SIGTERM waits no longer than drain_ms', async (t) => {
  const port = await freePort();
  const daemon = await startTunnels(t, tunnel(port, 'upgrade'), { head: 'drain_ms = 50\n' });
  await daemon.logged('ready');
  const { hear } = await client(port);
  await hear();
  daemon.child.kill('SIGTERM');
  assert.deepEqual(await once(daemon.child, 'exit'), [0, null]);
  await assert.rejects(hear(), { code: 'ECONNRESET' });
});

test('the tunnel daemon keeps its limits, also over reloads', async (t) => {
  const port = await freePort();
  const limited = (more: string) => `${tunnel(port, 'upgrade')}${more}`;
  const daemon = await startTunnels(t, limited('connections = 2\n'));
  await daemon.logged('ready');
  const [first, second] = [await client(port), await client(port)];
  for (const each of [first, second]) assert.equal(await each.hear(), '* OK localhost ready\r\n');
  daemon.configure(limited('connections_per_address = 2\nidle_ms = 60000\n'));
  daemon.child.kill('SIGHUP');
  await daemon.logged('reloaded');
  assert.equal(await (await client(port)).hear(), 'the end');
  assert.equal((await daemon.logged('turned away'))['code'], 'too-many');
  first.socket.destroy();
  await daemon.logged('closed');
  assert.equal(await (await client(port)).hear(), '* OK localhost ready\r\n');
});
