import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createAuthority } from 'hastls/testing';
import { readConfigFile } from '../../dist/daemon/config-file.js';
import { gatewayConfig } from '../../dist/daemon/gateway-config.js';
import { startWorld, type World } from '../world.ts';

const HEAD = '[[gateway]]\nlisten = "127.0.0.1:2525"\nprotocol = "smtp"\nmode = "prefer"\n';
const CERTIFICATES = 'certificates = [{ cert = "chain.pem", key = "key.pem" }]\n';
const GOOD = `${HEAD}${CERTIFICATES}`;
const BACKEND = 'backend = "127.0.0.1:25"\n';
const KEY = `${'A'.repeat(43)}=`;

async function world(t: TestContext, toml: string): Promise<World> {
  const { certificate, issue } = createAuthority();
  const { cert, key } = issue(['server.example']);
  const made = await startWorld(
    new Map([
      ['g.toml', toml],
      ['chain.pem', cert],
      ['key.pem', key],
      ['ca.pem', certificate],
    ]),
  );
  t.after(() => made.end());
  return made;
}

// biome-ignore format: a table
const FAULTS: readonly (readonly [what: string, toml: string, fault: RegExp])[] = [
  ['a gateway without a backend', GOOD, /:1: gateway\[0\]\.backend/],
  ['a backend that is the gateway itself', `${GOOD}backend = ["127.0.0.1:25", "127.0.0.1:2525"]\n`, /:6: gateway\[0\]\.backend\[1\]: this is where the gateway itself listens$/],
  ['and so where it listens everywhere', `${GOOD.replace('127.0.0.1', '0.0.0.0')}backend = "127.0.0.1:2525"\n`, /:6: gateway\[0\]\.backend\[0\]: this is where the gateway itself listens$/],
  ['a backend that is no address', `${GOOD}backend = "here"\n`, /:6: gateway\[0\]\.backend\[0\]\.to: an address and a port/],
  ['one of several', `${GOOD}backend = ["127.0.0.1:1", "x"]\n`, /:6: gateway\[0\]\.backend\[1\]\.to: an address and a port/],
  ['a misspelt key of a backend', `${GOOD}backend = { to = "127.0.0.1:1", introduc = "x" }\n`, /:6: there is no key "introduc" here: did you mean "introduce"\?$/],
  ['a misspelt key of one of several', `${GOOD}[[gateway.backend]]\nto = "127.0.0.1:1"\n[[gateway.backend]]\nto = "127.0.0.1:2"\nintroduc = "x"\n`, /:10: there is no key "introduc" here: did you mean "introduce"\?$/],
  ['trust without TLS', `${GOOD}backend = { to = "127.0.0.1:1", ca = "ca.pem" }\n`, /:6: gateway\[0\]\.backend\[0\]\.ca: it goes with tls/],
  ['TLS to a path for nobody', `${GOOD}backend = { to = "unix:/x", tls = "implicit" }\n`, /:6: .*tls: a path is no name/],
  ['half an identity', `${GOOD}backend = { to = "127.0.0.1:1", tls = "implicit", cert = "c.pem" }\n`, /:6: .*cert: cert and key come together/],
  ['a pin that is none', `${GOOD}backend = { to = "127.0.0.1:1", tls = "implicit", pins = ["x"] }\n`, /:6: .*pins\[0\]: SHA-256/],
  ['a way of introduction that is none', `${GOOD}backend = { to = "127.0.0.1:1", introduce = "proxy" }\n`, /:6: .*introduce: .*"proxy-v1"/],
  ['XCLIENT where there is none', `${GOOD.replace('smtp', 'nntp')}backend = { to = "127.0.0.1:1", introduce = "xclient" }\n`, /:6: gateway\[0\]\.backend\[0\]: nntp has no words for who the client is/],
  ['an upgrade that nobody can stand in for', `${GOOD.replace('smtp', 'mysql').replace('prefer', 'implicit')}backend = { to = "127.0.0.1:1", tls = "in-band" }\n`, /:6: gateway\[0\]\.backend\[0\]: mysql cannot be upgraded on the way to it/],
  ['a network that is none', `${GOOD}${BACKEND}proxy_from = ["127.0.0.0/33"]\n`, /:7: gateway\[0\]\.proxy_from\[0\]: an address, a network/],
  ['client certificates that nobody vouches for', `${GOOD}${BACKEND}clients = { optional = true }\n`, /:7: gateway\[0\]\.clients\.ca/],
  ['a name of a client that is none', `${GOOD}${BACKEND}clients = { ca = "ca.pem", names = ["joe"] }\n`, /:7: .*names\[0\]: a name like "dns:/],
  ['data by a path', `${GOOD.replace('smtp', 'ftp')}backend = "unix:/ftp"\n`, /:6: gateway\[0\]\.backend\[0\]: ftp has data on ports beside it/],
  ['data that nobody protects on the way to it', `${GOOD.replace('smtp', 'ftp').replace('prefer', 'implicit')}backend = { to = "127.0.0.1:21", tls = "implicit" }\n`, /:6: gateway\[0\]\.backend\[0\]: ftp has data on ports beside it/],
  ['data that nobody announces', `${GOOD.replace('smtp', 'ftp')}${BACKEND}proxy_from = ["192.0.2.1"]\n`, /:7: gateway\[0\]\.proxy_from: nobody announces the connections/],
  ['ports for data where there are none', `${GOOD}${BACKEND}data_ports = [1, 2]\n`, /:7: gateway\[0\]\.data_ports: smtp has no data on ports beside it/],
  ['ports for data the wrong way round', `${GOOD.replace('smtp', 'ftp')}${BACKEND}data_ports = [2, 1]\n`, /:7: gateway\[0\]\.data_ports: the first port is wanted/],
  ['a public name of what has no protocol', `${GOOD.replace('protocol = "smtp"\n', '').replace('prefer', 'implicit')}${BACKEND}name = "a.example"\n`, /:6: gateway\[0\]\.name: a record is of a protocol/],
];

for (const [what, toml, fault] of FAULTS)
  test(`the configuration of a gateway: ${what} is told with its place`, (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'hastls-config-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const file = join(directory, 'g.toml');
    writeFileSync(file, toml);
    assert.throws(
      () => readConfigFile(file, gatewayConfig),
      ({ because }: { because: readonly string[] }) => because.length === 1 && fault.test(because[0] ?? ''),
    );
  });

test('the example of the documentation can be used', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hastls-config-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const document = readFileSync(new URL('../../../../docs/GATEWAY.md', import.meta.url), 'utf8');
  const [first = '', second = '', third = ''] = [...document.matchAll(/^```toml\n([\s\S]*?)^```/gm)].map(
    ([, toml]) => toml,
  );
  const [strings = '', tables = ''] = second.split('\n\n');
  const file = join(directory, 'g.toml');
  for (const toml of [
    first,
    first.replace(/^backend.*\n/m, `${strings}\n${third}`),
    first.replace(/^backend.*\n/m, '') + tables,
  ]) {
    writeFileSync(file, toml);
    assert.ok(readConfigFile(file, gatewayConfig).gateway[0]?.backend.length);
  }
});

test('files that a gateway needs and that are not there, or are no certificates, are told', async (t) => {
  const { run } = await world(t, `${GOOD}${BACKEND}clients = { ca = "none.pem" }\n`);
  assert.match(
    (await run('hastls gateway -c g.toml --check')).stderr,
    /names a file that cannot be read: ENOENT.*none\.pem/,
  );
  const { status, stderr } = await run('sed -i s/none.pem/g.toml/ g.toml; hastls gateway -c g.toml --check');
  assert.match(stderr, /g\.toml names a file without a certificate: g\.toml/);
  assert.equal(status, 2);
});

const PEM = { type: 'pkcs8', format: 'pem' } as const;
for (const [kind, { privateKey }] of [
  ['of the same kind', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ['of another kind, which OpenSSL does not mind', generateKeyPairSync('rsa', { modulusLength: 2048 })],
] as const)
  test(`a key that is not the certificate's is told: one ${kind}`, async (t) => {
    const { run } = await world(t, `${GOOD}${BACKEND}`);
    assert.equal((await run('hastls gateway -c g.toml --check')).status, 0);
    const { status, stderr } = await run(
      'cat >key.pem; hastls gateway -c g.toml --check',
      String(privateKey.export(PEM)),
    );
    assert.match(stderr, /g\.toml names certificates that cannot be used: chain\.pem with key\.pem/);
    assert.equal(status, 2);
  });

test('everything that a gateway can be told is printed as it can be read again, with every default', async (t) => {
  const all = `${GOOD}name = "mail.example"
public_ports = [25]
proxy_from = ["192.0.2.0/24", "::1", "unix:"]
backend_order = "in-turns"
enforce_record = true
clients = { ca = "ca.pem", optional = true, pins = ["${KEY}"], names = ["email:*@example.org"] }
[[gateway.backend]]
to = "unix:/run/x"
tls = "in-band"
name = "inner.example"
ca = "ca.pem"
cert = "chain.pem"
key = "key.pem"
pins = ["${KEY}"]
introduce = "xclient"
[[gateway.backend]]
to = "[::1]:25"
introduce = "proxy-v2"
`;
  const { run } = await world(t, all);
  const first = await run('hastls gateway -c g.toml --print-config');
  assert.equal(first.status, 0, first.stderr);
  for (const line of ['to = "unix:/run/x"', 'introduce = "proxy-v2"', 'backend_order = "in-turns"', 'dial_ms = 10000'])
    assert.ok(first.stdout.includes(`${line}\n`), line);
  const directory = mkdtempSync(join(tmpdir(), 'hastls-config-'));
  t.after(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'again.toml'), first.stdout);
  const again = await run(`hastls gateway -c ${directory}/again.toml --print-config`);
  assert.equal(again.stdout, first.stdout);
  assert.match((await run('hastls gateway -c g.toml --check')).stdout, /nothing wrong/);
});
