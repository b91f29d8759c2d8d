import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TYPE, typeToText } from '#core/dns/index.js';
import {
  type Attack,
  against,
  createHierarchy,
  deny,
  forge,
  inject,
  ofType,
  spoilSignatures,
  stripSignatures,
} from '#node/testing/index.js';
import { AT, run } from './driver.js';

const hierarchy = createHierarchy({
  at: AT,
  zones: [
    { apex: 'test.' },
    {
      apex: 'signed.test.',
      records: `
        host A 192.0.2.1
        host AAAA 2001:db8::1
        host MX 10 host
        x.empty A 192.0.2.2
        *.wild A 192.0.2.3
        *.wild TXT text
        alias CNAME host
        old DNAME new
        minimal HINFO RFC8482 ""
      `,
    },
    { apex: 'plain.test.', keys: [], records: 'host A 192.0.2.4\nhost MX 10 host' },
  ],
});

const honestly: Attack = (honest) => honest;

/** Only those RRsets of an answer, as a server may choose that wants to say little. [RFC8482 §4.1] */
const only =
  (...types: readonly number[]): Attack =>
  (honest) =>
  (asked) => {
    const message = honest(asked);
    const answers = message?.answers.filter(({ type, rdata }) =>
      types.includes(type === TYPE.RRSIG ? ((rdata[0] ?? 0) << 8) + (rdata[1] ?? 0) : type),
    );
    return message && { ...message, answers: answers ?? [] };
  };

/** Question · what somebody does to the answer · what is proven · types of the records. */
const rows: readonly (readonly [
  why: string,
  asked: string,
  attack: Attack,
  expected: string,
  types?: readonly string[],
])[] = [
  ['each RRset is proven', 'host.signed.test.', honestly, 'secure data', ['A', 'AAAA', 'MX']],
  ['a part of them is as true', 'host.signed.test.', only(TYPE.MX), 'secure data', ['MX']],
  ['HINFO may stand for all', 'minimal.signed.test.', honestly, 'secure data', ['HINFO']],
  ['of a wildcard too', 'x.wild.signed.test.', honestly, 'secure data', ['A', 'TXT']],
  ['an alias is an answer, and not followed', 'alias.signed.test.', honestly, 'secure data', ['CNAME']],
  ['so is what a DNAME makes', 'x.old.signed.test.', honestly, 'secure data', ['CNAME']],
  ['a name that only others lie below', 'empty.signed.test.', honestly, 'secure nodata'],
  ['no name', 'nothing.signed.test.', honestly, 'secure nxdomain'],
  ['an unsigned zone', 'host.plain.test.', honestly, 'insecure data', ['A', 'MX']],
  ['one of them was changed', 'host.signed.test.', inject('host.signed.test. A 192.0.2.66'), 'bogus error'],
  ['one was added', 'host.signed.test.', inject('host.signed.test. TXT "added"'), 'bogus error'],
  ['nothing is signed', 'host.signed.test.', stripSignatures, 'bogus error'],
  ['the signatures do not hold', 'host.signed.test.', spoilSignatures, 'bogus error'],
  ['nothing is there, it is said', 'host.signed.test.', deny(0), 'bogus error'],
  ['HINFO that nobody signed', 'host.signed.test.', forge('host.signed.test. HINFO RFC8482 ""'), 'bogus error'],
  ['records of other names are ignored', 'host.signed.test.', inject('x.test. A 192.0.2.66'), 'secure data'],
];

for (const [why, name, attack, expected, types] of rows)
  test(`[RFC8482] ANY of ${name} is ${expected}: ${why}`, async () => {
    const answer = against(ofType(TYPE.ANY), attack)(hierarchy.answer);
    const { proven } = await run(`${name} ANY`, { ...hierarchy, answer });
    assert.equal(`${proven.proof} ${proven.answer}`, expected, proven.because.join('\n'));
    if (types !== undefined) assert.deepEqual(proven.records.map(({ type }) => typeToText(type)).sort(), types);
  });

test('[RFC8482] the answer to ANY ends with the first of its RRsets', async () => {
  const short = createHierarchy({ at: AT, zones: [{ apex: 'test.', records: 'a 300 A 192.0.2.1\na 60 TXT text' }] });
  const { proven } = await run('a.test. ANY', short);
  assert.equal(proven.expires, AT + 60);
});
