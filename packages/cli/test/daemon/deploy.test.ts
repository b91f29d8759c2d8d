import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readConfigFile } from '../../dist/daemon/config-file.js';
import { gatewayConfig } from '../../dist/daemon/gateway-config.js';
import { createMetrics } from '../../dist/daemon/metrics.js';

// What is in deploy/ fits what it is deployed with.

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
