import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startPeers } from '../peers.ts';
import { startZones } from '../zones.ts';

const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));

interface Line {
  readonly msg: string;
  readonly [fact: string]: unknown;
}

/** `hastls tunnel` at work, and its log. */
interface Daemon {
  readonly process: ChildProcess;
  /** Waits for the next line with these words. */
  logged(msg: string): Promise<Line>;
  configure(toml: string): void;
}

/** What every configuration needs to find and believe the peers. */
async function startDaemon(t: TestContext, toml: string, head = ''): Promise<Daemon> {
  const peers = await startPeers();
  const zones = await startZones(peers.records);
  const directory = mkdtempSync(join(tmpdir(), 'hastls-tunnel-'));
  const file = join(directory, 'tunnel.toml');
  const configure = (tunnels: string) =>
    writeFileSync(
      file,
      `${head}[dns]\nresolver = ["${zones.server.url}"]\nanchors = "anchors.txt"\n${tunnels.replaceAll('[[tunnel]]', '[[tunnel]]\nca = "ca.pem"')}`,
    );
  configure(toml);
  writeFileSync(join(directory, 'anchors.txt'), zones.anchors);
  writeFileSync(join(directory, 'ca.pem'), peers.ca);
  const child = spawn(process.execPath, [BIN, 'tunnel', '-c', file], { stdio: ['ignore', 'inherit', 'pipe'] });
  const lines: Line[] = [];
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.map((each) => JSON.parse(each) as Line));
    child.emit('logged');
  });
  t.after(async () => {
    child.kill('SIGKILL');
    await zones.server.close();
    await peers.end();
    rmSync(directory, { recursive: true });
  });
  return {
    process: child,
    configure,
    async logged(msg) {
      for (;;) {
        const at = lines.findIndex((each) => each.msg === msg);
        if (at >= 0) return lines.splice(0, at + 1).at(-1) as Line;
        assert.equal(child.exitCode ?? child.signalCode, null, `it has ended, and never said "${msg}"`);
        await Promise.race([once(child, 'logged'), once(child, 'exit')]);
      }
    },
  };
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

const tunnel = (port: number, host: string): string =>
  `[[tunnel]]\nlisten = "127.0.0.1:${port}"\nto = "imap://${host}.example.test"\n`;

async function client(port: number): Promise<{ socket: net.Socket; hear: () => Promise<string> }> {
  const socket = net.connect(port, '127.0.0.1').setEncoding('latin1');
  await once(socket, 'connect');
  const heard = socket[Symbol.asyncIterator]();
  return { socket, hear: async () => String((await heard.next()).value ?? 'the end') };
}

test('the tunnel daemon carries a client, and tells its log how and how much', async (t) => {
  const port = await freePort();
  const daemon = await startDaemon(t, tunnel(port, 'upgrade'));
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
  const daemon = await startDaemon(t, tunnel(port, 'refusing'));
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
  const daemon = await startDaemon(t, tunnel(first, 'upgrade'));
  await daemon.logged('ready');
  const old = await client(first);
  assert.equal(await old.hear(), '* OK localhost ready\r\n');
  daemon.configure(`${tunnel(first, 'refusing')}${tunnel(second, 'upgrade')}`);
  daemon.process.kill('SIGHUP');
  await daemon.logged('reloaded');
  assert.match(await (await client(first)).hear(), /^\* BYE/);
  assert.match(await (await client(second)).hear(), /^\* OK/);
  old.socket.write('still here');
  assert.equal(await old.hear(), 'still here');
});

test('a faulty file, or an address that is taken, changes nothing on SIGHUP', async (t) => {
  const port = await freePort();
  const daemon = await startDaemon(t, tunnel(port, 'upgrade'));
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
    daemon.process.kill('SIGHUP');
    assert.match(JSON.stringify(await daemon.logged('not reloaded: everything stays as it was')), why);
    assert.match(await (await client(port)).hear(), /^\* OK/);
  }
});

test('SIGTERM lets nobody in, and waits for those who are in to leave', async (t) => {
  const port = await freePort();
  const daemon = await startDaemon(t, tunnel(port, 'upgrade'));
  await daemon.logged('ready');
  const { socket, hear } = await client(port);
  await hear();
  daemon.process.kill('SIGTERM');
  const { connections } = await daemon.logged('ending');
  assert.equal(connections, 1);
  await assert.rejects(client(port), { code: 'ECONNREFUSED' });
  socket.write('last words');
  assert.equal(await hear(), 'last words');
  socket.end();
  assert.deepEqual(await once(daemon.process, 'exit'), [0, null]);
});

test('SIGTERM waits no longer than drain_ms', async (t) => {
  const port = await freePort();
  const daemon = await startDaemon(t, tunnel(port, 'upgrade'), 'drain_ms = 50\n');
  await daemon.logged('ready');
  const { hear } = await client(port);
  await hear();
  daemon.process.kill('SIGTERM');
  assert.deepEqual(await once(daemon.process, 'exit'), [0, null]);
  await assert.rejects(hear(), { code: 'ECONNRESET' });
});

test('the tunnel daemon keeps its limits, also over reloads', async (t) => {
  const port = await freePort();
  const limited = (more: string) => `${tunnel(port, 'upgrade')}${more}`;
  const daemon = await startDaemon(t, limited('connections = 2\n'));
  await daemon.logged('ready');
  const [first, second] = [await client(port), await client(port)];
  for (const each of [first, second]) assert.equal(await each.hear(), '* OK localhost ready\r\n');
  daemon.configure(limited('connections_per_address = 2\nidle_ms = 60000\n'));
  daemon.process.kill('SIGHUP');
  await daemon.logged('reloaded');
  assert.equal(await (await client(port)).hear(), 'the end');
  assert.equal((await daemon.logged('turned away'))['code'], 'too-many');
  first.socket.destroy();
  await daemon.logged('closed');
  assert.equal(await (await client(port)).hear(), '* OK localhost ready\r\n');
});
