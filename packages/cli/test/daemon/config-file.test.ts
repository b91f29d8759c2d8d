import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConfigFile } from '../../dist/daemon/config-file.js';
import { toToml } from '../../dist/daemon/print-config.js';
import { tunnelConfig } from '../../dist/daemon/tunnel-config.js';

/** What is said of a file, each fault on its line; or the configuration. */
function read(toml: string): unknown {
  const directory = mkdtempSync(join(tmpdir(), 'hastls-config-'));
  try {
    const file = join(directory, 'f.toml');
    writeFileSync(file, toml);
    return readConfigFile(file, tunnelConfig);
  } catch (error) {
    assert.ok(error instanceof Error && 'because' in error && Array.isArray(error.because), String(error));
    return error.because.map((each) => String(each).replace(/^.*f\.toml:/, ''));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const GOOD = '[[tunnel]]\nlisten = "127.0.0.1:1143"\nto = "imap://mail.example"\n';

// biome-ignore format: a table
const FAULTS: readonly (readonly [what: string, toml: string, ...faults: readonly RegExp[]])[] = [
  ['a misspelt key is told with the nearest right one', `drain_mss = 5\n${GOOD}`, /^1: there is no key "drain_mss" here: did you mean "drain_ms"\?$/],
  ['and so in a table of a list', `${GOOD}${GOOD}lisen = "x"\n`, /^7: there is no key "lisen" here: did you mean "listen"\?$/],
  ['a key like no other is told with all there are', `${GOOD}[dns]\ncolour = 1\n`, /^5: there is no key "colour" here: there are resolver, anchors, timeout_ms, pin_secure_zones$/],
  ['all faults are told at once, from top to bottom', `[log]\nlevel = "loud"\n${GOOD}stance = 1\n`, /^2: log\.level: one of "error", "warn", "info", "debug" is wanted$/, /^6: tunnel\[0\]\.stance: one of "cio"/],
  ['what is missing is told where it should be', '\n[[tunnel]]\nto = "imap://a.example"\n', /^2: tunnel\[0\]\.listen: /],
  ['what is missing is called missing', '[[tunnel]]\nlisten = "127.0.0.1:1143"\n', /^1: tunnel\[0\]\.to: it is missing$/],
  ['a word that is nearly right is told with the right one', `${GOOD}stance = "csso"\n`, /^4: tunnel\[0\]\.stance: there is no "csso": did you mean "cso"\?$/],
  ['one bracket is one too few', GOOD.replace('[[tunnel]]', '[tunnel]'), /^1: tunnel: write \[\[tunnel\]\], as there may be many$/],
  ['a number in quotes is none', `watch_ms = "2"\n${GOOD}`, /^1: watch_ms: a number is wanted$/],
  ['a file without a tunnel is none', '', /^1: tunnel: it is missing$/],
  ['an address without a port is none', GOOD.replace(':1143', ''), /^2: tunnel\[0\]\.listen: an address and a port/],
  ['a name is no address', GOOD.replace('127.0.0.1', 'localhost'), /^2: tunnel\[0\]\.listen: an address and a port/],
  ['clients from elsewhere speak in clear, and that has to be meant', GOOD.replace('127.0.0.1', '0.0.0.0'), /^2: tunnel\[0\]\.listen: .*beyond_loopback = true$/],
  ['a certificate without its key is half of it', `${GOOD}cert = "c.pem"\n`, /^4: tunnel\[0\]\.cert: cert and key come together$/],
  ['what is no TOML is told where it ceases to be', `${GOOD}to = \n`, /^5:1: /],
  ['a key that is set twice is told where', `${GOOD}to = "x"\n`, /^4:\d+: /],
  ['what all objects have in common is no key', `${GOOD}[__proto__]\nstance = "cio"\n`, /^4: there is no key "__proto__"$/, /^5: there is no key "__proto__"$/],
  ['nor is it in a table, in quotes, or on the way to another', `log = { "__proto__" = 1 }\n${GOOD}constructor.__proto__.stance = "cio"\n`, /^1: there is no key "__proto__"$/, /^5: there is no key "__proto__"$/],
  ['within a table in one line, too', `log = { level = "info", leven = 1 }\n${GOOD}`, /^1: there is no key "leven" here: did you mean "level"\?$/],
  ['what somebody wrote is not printed raw', `"\\u001b[2J" = 1\n${GOOD}`, /^1: there is no key "\\u\{1b\}\[2J" here/],
];

for (const [what, toml, ...faults] of FAULTS)
  test(`the configuration of a daemon: ${what}`, () => {
    const said = read(toml);
    assert.ok(Array.isArray(said), JSON.stringify(said));
    assert.equal(said.length, faults.length, said.join('\n'));
    for (const [index, fault] of faults.entries()) assert.match(String(said[index]), fault);
  });

test('a configuration is printed as TOML, with what is within after what is not', () => {
  const config = {
    a: 1,
    b: { c: ['x', 'y'], none: undefined },
    d: [{ e: true, f: { g: '\\' } }, { e: false }],
    h: 'i',
  };
  const toml = toToml(config);
  assert.equal(
    toml,
    'a = 1\nh = "i"\n\n[b]\nc = ["x","y"]\n\n[[d]]\ne = true\n\n[d.f]\ng = "\\\\"\n\n[[d]]\ne = false\n',
  );
});
