import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Message, type Question, RCODE, type ResourceRecord, rdataToText } from '#core/dns/index.js';
import type { Proven } from '#core/dnssec/index.js';
import { type Answerer, createHierarchy, type DenialKind, type Hierarchy, response } from '#node/testing/index.js';
import { AT, question, run } from './driver.js';

// Whatever is done to the answers of a signed zone, by somebody without its keys, what is then proven is what was true.

const ASKED: readonly string[] = [
  '_smtp._tcp.host.signed.test. HASTLS',
  '_imap._tcp.host.signed.test. HASTLS',
  '_tcp.host.signed.test. HASTLS',
  'host.signed.test. AAAA',
  'x.wild.signed.test. HASTLS',
  '_smtp._tcp.mx.wild.signed.test. HASTLS',
  'nothing.signed.test. A',
  'alias.signed.test. A',
  'dead.signed.test. A',
  'host.old.signed.test. A',
  'host.sub.signed.test. A',
  'signed.test. DS',
  'signed.test. DNSKEY',
];
/** Material for forgeries besides the answers to all of the above. */
const FODDER: readonly string[] = [
  'plain.test. DS',
  'plain.signed.test. DS',
  'host.plain.test. A',
  'sub.signed.test. DS',
  'signed.test. TXT',
  'zz.test. A',
  'zz.sub.signed.test. A',
  '_tcp.host.signed.test. DS',
];

const world = (denial: DenialKind): Hierarchy =>
  createHierarchy({
    at: AT,
    zones: [
      { apex: 'test.', denial },
      {
        apex: 'signed.test.',
        denial,
        records: `
          host A 192.0.2.1
          _smtp._tcp.host HASTLS 25 25 1
          *.wild HASTLS 25 0 0
          _smtp._tcp.mx.wild HASTLS 25 25 1
          alias CNAME host
          dead CNAME nothing
          old DNAME new
          host.new A 192.0.2.3
        `,
      },
      { apex: 'sub.signed.test.', denial, records: 'host A 192.0.2.6' },
      { apex: 'plain.signed.test.', keys: [], records: 'host A 192.0.2.7' },
      { apex: 'plain.test.', keys: [], records: 'host A 192.0.2.4' },
    ],
  });

/** What is done to one of the replies; the numbers choose what it is done to. */
interface Mutation {
  readonly kind: (typeof KINDS)[number];
  readonly reply: number;
  readonly which: number;
  readonly how: number;
}
const KINDS = [
  'drop',
  'drop type',
  'flip',
  'rename',
  'add',
  'add renamed',
  'answer another',
  'rcode',
  'ttl',
  'fail',
] as const;
const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom(...KINDS),
  reply: fc.nat(7),
  which: fc.nat(),
  how: fc.nat(),
});

const pick = <T>(from: readonly T[], which: number): T | undefined => from[which % Math.max(1, from.length)];
const everything = ({ answers, authorities }: Message): readonly ResourceRecord[] => [...answers, ...authorities];
const without = (message: Message, keep: (record: ResourceRecord) => boolean): Message => ({
  ...message,
  answers: message.answers.filter(keep),
  authorities: message.authorities.filter(keep),
});
const changed = (message: Message, target: ResourceRecord | undefined, change: Partial<ResourceRecord>): Message => {
  const each = (record: ResourceRecord) => (record === target ? { ...record, ...change } : record);
  return { ...message, answers: message.answers.map(each), authorities: message.authorities.map(each) };
};

function mutate(message: Message, asked: Question, { kind, which, how }: Mutation, pool: readonly Message[]): Message {
  const target = pick(everything(message), which);
  const added = pick(pool.flatMap(everything), which);
  const other = pick(pool, which);
  switch (kind) {
    case 'drop':
      return without(message, (record) => record !== target);
    case 'drop type':
      return without(message, ({ type }) => type !== target?.type);
    case 'flip': {
      const at = how % Math.max(1, target?.rdata.length ?? 1);
      const rdata = target?.rdata.map((octet, index) => (index === at ? octet ^ (1 << (how % 8)) : octet));
      return rdata === undefined ? message : changed(message, target, { rdata });
    }
    case 'rename':
      return changed(message, target, { name: pick(pool.flatMap(everything), how)?.name ?? asked.name });
    case 'add':
    case 'add renamed': {
      if (added === undefined) return message;
      const record = kind === 'add' ? added : { ...added, name: asked.name };
      return how % 2 === 0
        ? { ...message, answers: [record, ...message.answers] }
        : { ...message, authorities: [...message.authorities, record] };
    }
    case 'answer another': {
      if (other === undefined) return message;
      const renamed = (record: ResourceRecord) => (how % 2 === 0 ? record : { ...record, name: asked.name });
      return {
        ...other,
        answers: other.answers.map(renamed),
        authorities: [...other.authorities, ...(how % 3 === 0 ? message.authorities : [])],
      };
    }
    case 'rcode':
      return { ...message, rcode: how % 2 === 0 ? RCODE.NOERROR : RCODE.NXDOMAIN };
    case 'ttl':
      return changed(message, target, { ttl: how % 100_000 });
    case 'fail':
      return response(asked, RCODE.SERVFAIL);
  }
}

const told = ({ answer, records }: Proven): string =>
  [answer, ...records.map(({ name, type, rdata }) => `${name.toLowerCase()} ${rdataToText(type, rdata)}`).sort()].join(
    '\n',
  );

for (const [title, denial] of [
  ['NSEC', { kind: 'nsec' }],
  ['NSEC3', { kind: 'nsec3' }],
  ['NSEC3 with opt-out', { kind: 'nsec3', optOut: true }],
] satisfies readonly [string, DenialKind][])
  test(`[R34] with ${title}, no change to the answers makes anything untrue secure, nor anything signed insecure`, async () => {
    const hierarchy = world(denial);
    const pool = [...ASKED, ...FODDER].map((each) => hierarchy.answer(question(each)));
    const truths = new Map(
      await Promise.all(ASKED.map(async (asked) => [asked, (await run(asked, hierarchy)).proven] as const)),
    );
    const seen = { same: 0, failed: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ASKED),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        async (asked, mutations) => {
          let count = 0;
          const answer: Answerer = (each) => {
            const turn = count++;
            const mine = mutations.filter(({ reply }) => reply === turn);
            return mine.reduce((message, change) => mutate(message, each, change, pool), hierarchy.answer(each));
          };
          const { proven } = await run(asked, { answer, anchors: hierarchy.anchors });
          const truth = truths.get(asked);
          assert.ok(truth);
          const failed = proven.proof === 'bogus' || proven.proof === 'indeterminate';
          seen[failed ? 'failed' : 'same']++;
          if (failed) assert.deepEqual(proven.records, []);
          else if (proven.proof === 'secure') assert.equal(told(proven), told(truth));
          else assert.equal(truth.proof, 'insecure', proven.because.join('\n'));
          if (proven.expires !== undefined) assert.ok(proven.expires <= AT + 300);
        },
      ),
      { numRuns: 400 },
    );
    assert.ok(seen.same > 20 && seen.failed > 20, JSON.stringify(seen)); // else it would not have tried anything
  });
