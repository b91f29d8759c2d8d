import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createAuthority } from 'hastls/testing';
import { freePort } from '../free-port.ts';
import { startWorld } from '../world.ts';
import { startZones } from '../zones.ts';

// A gateway's file, and what is published under the names in it.

const PUBLISHED = `front A 127.0.0.1
_imap._tcp.front HASTLS 143 143 1
_imap._tcp.front HASTLS 0 993 1
strict A 127.0.0.1
_imap._tcp.strict HASTLS 143 143 1
both A 127.0.0.1
_imap._tcp.both HASTLS 143 143 0
lax A 127.0.0.1
_imap._tcp.lax HASTLS 143 143 1
new A 127.0.0.1`;

const gateway = (port: number, name: string, mode: string, more = '') => `[[gateway]]
listen = "127.0.0.1:${port}"
public_ports = [${mode === 'implicit' ? 993 : 143}]
protocol = "imap"
mode = "${mode}"
name = "${name}"
backend = "127.0.0.1:1"
certificates = [{ cert = "chain.pem", key = "key.pem" }]
${more}`;

async function world(t: TestContext, toml: string) {
  const zones = await startZones(PUBLISHED);
  const { cert, key } = createAuthority().issue(['front.example.test']);
  const dns = `[dns]\nresolver = ["${zones.server.url}"]\nanchors = "anchors.txt"\n`;
  const made = await startWorld(
    new Map([
      ['g.toml', `${dns}${toml}`],
      ['anchors.txt', zones.anchors],
      ['chain.pem', cert],
      ['key.pem', key],
    ]),
  );
  t.after(async () => {
    await made.end();
    await zones.server.close();
  });
  return made;
}

test('[A37] --check-record says of each name whether what is published is what is served, and what to publish', async (t) => {
  const [one, two, three, four] = [1, 2, 3, 4].map((number) => 20_000 + number) as [number, number, number, number];
  const { run } = await world(
    t,
    [
      gateway(one, 'front.example.test', 'require'),
      gateway(two, 'front.example.test', 'implicit'),
      gateway(three, 'lax.example.test', 'prefer'),
      gateway(four, 'new.example.test', 'require'),
    ].join(''),
  );
  const { stdout, status } = await run('hastls gateway -c g.toml --check-record');
  assert.equal(
    stdout,
    `_imap._tcp.front.example.test: says what is served
_imap._tcp.lax.example.test:
  contradiction: it promises that there is no plaintext, and port 143 serves it [A37]
  what is served would be said by
    _imap._tcp.lax.example.test. 300 IN HASTLS 143 143 0
_imap._tcp.new.example.test:
  advice: nothing is promised, and a client may do without TLS [R19]
  what is served would be said by
    _imap._tcp.new.example.test. 300 IN HASTLS 143 143 1
`,
  );
  assert.equal(status, 1);
  const object = JSON.parse((await run('hastls gateway -c g.toml --check-record --json')).stdout);
  assert.deepEqual(
    [object.v, object.records.length, object.records[1].found[0].rule, object.records[1].publish],
    [1, 3, 'A37', ['_imap._tcp.lax.example.test. 300 IN HASTLS 143 143 0']],
  );
});

// biome-ignore format: a table
const STATUSES: readonly (readonly [what: string, name: string, mode: string, status: number])[] = [
  ['what is promised is served', 'front', 'require', 1], // but not all of it: port 993 is missing
  ['all that is promised is served', 'strict', 'require', 0],
  ['nothing is promised', 'new', 'require', 1],
  ['more is promised than is served', 'both', 'require', 1],
];

for (const [what, name, mode, expected] of STATUSES)
  test(`--check-record ends with ${expected} where ${what}: ${name}`, async (t) => {
    const { run } = await world(t, gateway(20_000, `${name}.example.test`, mode));
    const { stdout, status } = await run('hastls gateway -c g.toml --check-record');
    assert.equal(status, expected, stdout);
  });

test('[A22] --check-record takes no unsigned record for a promise', async (t) => {
  const { run } = await world(t, gateway(20_000, 'lax.unsigned.test', 'prefer'));
  const { stdout, status } = await run('hastls gateway -c g.toml --check-record');
  assert.match(stdout, /nobody can believe what it says \[A22\]/);
  assert.equal(status, 1);
});

test('--check-record of gateways without a name is wrong usage, as it would compare nothing', async (t) => {
  const { run } = await world(t, gateway(20_000, 'x', 'require').replace(/^(name|public_ports).*\n/gm, ''));
  const { stdout, stderr, status } = await run('hastls gateway -c g.toml --check-record');
  assert.match(stderr, /g\.toml has no gateway with a name that a record could stand under/);
  assert.deepEqual([stdout, status], ['', 2]);
});

test('[A37] a contradiction is logged when a gateway starts; with enforce_record it does not start', async (t) => {
  const port = await freePort();
  const { run } = await world(t, gateway(port, 'lax.example.test', 'prefer'));
  // it ends when it has said both
  const script =
    'hastls gateway -c g.toml 2>log & while ! (grep -q ready log && grep -q differs log); do sleep 0.05; done; kill $!; cat log';
  const { stdout } = await run(script);
  const line = stdout.split('\n').find((each) => each.includes('record differs from what is served')) ?? '{}';
  const { level, found, publish } = JSON.parse(line);
  assert.deepEqual([level, publish], [50, ['_imap._tcp.lax.example.test. 300 IN HASTLS 143 143 0']]);
  assert.match(String(found), /^contradiction: it promises that there is no plaintext/);
  const enforced = await run('echo "enforce_record = true" >>g.toml; hastls gateway -c g.toml');
  assert.equal(enforced.status, 1);
  assert.match(enforced.stderr, /contradicts what is to be served \(ERR_HASTLS_POLICY\)\n {2}contradiction: .*\[A37\]/);
  assert.doesNotMatch(enforced.stderr, /"ready"/);
});
