import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseName, type Question, RCODE, sameName, TYPE } from '#core/dns/index.js';
import type { Context } from '#core/dnssec/index.js';
import {
  type Attack,
  against,
  answerOf,
  answerServfail,
  attacked,
  borrowSignatures,
  collidingKeys,
  createHierarchy,
  createZoneKey,
  type DenialKind,
  deny,
  forge,
  type Hierarchy,
  inject,
  multiplySignatures,
  ofType,
  replay,
  setTtl,
  signRrset,
  spoilSignatures,
  staySilent,
  stripDnssec,
  stripDs,
  stripSignatures,
  truncate,
  type ZoneOptions,
} from '#node/testing/index.js';
import { AT, question, remembering, run } from './driver.js';

const HASTLS = '_smtp._tcp.host.signed.test. HASTLS';
/** Has a record of its own, and a more lenient wildcard two labels above. */
const WILDCARD = '_smtp._tcp.mx.wild.signed.test. HASTLS';
const DAY = 86_400;

/** The keys outlive each world, so that one world's answers can be replayed in another. */
const [rootKey, testKey, signedKey] = [createZoneKey(), createZoneKey(), createZoneKey()];

interface Setting {
  readonly denial?: DenialKind;
  readonly at?: number;
  readonly zone?: Partial<ZoneOptions>;
}

/** A signed zone whose HASTLS record forbids plaintext; an unsigned neighbour, so that something may be insecure. */
const world = ({ denial = { kind: 'nsec' }, at = AT, zone = {} }: Setting = {}): Hierarchy =>
  createHierarchy({
    at,
    zones: [
      { apex: '.', denial, keys: [rootKey] },
      { apex: 'test.', denial, keys: [testKey] },
      {
        apex: 'signed.test.',
        denial,
        keys: [signedKey],
        records: `
          host A 192.0.2.1
          _smtp._tcp.host HASTLS 25 25 1
          _imap._tcp.zz HASTLS 143 143 1
          *.wild HASTLS 25 0 0
          *.texts TXT text
          mx.texts HASTLS 25 25 1
          _smtp._tcp.mx.wild HASTLS 25 25 1
          aa A 192.0.2.2
          child NS ns.child
        `,
        ...zone,
      },
      { apex: 'plain.test.', records: 'host A 192.0.2.4', keys: [] },
    ],
  });

const named =
  (name: string) =>
  (asked: Question): boolean =>
    sameName(asked.name, parseName(name));
const exactly = (asked: string) => (each: Question) =>
  named(asked.split(' ')[0] ?? '')(each) && each.type === question(asked).type;
const ask = (asked: string) => () => question(asked);
const nsec3: DenialKind = { kind: 'nsec3' };
const optOut: DenialKind = { kind: 'nsec3', optOut: true };

/** Attack · what must come of it · the innermost reason: what broke first, and what to do · the attack · its world. */
type Row = readonly [
  title: string,
  proof: 'bogus' | 'indeterminate',
  reason: string,
  attack: Attack,
  setting?: Setting & Partial<Context> & { readonly asked?: string },
];

const forged = '_smtp._tcp.host.signed.test. 300 HASTLS 25 0 0';
const onHastls = (attack: Attack): Attack => against(exactly(HASTLS), attack);
const old = world({ at: AT - 90 * DAY });

const MEND = 'ask another resolver; if all say the same, the zone must be signed anew';
const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const rows: readonly Row[] = [
  [
    'strip the signatures of the answer',
    'bogus',
    `_smtp._tcp.host.signed.test. HASTLS is not signed by signed.test., which signs all it has: records were forged or removed: ${MEND}`,
    onHastls(stripSignatures),
  ],
  [
    'strip every signature',
    'indeterminate',
    'DNSKEY of . is not signed, nor is anything else: the resolver strips DNSSEC records, use another',
    stripSignatures,
  ],
  [
    'strip all of DNSSEC',
    'indeterminate',
    'the absence of DNSKEY at . is not signed, nor is anything else: the resolver strips DNSSEC records, use another',
    stripDnssec,
  ],
  [
    'strip DS and forge the answer',
    'bogus',
    `the absence of test. DS is not signed by ., which signs all it has: records were forged or removed: ${MEND}`,
    (honest) => attacked(honest, stripDs, onHastls(forge(forged))),
  ],
  [
    'strip DS, and forge, where NSEC3 has opt-out',
    'bogus',
    `the absence of test. DS is not signed by ., which signs all it has: records were forged or removed: ${MEND}`,
    (honest) => attacked(honest, stripDs, onHastls(forge(forged))),
    { denial: optOut },
  ],
  [
    'forge an unsigned answer',
    'bogus',
    `_smtp._tcp.host.signed.test. HASTLS is not signed by signed.test., which signs all it has: records were forged or removed: ${MEND}`,
    onHastls(forge(forged)),
  ],
  [
    'add a record to the answer',
    'bogus',
    `the signature by key … does not hold: the records or the signature were changed: ${MEND}`,
    onHastls(inject(forged)),
  ],
  [
    'forge an answer with the signature of the true one',
    'bogus',
    `the signature by key … does not hold: the records or the signature were changed: ${MEND}`,
    onHastls((honest) => (asked) => {
      const [forgery, truth] = [forge(forged)(honest)(asked), honest(asked)];
      return (
        forgery && {
          ...forgery,
          answers: [...forgery.answers, ...(truth?.answers ?? []).filter(({ type }) => type === TYPE.RRSIG)],
        }
      );
    }),
  ],
  [
    'replay expired signatures of the answer',
    'bogus',
    'the signature by key … expired at …: the zone must be signed anew, or was replayed',
    onHastls(replay(old.answer)),
  ],
  [
    'replay expired signatures of the keys',
    'bogus',
    'the signature by key … expired at …: the zone must be signed anew, or was replayed',
    against(ofType(TYPE.DNSKEY), replay(old.answer)),
  ],
  [
    'replay signatures of a time to come',
    'bogus',
    'the signature by key … is not valid before …: check the clocks here and at the signer',
    onHastls(replay(world({ at: AT + 90 * DAY }).answer)),
  ],
  [
    "replay a sibling's NSEC",
    'bogus',
    `no NSEC record of signed.test. says anything of _smtp._tcp.host.signed.test.: ${MEND}`,
    onHastls(answerOf(ask('aa.signed.test. HASTLS'))),
  ],
  [
    "replay a sibling's NSEC3",
    'bogus',
    `no NSEC3 record of signed.test. shows a name above _smtp._tcp.host.signed.test.: ${MEND}`,
    onHastls(answerOf(ask('aa.signed.test. HASTLS'))),
    { denial: nsec3 },
  ],
  [
    'replay the absence of another service',
    'bogus',
    `no NSEC record of signed.test. says anything of _smtp._tcp.host.signed.test.: ${MEND}`,
    onHastls(answerOf(ask('_imap._tcp.host.signed.test. HASTLS'))),
  ],
  [
    'replay the absence of another service, by NSEC3',
    'bogus',
    `no NSEC3 record of signed.test. says that there is no _smtp._tcp.host.signed.test.: ${MEND}`,
    onHastls(answerOf(ask('_imap._tcp.host.signed.test. HASTLS'))),
    { denial: nsec3 },
  ],
  [
    'replay the absence of another type',
    'bogus',
    '_smtp._tcp.host.signed.test. is signed to have HASTLS, yet the answer has none: it was removed, ask another resolver',
    onHastls(answerOf(ask('_smtp._tcp.host.signed.test. A'))),
  ],
  [
    "replay the parent's NSEC for a name in the child",
    'bogus',
    `the absence of _smtp._tcp.host.signed.test. HASTLS is not signed by signed.test., which signs all it has: records were forged or removed: ${MEND}`,
    onHastls(answerOf(ask('signed.test. DS'))),
  ],
  [
    "replay the parent's denial of a name elsewhere",
    'bogus',
    `no NSEC record of test. says anything of _smtp._tcp.host.signed.test.: ${MEND}`,
    onHastls(answerOf(ask('nowhere.test. HASTLS'))),
  ],
  [
    "replay the parent's denial of a name elsewhere, by NSEC3",
    'bogus',
    `signed.test. is a delegation or a DNAME: test. cannot deny what lies below: ${MEND}`,
    onHastls(answerOf(ask('nowhere.test. HASTLS'))),
    { denial: nsec3 },
  ],
  [
    'replay the denial of the unsigned neighbour’s DS for the zone',
    'bogus',
    `no NSEC record of test. says anything of signed.test.: ${MEND}`,
    against(exactly('signed.test. DS'), answerOf(ask('plain.test. DS'))),
  ],
  [
    'the same by NSEC3',
    'bogus',
    `no NSEC3 record of test. shows a name above signed.test.: ${MEND}`,
    against(exactly('signed.test. DS'), answerOf(ask('plain.test. DS'))),
    { denial: nsec3 },
  ],
  [
    'the same by NSEC3 with opt-out',
    'bogus',
    'signed.test. is signed to have DS, yet the answer has none: it was removed, ask another resolver',
    against(exactly('signed.test. DS'), answerOf(ask('plain.test. DS'))),
    { denial: optOut },
  ],
  [
    "deny the zone's DS by the zone's own NSEC",
    'bogus',
    `the absence of signed.test. DS is not signed by test., which signs all it has: records were forged or removed: ${MEND}`,
    (honest) =>
      attacked(honest, onHastls(forge(forged)), against(exactly('signed.test. DS'), answerOf(ask('signed.test. TXT')))),
  ],
  [
    'forge a delegation at _tcp.host inside an opt-out span',
    'bogus',
    `the absence of _tcp.host.signed.test. DS is not signed by signed.test., which signs all it has: records were forged or removed: ${MEND}`,
    (honest) =>
      attacked(
        honest,
        onHastls(forge(forged)),
        against(exactly('_tcp.host.signed.test. DS'), answerOf(ask('plain.test. DS'))),
      ),
    { denial: optOut },
  ],
  [
    'forge a delegation at _tcp.host with the zone’s own opt-out spans',
    'bogus',
    `no NSEC3 record of signed.test. says that there is no host.signed.test.: ${MEND}`,
    (honest) =>
      attacked(
        honest,
        onHastls(forge(forged)),
        against(exactly('_tcp.host.signed.test. DS'), answerOf(ask('child.signed.test. DS'))),
      ),
    { denial: optOut },
  ],
  [
    'a wildcard without the proof that no closer name exists',
    'bogus',
    `the absence of mx.wild.signed.test., without which no wildcard may answer is not signed by signed.test., which signs all it has: records were forged or removed: ${MEND}`,
    onWildcard((honest) => (asked) => {
      const expanded = honest(question('x.wild.signed.test. HASTLS'));
      const answers = expanded?.answers.map((each) => ({ ...each, name: asked.name })) ?? [];
      return expanded && { ...expanded, questions: [asked], answers, authorities: [] };
    }),
    { asked: WILDCARD },
  ],
  [
    'a wildcard with the proof for another name',
    'bogus',
    `no NSEC record of signed.test. says that there is no mx.wild.signed.test.: ${MEND}`,
    onWildcard(expandedAs('x.wild.signed.test. HASTLS')),
    { asked: WILDCARD },
  ],
  [
    'the same by NSEC3',
    'bogus',
    `no NSEC3 record of signed.test. says that there is no mx.wild.signed.test.: ${MEND}`,
    onWildcard(expandedAs('x.wild.signed.test. HASTLS')),
    { asked: WILDCARD, denial: nsec3 },
  ],
  [
    'the signature of another type',
    'bogus',
    `_smtp._tcp.host.signed.test. HASTLS is not signed by signed.test., which signs all it has: records were forged or removed: ${MEND}`,
    onHastls(borrowSignatures(ask('_smtp._tcp.host.signed.test. NSEC'))),
  ],
  [
    'the signature of another owner',
    'bogus',
    `the signature by key … does not hold: the records or the signature were changed: ${MEND}`,
    onHastls(borrowSignatures(ask('_imap._tcp.zz.signed.test. HASTLS'))),
  ],
  [
    "a wildcard's NSEC made out to be that of a name with other types",
    'bogus',
    `the absence of mx.texts.signed.test. HASTLS is not signed by signed.test., which signs all it has: records were forged or removed: ${MEND}`,
    (honest) => (asked) => {
      const message = honest(question('x.texts.signed.test. HASTLS'));
      const wildcard = parseName('*.texts.signed.test.');
      const expanded = message?.authorities.flatMap((each) =>
        sameName(each.name, wildcard) ? [{ ...each, name: asked.name }] : [],
      );
      return asked.type === question(HASTLS).type && message
        ? { ...message, authorities: expanded ?? [] }
        : honest(asked);
    },
    { asked: 'mx.texts.signed.test. HASTLS' },
  ],
  [
    'spoilt signatures',
    'bogus',
    `the signature by key … does not hold: the records or the signature were changed: ${MEND}`,
    onHastls(spoilSignatures),
  ],
  [
    'truncation, with TCP blocked',
    'indeterminate',
    'the answer to _smtp._tcp.host.signed.test. HASTLS is truncated, and whole over no way: open TCP to the resolver',
    onHastls(truncate),
  ],
  [
    'SERVFAIL',
    'indeterminate',
    'the resolver answers SERVFAIL to _smtp._tcp.host.signed.test. HASTLS: its own log says why',
    onHastls(answerServfail),
  ],
  [
    'SERVFAIL to the DS question',
    'indeterminate',
    'the resolver answers SERVFAIL to signed.test. DS: its own log says why',
    against(exactly('signed.test. DS'), answerServfail),
  ],
  [
    'REFUSED to the DNSKEY question',
    'indeterminate',
    'the resolver answers REFUSED to signed.test. DNSKEY: its own log says why',
    against(exactly('signed.test. DNSKEY'), deny(RCODE.REFUSED)),
  ],
  ['silence', 'indeterminate', 'no answer to _smtp._tcp.host.signed.test. HASTLS: timeout', onHastls(staySilent)],
  ['silence about the DS', 'indeterminate', 'no answer to test. DS: timeout', against(ofType(TYPE.DS), staySilent)],
  [
    'silence about the keys',
    'indeterminate',
    'no answer to . DNSKEY: timeout',
    against(ofType(TYPE.DNSKEY), staySilent),
  ],
  [
    'NXDOMAIN with only a SOA',
    'bogus',
    `the absence of _smtp._tcp.host.signed.test. HASTLS is not signed by signed.test., which signs all it has: records were forged or removed: ${MEND}`,
    onHastls(deny()),
  ],
  [
    'NODATA with only a SOA',
    'bogus',
    `the absence of _smtp._tcp.host.signed.test. HASTLS is not signed by signed.test., which signs all it has: records were forged or removed: ${MEND}`,
    onHastls(deny(RCODE.NOERROR)),
  ],
  [
    'DS denied with only a SOA',
    'bogus',
    `the absence of test. DS is not signed by ., which signs all it has: records were forged or removed: ${MEND}`,
    against(ofType(TYPE.DS), deny(RCODE.NOERROR)),
  ],
  [
    'DS denied with only a SOA, the answer forged',
    'bogus',
    `the absence of test. DS is not signed by ., which signs all it has: records were forged or removed: ${MEND}`,
    (honest) => attacked(honest, onHastls(forge(forged)), against(ofType(TYPE.DS), deny(RCODE.NOERROR))),
  ],
  [
    'an unknown-digest DS added',
    'bogus',
    `the signature by key … does not hold: the records or the signature were changed: ${MEND}`,
    against(exactly('signed.test. DS'), inject('signed.test. 300 DS 1 13 99 0011')),
  ],
  [
    'an unknown-digest DS in place of the true one',
    'bogus',
    `DS of signed.test. is not signed by test., which signs all it has: records were forged or removed: ${MEND}`,
    against(exactly('signed.test. DS'), forge('signed.test. 300 DS 1 13 99 0011')),
  ],
  [
    'keys that no DS vouches for',
    'bogus',
    'no DNSKEY of signed.test. fits its DS records (key tags …): the parent has the DS of another key, and must have that of one in the zone',
    (honest) =>
      attacked(
        honest,
        against(
          (each) => sameName(each.name, parseName('signed.test.')) && each.type === TYPE.DNSKEY,
          replay(impostor.answer),
        ),
        onHastls(replay(impostor.answer)),
      ),
  ],
  [
    'KeyTrap: keys of one tag',
    'indeterminate',
    'limit checksPerRrset (8) was reached: the zone demands more work than any honest one',
    multiplySignatures(40),
    { zone: { deadKeys: collidingKeys(signedKey, 20) } },
  ],
  [
    'KeyTrap: signatures of one key',
    'indeterminate',
    'limit checksPerRrset (8) was reached: the zone demands more work than any honest one',
    onHastls(multiplySignatures(40)),
  ],
  [
    'an NSEC3 chain of 2500 iterations',
    'indeterminate',
    'limit nsec3Iterations (50) was reached: the zone demands more work than any honest one; its operator should set them to 0',
    onHastls(answerOf(ask('_imap._tcp.host.signed.test. HASTLS'))),
    { denial: { kind: 'nsec3', iterations: 2500 } },
  ],
  [
    'a clock set back before the build date',
    'indeterminate',
    'the clock stands at …, before this program was built: set it',
    (honest) => honest,
    { notBefore: AT + 1 },
  ],
];

function onWildcard(attack: Attack): Attack {
  return against(exactly(WILDCARD), attack);
}

function expandedAs(other: string): Attack {
  return (honest) => (asked) => {
    const expanded = honest(question(other));
    const answers = expanded?.answers.map((each) => ({ ...each, name: asked.name })) ?? [];
    return expanded && { ...expanded, questions: [asked], answers };
  };
}

/** Somebody with keys of his own. */
const impostor = createHierarchy({
  at: AT,
  zones: [{ apex: 'signed.test.', records: '_smtp._tcp.host HASTLS 25 0 0' }],
});

for (const [title, expected, reason, attack, { asked = HASTLS, denial, zone, ...settings } = {}] of rows)
  test(`[A23] ${title}: ${expected}`, async () => {
    const hierarchy = world({ ...(denial && { denial }), ...(zone && { zone }) });
    const { proven } = await run(asked, { answer: attack(hierarchy.answer), anchors: hierarchy.anchors }, settings);
    assert.equal(proven.proof, expected, proven.because.join('\n'));
    assert.match(proven.because.at(-1) ?? '', new RegExp(`^${reason.split('…').map(literally).join('.+')}$`));
    assert.deepEqual([proven.records, proven.answer, proven.expires], [[], 'error', undefined]);
  });

test('without an attacker, each question of the matrix has a secure answer', async () => {
  for (const denial of [{ kind: 'nsec' }, nsec3, optOut] satisfies DenialKind[])
    for (const asked of [HASTLS, WILDCARD]) {
      const { proven } = await run(asked, world({ denial }));
      assert.equal(`${proven.proof} ${proven.answer}`, 'secure data', proven.because.join('\n'));
    }
});

test('[A31] a changed TTL never prolongs an answer: the original one is restored', async () => {
  const hierarchy = world();
  for (const [ttl, lasts] of [
    [86_400, 300],
    [5, 5],
  ] as const) {
    const { proven } = await run(HASTLS, { answer: setTtl(ttl)(hierarchy.answer), anchors: hierarchy.anchors });
    assert.equal(proven.proof, 'secure');
    assert.equal(proven.expires, AT + lasts);
    assert.deepEqual(
      proven.records.map((each) => each.ttl),
      [lasts],
    );
  }
});

test('[RFC4035 §5.3.4] a DS of a wildcard delegates nothing, whatever name it is said of', async () => {
  const { answer, anchors } = createHierarchy({
    at: AT,
    zones: [
      { apex: '.' },
      { apex: 'test.', records: `* DS 1 99 2 ${'ab'.repeat(32)}` },
      { apex: 'signed.test.', records: '_smtp._tcp.host HASTLS 25 25 1' },
    ],
  });
  const expanded = answer(question('nobody.test. DS')) ?? assert.fail();
  const claimed = expanded.answers.map((record) => ({ ...record, name: parseName('signed.test.') }));
  assert.ok(claimed.some(({ type }) => type === TYPE.DS));
  const unsigned = attacked(
    answer,
    against(exactly('signed.test. DS'), () => () => ({ ...expanded, answers: claimed })),
    onHastls(stripSignatures),
    onHastls(forge(forged)),
  );
  const { proven } = await run(HASTLS, { answer: unsigned, anchors });
  assert.equal(proven.proof, 'bogus');
  assert.match(proven.because.join('\n'), /comes from a wildcard/);
});

test('[RFC4035 §5.3.1] a DS that the zone has signed itself, instead of the one above, is bogus', async () => {
  const { answer, anchors } = world();
  const honest = answer(question('signed.test. DS')) ?? assert.fail();
  const ds = honest.answers.find(({ type }) => type === TYPE.DS) ?? assert.fail();
  const own = signRrset([ds], signedKey, parseName('signed.test.'), { from: AT - DAY, until: AT + DAY });
  const claimed = attacked(
    answer,
    against(exactly('signed.test. DS'), () => () => ({ ...honest, answers: [ds, own] })),
  );
  const { learnt } = (await run(HASTLS, { answer, anchors })).proven;
  for (const known of [[], learnt]) {
    const { proven } = await run('signed.test. DS', { answer: claimed, anchors }, { known: remembering(known) });
    assert.equal(proven.proof, 'bogus');
  }
});
