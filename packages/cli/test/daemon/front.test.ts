import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openableAt } from '../../dist/daemon/front.js';

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
