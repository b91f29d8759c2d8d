import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { HastlsError } from 'hastls';
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
