import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openableAt, openFront } from '../../dist/daemon/front.js';
import { freePort } from '../free-port.ts';

test('a socket that somebody left behind makes room, and a file that is none stays', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hastls-front-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [left, used, file] = ['left.sock', 'used.sock', 'file'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const script = `require('node:net').createServer().listen(${JSON.stringify(left)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', script]), 'exit');
  const server = net.createServer().listen(used);
  await once(server, 'listening');
  t.after(() => server.close());
  writeFileSync(file, 'precious');
  assert.ok(existsSync(left));
  for (const path of [left, used, file]) await openableAt({ path });
  assert.equal(existsSync(left), false);
  assert.ok(existsSync(used));
  assert.equal(readFileSync(file, 'utf8'), 'precious');
});

test('all addresses of IPv4 and all of IPv6 can be listened on beside each other, in whatever order', async (t) => {
  for (const hosts of [
    ['0.0.0.0', '::'],
    ['::', '0.0.0.0'],
  ]) {
    const port = await freePort();
    for (const host of hosts) {
      const front = await openFront(
        { host, port },
        () => true,
        () => {},
      );
      t.after(() => front.close());
      front.serve(net.createServer((client) => client.end()));
    }
    for (const host of ['127.0.0.1', '::1']) {
      const client = net.connect({ host, port }).resume();
      await once(client, 'end');
      client.destroy();
    }
  }
});
