import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { startWorld, type World } from './world.ts';
import { startZones, type Zones } from './zones.ts';

/** What programs rely on. Strict: a field that is new here is new in the documents too. */
const proof = z.enum(['secure', 'insecure', 'bogus', 'indeterminate']);
const time = z.iso.datetime();
const port = z.int().min(1).max(65_535);
const Failure = z.strictObject({
  v: z.literal(1),
  error: z.string().min(1),
  code: z.string().startsWith('ERR_HASTLS_'),
  because: z.array(z.string()),
});
const Lookup = z.strictObject({
  v: z.literal(1),
  name: z.string().endsWith('.'),
  type: z.string(),
  proof,
  answer: z.enum(['data', 'nodata', 'nxdomain', 'error']),
  rcode: z.string().nullable(),
  records: z.array(z.strictObject({ name: z.string(), type: z.string(), ttl: z.int().min(0), data: z.string() })),
  aliases: z.array(z.string()),
  expires: time.nullable(),
  ede: z.array(z.strictObject({ code: z.int(), text: z.string() })),
  because: z.array(z.string()).min(1),
});
const Attempt = z.strictObject({
  do: z.enum(['tls', 'upgrade', 'plaintext']),
  port,
  unauthenticated: z.literal(true).optional(),
});
const Explain = z.strictObject({
  v: z.literal(1),
  service: z.string(),
  host: z.string(),
  stance: z.enum(['cio', 'cso', 'cfb']),
  proof,
  plan: z.array(Attempt),
  refused: z.boolean(),
  flags: z.array(z.string()),
  because: z.array(z.strictObject({ rule: z.string().regex(/^[RSAF]\d+$/), text: z.string() })).min(1),
});
const words = z.string().min(1);
const comesThrough = z.boolean().nullable();
const Doctor = z.strictObject({
  v: z.literal(1),
  health: z.enum(['well', 'ill', 'unknown']),
  upstreams: z.array(
    z.strictObject({
      server: words,
      over: z.enum(['udp', 'tcp', 'tls', 'https']),
      silent: words.nullable(),
      edns: z.boolean().nullable(),
      validates: z.boolean(),
      passes: z.strictObject({
        keys: comesThrough,
        signatures: comesThrough,
        delegations: comesThrough,
        absences: comesThrough,
      }),
      refusals: z.array(words),
    }),
  ),
  clock: z.strictObject({
    now: time,
    released: time,
    signatures: z.strictObject({ from: time, until: time }).nullable(),
  }),
  anchors: z.array(
    z.strictObject({
      zone: words,
      keyTag: z.int(),
      algorithm: z.int(),
      state: z.enum(['validated', 'present', 'revoked', 'absent', 'unknown']),
    }),
  ),
  proofs: z.array(
    z.strictObject({
      name: words,
      type: words,
      proof,
      answer: z.enum(['data', 'nodata', 'nxdomain', 'error']),
      because: z.array(words).min(1),
    }),
  ),
  findings: z.array(
    z.strictObject({
      about: z.enum(['upstreams', 'clock', 'anchors', 'proofs']),
      level: z.enum(['fine', 'mind', 'wrong']),
      text: words,
      fix: words.nullable(),
    }),
  ),
});
const Record = z.strictObject({
  v: z.literal(1),
  name: z.string().endsWith('.'),
  ttl: z.int(),
  type: z.int(),
  service: z.string(),
  host: z.string(),
  plain: z.int(),
  tls: z.int(),
  preference: z.int(),
  rdata: z.string().regex(/^[0-9a-f]{12}$/),
  data: z.string(),
  native: z.string(),
  rfc3597: z.string(),
  advice: z.array(z.strictObject({ rule: z.string(), text: z.string() })),
});

let zones: Zones;
let world: World;
before(async () => {
  zones = await startZones();
  const DNS = `--resolver ${zones.server.url} --anchors anchors.txt --timeout 1000`;
  world = await startWorld(new Map([['anchors.txt', zones.anchors]]), { DNS });
});
after(async () => {
  await world.end();
  await zones.server.close();
});

const rows: readonly (readonly [command: string, shape: z.ZodType, status: number])[] = [
  ['lookup smtp://mx.example.test $DNS', Lookup, 0],
  ['lookup www.example.test AAAA $DNS', Lookup, 0],
  ['lookup nobody.example.test TLSA $DNS', Lookup, 0],
  ['lookup smtp://mx.unsigned.test $DNS', Lookup, 0],
  ['lookup smtp://mx.forged.test $DNS', Lookup, 3],
  ['lookup smtp://mx.silent.test $DNS --timeout 300', Lookup, 4],
  ['lookup smtp://mx.example.test --resolver nonsense', Failure, 2],
  ['explain smtp://mx.example.test $DNS', Explain, 0],
  ['explain smtp://mx.example.test $DNS --stance cio', Explain, 0],
  ['explain imap://news.example.test $DNS --stance cfb', Explain, 0],
  ['explain smtp://mx.forged.test $DNS --stance cfb', Explain, 3],
  ["explain smtp://host --suppose '25 0 1' --stance cfb", Explain, 1],
  ["explain smtp://host --suppose '25 25 0' --suppose-proof indeterminate", Explain, 4],
  ['explain gopher://host', Failure, 2],
  ['doctor mx.example.test $DNS', Doctor, 0],
  ['doctor mx.forged.test $DNS', Doctor, 1],
  ['doctor --resolver udp://127.0.0.1:9 --timeout 500', Doctor, 4],
  ['doctor --resolver nonsense', Failure, 2],
  ['record smtp://mx.example.test --plain 25 --tls 25 --preference 0', Record, 0],
  ['record smtp://mx.example.test --plain 0 --tls 0 --preference 0', Failure, 2],
  ['connect smtp://mx.forged.test --stance cio $DNS', Failure, 3],
  ['connect smtp://mx.silent.test --stance cio $DNS', Failure, 4],
];
for (const [command, shape, status] of rows)
  test(`one JSON object on stdout: hastls ${command} --json`, async () => {
    const ran = await world.run(`hastls ${command} --json`);
    assert.equal(ran.stdout.split('\n').length, 2, 'one line');
    shape.parse(JSON.parse(ran.stdout));
    assert.equal(ran.status, status, ran.stderr);
  });
