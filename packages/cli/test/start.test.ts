import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const bin = new URL('../dist/bin.js', import.meta.url).href;

test('the list of commands is shown without loading sockets, TLS, or what starts programs', () => {
  const code = `import { writeSync } from 'node:fs';
    process.on('exit', () => writeSync(2, JSON.stringify(process.moduleLoadList)));
    process.argv.push('hastls', '--help');
    await import(${JSON.stringify(bin)});`;
  // nobody reads stdout: were it a pipe, it would be a socket
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const loaded: unknown = JSON.parse(String(stderr));
  assert.ok(Array.isArray(loaded) && loaded.includes('NativeModule fs'));
  for (const name of ['net', 'tls', 'dgram', 'child_process', 'crypto'])
    assert.ok(!loaded.includes(`NativeModule ${name}`), `${name} is loaded by --help`);
});
