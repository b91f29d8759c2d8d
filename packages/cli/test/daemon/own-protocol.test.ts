import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { createAuthority } from 'hastls/testing';
import { freePort } from '../free-port.ts';
import { startWorld } from '../world.ts';
import { startZones } from '../zones.ts';

// A protocol that nobody knows, as data in the files of everybody who has to do with it: a server without TLS behind a
// gateway, a client without TLS before a tunnel, and `hastls connect`.

const PROTOCOL = `[[protocol]]
name = "clock"
ports = { plain = [7777] }
ok = "200 go ahead"
required = "401 TLS first"
unknown = "500 what?"
lockstep = true
`;

test('a protocol of data is served by a gateway, carried by a tunnel, and asked by connect', async (t) => {
  const backend = await listening(t, (line) => (line === 'TIME' ? '200 noon' : '500 what?'));
  const [gatewayPort, tunnelPort] = [await freePort(), await freePort()];
  const zones = await startZones(`clock A 127.0.0.1\n_clock._tcp.clock HASTLS ${gatewayPort} ${gatewayPort} 1`);
  t.after(() => zones.server.close());
  const authority = createAuthority();
  const { cert, key } = authority.issue(['clock.example.test']);
  const gateway = `[[gateway]]
listen = "127.0.0.1:${gatewayPort}"
protocol = "clock"
mode = "require"
backend = "127.0.0.1:${backend}"
certificates = [{ cert = "chain.pem", key = "key.pem" }]
`;
  const tunnel = `[dns]
resolver = ["${zones.server.url}"]
anchors = "anchors.txt"
[[tunnel]]
listen = "127.0.0.1:${tunnelPort}"
to = "clock://clock.example.test"
ca = "ca.pem"
`;
  const files = new Map([
    ['own.toml', PROTOCOL],
    ['gateway.toml', `${PROTOCOL}${gateway}`],
    ['tunnel.toml', `${PROTOCOL}${tunnel}`],
    ['mistaken.toml', PROTOCOL.replace('401', '500')],
    ['chain.pem', String(cert)],
    ['key.pem', String(key)],
    ['ca.pem', authority.certificate],
    ['anchors.txt', zones.anchors],
  ]);
  await daemon(t, 'gateway', files);
  await daemon(t, 'tunnel', files);

  assert.equal(await ask(tunnelPort, 'TIME'), '200 noon');
  assert.equal(await ask(gatewayPort, 'TIME'), '401 TLS first');

  const world = await startWorld(files);
  t.after(() => world.end());
  const how = `--resolver ${zones.server.url} --anchors anchors.txt --ca ca.pem`;
  const asked = await world.run(`hastls connect clock://clock.example.test --profile own.toml ${how}`, 'TIME\r\n');
  assert.deepEqual([asked.stdout, asked.status], ['200 noon\r\n', 0]);
  const explained = await world.run(`hastls explain clock://clock.example.test --profile own.toml ${how}`);
  assert.match(explained.stdout, /_clock\._tcp\.clock\.example\.test\. 300 IN HASTLS/);
  const unknown = await world.run(`hastls connect dial://clock.example.test --profile own.toml ${how}`);
  assert.match(unknown.stderr, /own\.toml has no protocol for dial:.*\n +there is clock\n/);
  const mistaken = await world.run(`hastls connect clock://clock.example.test --profile mistaken.toml ${how}`);
  assert.match(mistaken.stderr, /mistaken\.toml:4: protocol\[0\]\.ok: ok, required and unknown need three different/);
  assert.equal(mistaken.status, 2);
});

test('[S9] [S10] [S14] an old server of which nobody knows how it answers has TLS before all else', async (t) => {
  const backend = await listening(t, (line) => (line === 'LIST' ? '200 two\r\none\r\ntwo\r\n.' : '500 what?'));
  const port = await freePort();
  const authority = createAuthority();
  const { cert, key } = authority.issue(['clock.example.test']);
  const gateway = (mode: string): string => `${PROTOCOL.replace('lockstep = true\n', '')}[[gateway]]
listen = "127.0.0.1:${port}"
protocol = "clock"
mode = "${mode}"
backend = "127.0.0.1:${backend}"
certificates = [{ cert = "chain.pem", key = "key.pem" }]
`;
  const files = new Map([
    ['gateway.toml', gateway('require')],
    ['prefer.toml', gateway('prefer')],
    ['chain.pem', String(cert)],
    ['key.pem', String(key)],
  ]);
  await daemon(t, 'gateway', files);

  for (const [say, told] of [
    ['LIST', '401 TLS first'],
    ['TLS', '200 go ahead'],
  ] as const) {
    const socket = net.connect(port, '127.0.0.1');
    socket.write(`${say}\r\n`);
    assert.equal(String((await once(socket, 'data'))[0]), `${told}\r\n`);
    const peer = tls.connect({ socket, servername: 'clock.example.test', ca: authority.certificate });
    await once(peer, 'secureConnect');
    peer.write('LIST\r\n');
    let heard = '';
    while (!heard.endsWith('.\r\n')) heard += String((await once(peer, 'data'))[0]);
    assert.equal(heard, '200 two\r\none\r\ntwo\r\n.\r\n');
    peer.destroy();
  }
  const old = net.connect(port, '127.0.0.1').setEncoding('latin1');
  old.write('LIST\r\n');
  assert.equal(String((await once(old, 'data'))[0]), '401 TLS first\r\n');
  old.write('LIST\r\n');
  assert.equal(String(await old.toArray()), '');

  const world = await startWorld(files);
  t.after(() => world.end());
  const refused = await world.run('hastls gateway -c prefer.toml --check');
  assert.match(refused.stderr, /gateway\[0\]\.mode: with clock TLS has to come before all else: it does not say that/);
});

const DOCUMENT = readFileSync(new URL('../../../../docs/PROTOCOL-OF-YOUR-OWN.md', import.meta.url), 'utf8');
for (const [, toml = ''] of DOCUMENT.matchAll(/^```toml\n([\s\S]*?)^```/gm)) {
  const [, name = ''] = /^name = "(\w+)"/m.exec(toml) ?? [];
  test(`docs/PROTOCOL-OF-YOUR-OWN.md: ${name} is a protocol`, async (t) => {
    const world = await startWorld(new Map([['own.toml', toml]]));
    t.after(() => world.end());
    const supposed = await world.run(
      `hastls explain ${name}://host.example --profile own.toml --suppose '7 7 1' --stance cso`,
    );
    assert.match(supposed.stdout, /in-band upgrade on port 7: authenticated TLS only/, supposed.stderr);
  });
}

/** Starts `hastls gateway` or `hastls tunnel` with its file, and waits until it serves. */
async function daemon(t: TestContext, command: string, files: ReadonlyMap<string, string>): Promise<ChildProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'hastls-own-'));
  for (const [name, text] of files) writeFileSync(join(directory, name), text);
  const bin = new URL('../../dist/bin.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [bin, command, '-c', join(directory, `${command}.toml`)], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  t.after(() => {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true });
  });
  for await (const text of child.stderr.setEncoding('utf8').iterator({ destroyOnReturn: false }))
    if (/"ready"/.test(text)) return child;
    else if (/error/.test(text)) break;
  throw new Error(`hastls ${command} does not come up`);
}

/** A line server on loopback. */
async function listening(t: TestContext, answer: (line: string) => string): Promise<number> {
  const server = net.createServer((socket) => {
    socket.on('error', () => {}).on('data', (said) => socket.write(`${answer(String(said).trimEnd())}\r\n`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as net.AddressInfo).port; // as: it listens on TCP
}

/** Says one line in clear, and gives what is answered. */
async function ask(port: number, line: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1').setEncoding('latin1');
  socket.write(`${line}\r\n`);
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return String(answer).trimEnd();
}
