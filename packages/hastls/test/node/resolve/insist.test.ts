import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, createResolver } from 'hastls/resolve';
import {
  type Answerer,
  type Attack,
  against,
  attacked,
  createHierarchy,
  type DnsServer,
  type DnsServerOptions,
  ofType,
  spoilSignatures,
  startDnsServer,
  staySilent,
  stripDnssec,
  stripDs,
  stripSignatures,
} from 'hastls/testing';
import { TYPE } from '#core/dns/index.js';

const at = 1_800_000_000;
const { answer, anchors } = createHierarchy({
  at,
  zones: [
    { apex: '.' },
    { apex: 'test.' },
    { apex: 'signed.test.', records: '_smtp._tcp.host HASTLS 25 25 1\nhost A 192.0.2.1' },
    { apex: 'plain.test.', records: 'host A 192.0.2.4', keys: [] },
  ],
});
/** A zone that forgot to sign, whomever one asks. */
const forgetful: Attack = against(({ name }) => name === 'host.signed.test.', stripSignatures);

interface Counted extends DnsServer {
  readonly asked: () => number;
}

async function withServers(
  served: readonly (readonly [answer: Answerer, options?: DnsServerOptions])[],
  body: (servers: readonly Counted[]) => Promise<void>,
): Promise<void> {
  const servers = await Promise.all(
    served.map(async ([each, options]): Promise<Counted> => {
      let asked = 0;
      const server = await startDnsServer((question) => {
        asked++;
        return each(question);
      }, options);
      return { ...server, asked: () => asked };
    }),
  );
  try {
    await body(servers);
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

const resolverAt = (servers: readonly DnsServer[], timeoutMs = 5000) =>
  createResolver({ servers: servers.map(({ url }) => url), anchors, at, timeoutMs });
const inBrief = ({ proof, answer: found }: Answer): string => `${proof} ${found}`;
const noTcp: DnsServerOptions = { tcp: false };

const thieves: readonly (readonly [what: string, attack: Attack])[] = [
  ['all signatures', stripSignatures],
  ['all of DNSSEC', stripDnssec],
  ['DS records', stripDs],
  ['the signatures of keys', against(ofType(TYPE.DNSKEY), stripSignatures)],
  ['the signatures of the record', against(ofType(65_400), stripSignatures)],
];
for (const [what, attack] of thieves) {
  test(`an upstream that leaves out ${what}: the next one is asked, and the first one named`, () =>
    withServers([[attacked(answer, attack), noTcp], [answer]], async (servers) => {
      const found = await resolverAt(servers).lookup('_smtp._tcp.host.signed.test', 'HASTLS');
      assert.equal(inBrief(found), 'secure data', found.because.join('\n'));
      assert.match(
        found.because.at(-1) ?? '',
        new RegExp(`^asked again without ${servers[0]?.url} over UDP: signatures were left out$`),
      );
    }));

  test(`[A23] when all upstreams leave out ${what}, nothing is proven`, () =>
    withServers([[attacked(answer, attack)], [attacked(answer, attack)]], async (servers) => {
      const found = await resolverAt(servers).lookup('_smtp._tcp.host.signed.test', 'HASTLS');
      assert.match(inBrief(found), /^(indeterminate|bogus) error$/);
      assert.deepEqual(found.records, []);
      assert.match(found.because.at(-1) ?? '', /in vain$/);
    }));
}

test('an unsigned zone is believed by none who leaves out its proof, and by one who has it', () =>
  withServers([[attacked(answer, stripDnssec), noTcp], [answer]], async (servers) => {
    assert.equal(inBrief(await resolverAt(servers.slice(0, 1)).lookup('host.plain.test', 'A')), 'indeterminate error');
    assert.equal(inBrief(await resolverAt(servers).lookup('host.plain.test', 'A')), 'insecure data');
  }));

test('who left signatures out is asked last from then on', () =>
  withServers([[attacked(answer, stripSignatures), noTcp], [answer]], async (servers) => {
    const resolver = resolverAt(servers);
    await resolver.lookup('host.signed.test', 'A');
    const before = servers[0]?.asked();
    const found = await resolver.lookup('_smtp._tcp.host.signed.test', 'HASTLS');
    assert.equal(inBrief(found), 'secure data');
    assert.doesNotMatch(found.because.join('\n'), /asked again/);
    assert.equal(servers[0]?.asked(), before);
  }));

test('a broken zone is no reason to shun whoever says so', () =>
  withServers([[attacked(answer, forgetful)], [attacked(answer, forgetful)]], async (servers) => {
    const resolver = resolverAt(servers);
    assert.equal(inBrief(await resolver.lookup('host.signed.test', 'A')), 'bogus error');
    const before = servers[1]?.asked();
    assert.equal(inBrief(await resolver.lookup('_smtp._tcp.host.signed.test', 'HASTLS')), 'secure data');
    assert.equal(servers[1]?.asked(), before);
  }));

test('signatures that do not hold are the zone’s fault: nobody else is asked', () =>
  withServers([[attacked(answer, spoilSignatures)], [answer]], async (servers) => {
    assert.equal(inBrief(await resolverAt(servers).lookup('host.signed.test', 'A')), 'bogus error');
    assert.equal(servers[1]?.asked(), 0);
  }));

test('asking again ends in time, and the first reason stands', () =>
  withServers([[attacked(answer, stripSignatures)], [attacked(answer, staySilent)]], async (servers) => {
    const began = performance.now();
    const found = await resolverAt(servers, 1000).lookup('host.signed.test', 'A');
    assert.ok(performance.now() - began < 3000);
    assert.equal(inBrief(found), 'indeterminate error');
    assert.match(found.because.join('\n'), /strips DNSSEC records/);
  }));

test('what is asked again counts towards the limit of questions', () =>
  withServers(
    Array.from({ length: 8 }, () => [attacked(answer, stripSignatures)] as const),
    async (servers) => {
      await resolverAt(servers).lookup('_smtp._tcp.host.signed.test', 'HASTLS');
      const asked = servers.reduce((sum, server) => sum + server.asked(), 0);
      assert.ok(asked > 8 && asked <= 40, `${asked} questions`);
    },
  ));
