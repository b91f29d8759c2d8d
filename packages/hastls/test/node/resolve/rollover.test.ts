import assert from 'node:assert/strict';
import { chmod, chown, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { text } from '#core/bytes/index.js';
import { ROOT, TYPE } from '#core/dns/index.js';
import { readAnchorsState } from '#core/dnssec/index.js';
import { BUILD_DATE } from '#node/resolve/build-date.js';
import { createResolver, type ResolverOptions } from '#node/resolve/index.js';
import { resolverOf } from '#node/resolve/resolver.js';
import { toSettings } from '#node/resolve/settings.js';
import {
  type Attack,
  attacked,
  createHierarchy,
  createZoneKey,
  dsRdata,
  revoke,
  spoilSignatures,
  startDnsServer,
  staySilent,
  stripSignatures,
  type ZoneKey,
} from '#node/testing/index.js';

const AT = 1_780_000_000;
const DAY = 86_400;

const [k1, k2, k3, thief] = [createZoneKey(), createZoneKey(), createZoneKey(), createZoneKey()];
const nameOf = (rdata: Uint8Array): string => {
  const index = [k1, k2, k3, thief].findIndex((key) => text(key.rdata.subarray(4)) === text(rdata.subarray(4)));
  return `k${index + 1}`;
};

/** A machine that keeps its state in a file, and is used from day to day. */
interface Machine {
  readonly file: string;
  readonly folder: string;
  /** What a look-up proves on that day, when the root has these keys, and what the file then says of each key. */
  on(day: number, keys: readonly ZoneKey[], attack?: Attack, options?: Partial<ResolverOptions>): Promise<string>;
}

const anchors = [{ zone: ROOT, record: { name: ROOT, type: TYPE.DS, class: 1, ttl: 0, rdata: dsRdata(ROOT, k1) } }];

async function withMachine(body: (machine: Machine) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hastls-rollover-'));
  const file = join(folder, 'anchors.json');
  try {
    await body({
      file,
      folder,
      async on(day, keys, attack = (honest) => honest, options = {}) {
        const at = AT + day * DAY;
        const { answer } = createHierarchy({
          at,
          zones: [
            { apex: '.', keys },
            { apex: 'test.', records: 'host A 192.0.2.1' },
          ],
        });
        const server = await startDnsServer(attacked(answer, attack));
        const resolver = createResolver({
          servers: [server.url],
          anchors,
          anchorsState: file,
          at,
          timeoutMs: 2000,
          ...options,
        });
        try {
          const { proof } = await resolver.lookup('host.test', 'A');
          return `${proof}: ${await stateIn(file)}`;
        } finally {
          resolver.close();
          await server.close();
        }
      },
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function stateIn(file: string): Promise<string> {
  const read = readAnchorsState(await readFile(file, 'utf8').catch(() => '{"v":1,"zones":[]}'));
  assert.ok(read.ok);
  const keys = read.value.flatMap((zone) => zone.keys).map(({ record, state }) => `${nameOf(record.rdata)} ${state}`);
  return keys.sort().join(', ');
}

test('[RFC5011] a machine that begins with one key follows the root through two rollovers, as days go by', () =>
  withMachine(async ({ on }) => {
    const old = revoke(k1);
    assert.equal(await on(0, [k1]), 'secure: k1 valid');
    assert.equal(await on(10, [k1, k2]), 'secure: k1 valid, k2 pending');
    assert.equal(await on(30, [k1, k2]), 'secure: k1 valid, k2 pending');
    assert.equal(await on(41, [k1, k2]), 'secure: k1 valid, k2 valid');
    assert.equal(await on(50, [k2]), 'secure: k1 missing, k2 valid');
    assert.equal(await on(60, [k2, old]), 'secure: k1 revoked, k2 valid');
    assert.equal(await on(70, [k1]), 'bogus: k1 revoked, k2 valid');
    assert.equal(await on(91, [k2]), 'secure: k1 removed, k2 valid');
    assert.equal(await on(100, [k2, k3]), 'secure: k1 removed, k2 valid, k3 pending');
    assert.equal(await on(131, [k2, k3]), 'secure: k1 removed, k2 valid, k3 valid');
    assert.equal(await on(140, [k3, revoke(k2)]), 'secure: k1 removed, k2 revoked, k3 valid');
    assert.equal(await on(150, [k1, k3]), 'secure: k1 removed, k2 revoked, k3 valid');
    assert.equal(await on(160, [k1]), 'bogus: k1 removed, k2 revoked, k3 valid');
  }));

test('[RFC5011 §2.4.1] a key that is away for a while waits anew', () =>
  withMachine(async ({ on }) => {
    await on(0, [k1, k2]);
    assert.equal(await on(20, [k1]), 'secure: k1 valid');
    assert.equal(await on(31, [k1, k2]), 'secure: k1 valid, k2 pending');
    assert.equal(await on(62, [k1, k2]), 'secure: k1 valid, k2 valid');
  }));

const attempts: readonly (readonly [what: string, keys: readonly ZoneKey[], attack?: Attack])[] = [
  ['keys of somebody else', [thief]],
  ['a revocation that the key has not signed', [thief, { ...revoke(k1), sign: thief.sign }]],
  ['spoilt signatures', [k1, thief], spoilSignatures],
  ['no signatures', [k1, thief], stripSignatures],
  ['silence', [k1, thief], staySilent],
];
for (const [what, keys, attack] of attempts)
  test(`[RFC5011 §2.2] ${what}: what cannot be verified changes nothing`, () =>
    withMachine(async ({ on, file }) => {
      await on(0, [k1, k2]);
      const before = await readFile(file, 'utf8');
      assert.match(await on(40, keys, attack), /^(bogus|indeterminate): k1 valid, k2 pending$/);
      assert.equal(await readFile(file, 'utf8'), before);
      assert.equal(await on(41, [k2, k1]), 'secure: k1 valid, k2 valid');
    }));

test('[RFC5011 §2.2] nothing that cannot be verified makes a file', () =>
  withMachine(async ({ on, folder }) => {
    assert.equal(await on(0, [thief]), 'bogus: ');
    assert.deepEqual(await readdir(folder), []);
  }));

test('a state that cannot be believed is an error with a code, and is left as it is', () =>
  withMachine(async ({ on, file, folder }) => {
    await on(0, [k1]);
    const half = (await readFile(file, 'utf8')).slice(0, 100);
    await writeFile(file, half);
    await assert.rejects(on(40, [k1]), { code: 'ERR_HASTLS_STATE', blame: 'caller', message: /cannot be believed/ });
    assert.equal(await readFile(file, 'utf8'), half);
    assert.deepEqual(await readdir(folder), ['anchors.json']);
  }));

test('a state that anybody could have written is not believed', () =>
  withMachine(async ({ on, file }) => {
    await on(0, [k1]);
    await chmod(file, 0o666);
    const refusal = { code: 'ERR_HASTLS_STATE', message: /written by anybody/ };
    await assert.rejects(on(40, [k1]), refusal);
    await chmod(file, 0o644);
    if (process.getuid?.() === 0) {
      await chown(file, 12_345, 12_345);
      await assert.rejects(on(40, [k1]), refusal);
      await chown(file, 0, 0);
    }
    assert.equal(await on(40, [k1]), 'secure: k1 valid');
  }));

test('a state that cannot be read or written is an error with a code', () =>
  withMachine(async ({ on, folder, file }) => {
    await assert.rejects(on(0, [k1], undefined, { anchorsState: folder }), { code: 'ERR_HASTLS_STATE' });
    await assert.rejects(on(0, [k1], undefined, { anchorsState: join(folder, 'no', 'where') }), {
      code: 'ERR_HASTLS_STATE',
      message: /cannot be written/,
    });
    assert.equal(await stateIn(file), '');
    assert.deepEqual(await readdir(folder), []);
  }));

test('many at once write whole files, and leave nothing else behind', () =>
  withMachine(async ({ on, folder }) => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => on(0, [k1, k2])));
    assert.deepEqual([...new Set(outcomes)], ['secure: k1 valid, k2 pending']);
    assert.deepEqual(await readdir(folder), ['anchors.json']);
  }));

test('within an hour the keys are not looked at again, and the file stays as it is', () =>
  withMachine(async ({ on, file }) => {
    await on(0, [k1]);
    const before = await readFile(file, 'utf8');
    assert.equal(await on(0.01, [k1, k2]), 'secure: k1 valid');
    assert.equal(await readFile(file, 'utf8'), before);
  }));

test('[RFC5011 §2.1] what is still being proven by a key while that is revoked is not kept', () =>
  withMachine(async ({ file }) => {
    const now = BUILD_DATE + 1_000_000;
    const others = [
      { apex: 'test.', records: 'host A 192.0.2.1\nalias CNAME slow.other.' },
      { apex: 'other.', records: 'slow A 192.0.2.2' },
    ];
    const before = createHierarchy({ at: now, zones: [{ apex: '.', keys: [k1] }, ...others] });
    const after = createHierarchy({ at: now, zones: [{ apex: '.', keys: [k2, revoke(k1)] }, ...others] });
    let [world, isSlow] = [before, true];
    let reached = () => {};
    const server = await startDnsServer((question) => {
      if (question.name !== 'slow.other.') {
        const { answers, ...rest } = world.answer(question) ?? assert.fail();
        return { ...rest, answers: answers.filter(({ name }) => name !== 'slow.other.') };
      }
      reached();
      return isSlow ? undefined : world.answer(question);
    });
    const time = { now };
    const trusted = [k1, k2].flatMap((key) =>
      anchors.map(({ zone, record }) => ({ zone, record: { ...record, rdata: dsRdata(ROOT, key) } })),
    );
    const settings = toSettings({ servers: [server.url], anchors: trusted, anchorsState: file });
    const resolver = resolverOf(settings, { now: () => time.now, elapsedMs: () => 0 });
    const proof = async (name: string) => (await resolver.lookup(name, 'A')).proof;
    try {
      assert.equal(await proof('host.test'), 'secure');
      const read = readAnchorsState(await readFile(file, 'utf8'));
      assert.ok(read.ok);
      time.now = (read.value[0]?.next ?? 0) - 1;
      const isAskedFor = new Promise<void>((resolve) => {
        reached = resolve;
      });
      const slow = proof('alias.test');
      await isAskedFor;
      time.now += 2;
      world = after;
      assert.equal(await proof('nobody.test'), 'secure');
      assert.match(await stateIn(file), /k1 revoked/);
      [world, isSlow] = [before, false];
      assert.equal(await slow, 'secure', 'as it was when it was asked for');
      assert.equal(await proof('alias.test'), 'bogus');
    } finally {
      resolver.close();
      await server.close();
    }
  }));
