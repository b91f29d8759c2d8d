import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createAuthority } from 'hastls/testing';
import { readConfigFile } from '../../dist/daemon/config-file.js';
import { gatewayConfig } from '../../dist/daemon/gateway-config.js';
import { createMetrics } from '../../dist/daemon/metrics.js';
import { freePort } from '../free-port.ts';

// What is in deploy/ fits what it is deployed with.

const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));
const deploy = new URL('../../../../deploy/', import.meta.url);

const examples = readdirSync(new URL('examples/', deploy));

test('there is an example for each of the servers that are promised', () =>
  assert.deepEqual(
    examples.sort(),
    ['dovecot', 'inn', 'postfix', 'postgresql', 'prosody', 'slapd'].map((name) => `${name}.toml`),
  ));

for (const name of examples)
  test(`the example ${name} is a configuration of gateways`, () => {
    const { gateway } = readConfigFile(fileURLToPath(new URL(`examples/${name}`, deploy)), gatewayConfig);
    assert.ok(gateway.length > 0);
  });

test('each example starts as it is, but for ports and certificates', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hastls-examples-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const { cert, key } = createAuthority().issue(['server.example']);
  writeFileSync(join(directory, 'chain.pem'), cert);
  writeFileSync(join(directory, 'key.pem'), key);
  await Promise.all(
    examples.map(async (name) => {
      const ports: number[] = [];
      let text = readFileSync(new URL(`examples/${name}`, deploy), 'utf8').replaceAll('/etc/hastls/tls/', '');
      for (const [listen] of text.matchAll(/^listen = "0\.0\.0\.0:\d+"$/gm)) {
        const port = await freePort();
        ports.push(port);
        text = text.replace(listen, `listen = "127.0.0.1:${port}"`);
      }
      assert.ok(ports.length > 0 && !text.includes('0.0.0.0'), `${name} listens elsewhere`);
      const file = join(directory, name);
      writeFileSync(file, `workers = 1\n${text}`);
      const child = spawn(process.execPath, [BIN, 'gateway', '-c', file], { stdio: ['ignore', 'inherit', 'pipe'] });
      t.after(() => child.kill('SIGKILL'));
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (words) => {
        said += words;
      });
      while (!said.includes('"msg":"ready"')) {
        assert.equal(child.exitCode, null, `${name}: ${said}`);
        await Promise.race([once(child.stderr, 'data'), once(child, 'exit')]);
      }
      for (const port of ports) {
        const socket = net.connect(port, '127.0.0.1');
        await once(socket, 'connect');
        socket.destroy();
      }
    }),
  );
});

test('every metric that the dashboard shows exists, and every metric of ours is shown', async () => {
  const dashboard = readFileSync(new URL('grafana-dashboard.json', deploy), 'utf8');
  const shown = new Set(dashboard.match(/\b(hastls|process)_[a-z_]+/g) ?? []);
  const { registry } = await createMetrics();
  const known = (await registry?.getMetricsAsJSON())?.map(({ name }) => name) ?? [];
  assert.deepEqual(
    [...shown].filter((name) => !known.includes(name)),
    [],
  );
  const unshown = known.filter((name) => name.startsWith('hastls_') && !shown.has(name));
  assert.deepEqual(unshown, ['hastls_worker_pid', 'hastls_draining']);
});

test('the units name commands that there are', () => {
  for (const name of ['gateway', 'tunnel'])
    assert.match(
      readFileSync(new URL(`systemd/hastls-${name}.service`, deploy), 'utf8'),
      new RegExp(`^ExecStart=/usr/bin/hastls ${name} -c /etc/hastls/${name}\\.toml$`, 'm'),
    );
});
