import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { HastlsError, lookup } from 'hastls';
import { createTunnel } from 'hastls/serve';

const loadedBy = (code: string): readonly string[] =>
  JSON.parse(
    execFileSync(
      process.execPath,
      ['--input-type=module', '-e', `${code}; console.log(JSON.stringify(process.moduleLoadList))`],
      {
        encoding: 'utf8',
      },
    ),
  );

test('importing the library loads neither sockets nor TLS: whoever connects or asks does', () => {
  const loaded = loadedBy("await import('hastls')");
  for (const name of ['net', 'tls', 'dgram', 'http2', 'crypto'])
    assert.ok(!loaded.includes(`NativeModule ${name}`), `${name} is loaded by the import`);
});

/** Octets of a module and of all that it imports at once. */
function octetsWith(url: string): number {
  const code = readFileSync(new URL(url), 'utf8');
  const imported = [...code.matchAll(/\bfrom *["'](\.[^"']+)["']/g)].map(([, path = '']) =>
    octetsWith(new URL(path, url).href),
  );
  return imported.reduce((sum, octets) => sum + octets, code.length);
}

test('importing the library reads next to nothing: each call loads what it needs', () => {
  assert.ok(octetsWith(import.meta.resolve('hastls/profiles')) > 40_000, 'the count sees what is imported');
  const octets = octetsWith(import.meta.resolve('hastls'));
  assert.ok(octets < 4000, `${octets} octets are read by the import`);
});

test('an error that nobody catches shows the line that it comes from, and not all of the library', () => {
  const code = "import { connect } from 'hastls'; await connect('gopher9://mail.example')";
  const { stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /"gopher9" is no service that hastls knows/);
  assert.ok(Math.max(...stderr.split('\n').map((line) => line.length)) < 300, stderr);
});

test('lookup() of what is no name is refused, and nobody is asked', () =>
  assert.rejects(lookup('mail..example', 'A'), { code: 'ERR_HASTLS_OPTION' }));

test('an error is a HastlsError, whichever entry of the package it comes from', () => {
  let error: unknown;
  try {
    createTunnel({ to: 'gopher9://mail.example' });
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(error instanceof HastlsError);
  assert.ok(!(new Error('another') instanceof HastlsError));
});
