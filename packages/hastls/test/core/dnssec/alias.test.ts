import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Message, RCODE, TYPE } from '#core/dns/index.js';
import { LIMITS } from '#core/dnssec/index.js';
import {
  type Attack,
  against,
  answerOf,
  createHierarchy,
  forge,
  inject,
  ofType,
  stripSignatures,
} from '#node/testing/index.js';
import { AT, outcome, question, run } from './driver.js';

const hierarchy = createHierarchy({
  at: AT,
  zones: [
    { apex: 'test.' },
    {
      apex: 'signed.test.',
      records: `
        host A 192.0.2.1
        alias CNAME host
        twice CNAME alias
        across CNAME host.other.test.
        through CNAME back.plain.test.
        old DNAME new
        host.new A 192.0.2.3
        long DNAME ${'x.'.repeat(60)}new
      `,
    },
    { apex: 'other.test.', denial: { kind: 'nsec3' }, records: 'host A 192.0.2.5' },
    {
      apex: 'plain.test.',
      keys: [],
      records: 'host A 192.0.2.4\nback CNAME host.signed.test.\nold DNAME new\nhost.new A 192.0.2.6',
    },
  ],
});

/** The hierarchy, seen through attacks on the answers to address questions. */
const behind = (attack: Attack) => ({ ...hierarchy, answer: against(ofType(TYPE.A), attack)(hierarchy.answer) });

/** Answers without what lies behind the first alias, as a server gives that knows one zone only. */
const firstLinkOnly: Attack = (honest) => (asked) => {
  const message = honest(asked);
  const answers = message?.answers.filter(({ name }) => name === asked.name) ?? [];
  return message && { ...message, answers, authorities: [] };
};

test('[A20] aliases are followed, told in order, and cost no more round trips than their target', async () => {
  const { proven, roundTrips } = await run('twice.signed.test. A', hierarchy);
  assert.equal(proven.proof, 'secure');
  assert.deepEqual(proven.aliases, ['alias.signed.test.', 'host.signed.test.']);
  assert.deepEqual(
    proven.records.map(({ name, type }) => [name, type]),
    [['host.signed.test.', TYPE.A]],
  );
  assert.equal(roundTrips, 2);
});

test('[A20] a target that the message is silent about is asked for', async () => {
  const { proven, roundTrips } = await run('across.signed.test. A', behind(firstLinkOnly));
  assert.equal(`${proven.proof} ${proven.answer}`, 'secure data', proven.because.join('\n'));
  assert.equal(roundTrips, 4); // the alias, its zone, the target, its zone
});

const cases: readonly (readonly [asked: string, expected: string, why: string])[] = [
  ['across.signed.test. A', 'secure data', 'all links are secure'],
  ['through.signed.test. A', 'insecure data', 'one link is insecure, however secure the first and the last'],
  ['host.old.signed.test. A', 'secure data', 'a DNAME is a link'],
  ['host.old.plain.test. A', 'insecure data', 'an unsigned DNAME in an insecure zone'],
  ['nothing.old.signed.test. A', 'secure nxdomain', 'a DNAME may lead to nothing'],
];
for (const [asked, expected, why] of cases)
  test(`[A20] ${asked} is ${expected}: ${why}`, async () => {
    assert.equal(await outcome(asked, hierarchy), expected);
  });

const attacks: readonly (readonly [why: string, asked: string, attack: Attack, expected: string])[] = [
  [
    'an unsigned alias in a signed zone',
    'host.signed.test. A',
    forge('host.signed.test. CNAME host.plain.test.\nhost.plain.test. A 192.0.2.66'),
    'bogus error',
  ],
  ['an alias whose signature is gone', 'alias.signed.test. A', stripSignatures, 'bogus error'],
  [
    'a CNAME that is not what the DNAME makes',
    'host.old.signed.test. A',
    rewriting('host.new.signed.test.', 'host.plain.test.'),
    'bogus error',
  ],
  [
    'several aliases of one name',
    'host.plain.test. A',
    forge('host.plain.test. CNAME a.plain.test.\nhost.plain.test. CNAME b.plain.test.'),
    'bogus error',
  ],
  [
    'a DNAME that nobody signed',
    'host.signed.test. A',
    forge('signed.test. DNAME plain.test.\nhost.signed.test. CNAME host.plain.test.\nhost.plain.test. A 192.0.2.66'),
    'bogus error',
  ],
  [
    'a DNAME added to a signed answer is ignored',
    'host.signed.test. A',
    inject('signed.test. DNAME plain.test.'),
    'secure data',
  ],
  [
    'records of other names are ignored',
    'host.signed.test. A',
    inject('elsewhere.test. A 192.0.2.66\nhost.signed.test. TXT no'),
    'secure data',
  ],
  [
    'a circle of aliases',
    'host.plain.test. A',
    forge('host.plain.test. CNAME a.plain.test.\na.plain.test. CNAME host.plain.test.'),
    'indeterminate error',
  ],
  ['an alias of itself', 'host.plain.test. A', forge('host.plain.test. CNAME HOST.plain.test.'), 'indeterminate error'],
  ['a bogus link behind an insecure one', 'back.plain.test. A', stripSignatures, 'bogus error'],
];

function rewriting(from: string, to: string): Attack {
  return (honest) => (asked) => {
    const message = honest(asked);
    const forged = forge(`${asked.name} CNAME ${to}`)(honest)(asked)?.answers ?? [];
    const kept = message?.answers.filter(({ type, name }) => type !== TYPE.CNAME && name !== from) ?? [];
    return message && { ...message, answers: [...kept, ...forged] };
  };
}

for (const [why, asked, attack, expected] of attacks)
  test(`[A20] ${why}: ${asked} is ${expected}`, async () => {
    assert.equal(await outcome(asked, behind(attack)), expected);
  });

test('[A20] a synthesised CNAME is taken only if it is what the DNAME makes', async () => {
  const asked = 'host.old.signed.test. CNAME';
  const lied = rewriting('host.new.signed.test.', 'host.plain.test.')(hierarchy.answer);
  assert.equal(await outcome(asked, hierarchy), 'secure data');
  assert.equal(
    await outcome(asked, { ...hierarchy, answer: against(ofType(TYPE.CNAME), () => lied)(hierarchy.answer) }),
    'bogus error',
  );
});

test('[RFC6672 §3.1] a synthesised CNAME that was taken away is what the DNAME makes, all the same', async () => {
  const without: Attack = (honest) => (asked) => {
    const message = honest(asked);
    return message && { ...message, answers: message.answers.filter(({ type }) => type !== TYPE.CNAME) };
  };
  for (const name of ['host.old.signed.test.', 'nothing.old.signed.test.']) {
    const asked = `${name} CNAME`;
    const honest = await run(asked, hierarchy);
    const robbed = await run(asked, { ...hierarchy, answer: against(ofType(TYPE.CNAME), without)(hierarchy.answer) });
    assert.equal(robbed.proven.proof, 'secure', robbed.proven.because.join('\n'));
    assert.deepEqual(robbed.proven.records, honest.proven.records);
  }
});

test('[A20] a circle that is spread over messages ends too', async () => {
  const turning: Attack = () => (asked) => {
    const next = asked.name === 'a.plain.test.' ? 'b.plain.test.' : 'a.plain.test.';
    return forge(`${asked.name} CNAME ${next}`)(hierarchy.answer)(asked);
  };
  const { proven, asked } = await run('a.plain.test. A', behind(turning));
  assert.equal(proven.proof, 'indeterminate');
  assert.match(proven.because.join('\n'), /circle/);
  assert.ok(asked.length <= LIMITS.upstreamQuestions);
});

test('[RFC6672 §2.2] a DNAME that makes a name too long proves that there is no such name', async () => {
  const asked = `${'y.'.repeat(60)}long.signed.test. A`;
  const { proven } = await run(asked, hierarchy);
  assert.equal(`${proven.proof} ${proven.answer} ${proven.rcode}`, `secure nxdomain ${RCODE.YXDOMAIN}`);
  assert.deepEqual(proven.records, []);
  assert.ok(proven.chain.some(({ kind, name }) => kind === 'alias' && name === 'long.signed.test.'));
});

const overlong: readonly (readonly [why: string, attack: Attack, expected: string])[] = [
  ['by whatever response code', answerOf(() => question('long.signed.test. DNAME')), 'secure nxdomain'],
  ['not by the response code alone', changed({ answers: [] }), 'bogus error'],
  ['not by a DNAME that nobody signed', stripSignatures, 'bogus error'],
  ['not by a DNAME that is not too long', answerOf(() => question('host.old.signed.test. CNAME')), 'bogus error'],
  [
    'not beside a CNAME that says otherwise',
    inject(`${'y.'.repeat(60)}long.signed.test. CNAME x.test.`),
    'bogus error',
  ],
];

function changed(change: Partial<Message>): Attack {
  return (honest) => (asked) => {
    const message = honest(asked);
    return message && { ...message, ...change };
  };
}

for (const [why, attack, expected] of overlong)
  test(`[RFC6672 §2.2] that a DNAME makes a name too long is proven by it, ${why}: ${expected}`, async () => {
    assert.equal(await outcome(`${'y.'.repeat(60)}long.signed.test. A`, behind(attack)), expected);
  });

for (const denial of ['nsec', 'nsec3'] as const)
  test(`[A20] the ${denial.toUpperCase()} proof of a wildcard alias is no word on its unsigned target`, async () => {
    const worlds = createHierarchy({
      at: AT,
      zones: [
        { apex: 'test.', denial: { kind: denial }, records: '*.wild CNAME host.plain' },
        { apex: 'plain.test.', keys: [], records: 'host A 192.0.2.4' },
      ],
    });
    assert.equal(await outcome('x.wild.test. A', worlds), 'insecure data');
    assert.equal(await outcome('x.wild.test. AAAA', worlds), 'insecure nodata');
  });
