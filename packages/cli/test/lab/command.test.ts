import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort } from '../free-port.js';
import { startWorld } from '../world.js';

const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));

/** Starts the lab, and gives what it says when it is up; `last` is how its words end. */
async function startLab(args: readonly string[], last: RegExp): Promise<{ lab: ChildProcess; said: string }> {
  const lab = spawn(process.execPath, [BIN, 'lab', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 120_000,
  });
  let said = '';
  for await (const text of lab.stdout) {
    said += text;
    if (last.test(said)) break;
  }
  return { lab, said };
}

async function stop(lab: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (lab.exitCode !== null || lab.signalCode !== null) return lab.exitCode; // it was ended by its time limit
  lab.kill(signal);
  const [status] = await once(lab, 'exit');
  return status;
}

test('the lab says how to use it, and what it proposes works', async () => {
  const { lab, said } = await startLab([], /connect imap:\/\/strip.*\n/);
  const [trust = '', ...proposed] = said.slice(said.indexOf('Try, ')).split('\n').slice(1).filter(Boolean);
  const world = await startWorld(new Map());
  try {
    const ran = [];
    for (const command of proposed) ran.push(await world.run(`${trust}\n${command}`));
    assert.deepEqual(
      ran.map(({ status }) => status),
      [0, 0, 0, 1],
    );
    assert.match(ran[0]?.stdout ?? '', /HASTLS \d+ \d+ 0\n; secure/);
    assert.match(ran[3]?.stderr ?? '', /ERR_HASTLS_NOT_OFFERED/);
  } finally {
    await world.end();
    const anchors = /trust anchors +(\S+)/.exec(said)?.[1] ?? '';
    assert.equal(existsSync(anchors), true);
    assert.equal(await stop(lab, 'SIGINT'), 0);
    assert.equal(existsSync(anchors), false);
  }
});

test('the lab tells programs all they need, and ends when it is told to', async () => {
  const { lab, said } = await startLab(['--json', '--base-port', '23100'], /\n/);
  try {
    const { v, resolver, hosts, liars, attackers, kinds } = JSON.parse(said);
    assert.deepEqual([v, resolver], [1, 'udp://127.0.0.1:23100']);
    assert.deepEqual([liars.length, attackers.length, kinds.length], [7, 8, 7]);
    const host = hosts.find(({ name }: { name: string }) => name === 'strip.ssb-minds.imap.lab.test');
    const { plain } = host.ports;
    assert.deepEqual(host, {
      name: 'strip.ssb-minds.imap.lab.test',
      service: 'imap',
      kind: 'ssb-minds',
      attacker: 'strip',
      signed: true,
      ports: { plain },
      promise: [`${plain} ${plain} 1`],
    });
  } finally {
    assert.equal(await stop(lab, 'SIGTERM'), 0);
  }
});

test('a port that is taken is named', async () => {
  const port = await freePort();
  const taken = createServer().listen(port, '127.0.0.1');
  await once(taken, 'listening');
  const world = await startWorld(new Map());
  try {
    const { status, stderr } = await world.run(`hastls lab --base-port ${port}`);
    assert.equal(status, 2);
    assert.ok(stderr.includes(`port ${port} is taken`), stderr);
  } finally {
    taken.close();
    await world.end();
  }
});
