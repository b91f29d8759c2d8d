import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseName, type ResourceRecord, ROOT, readZone, recordToText } from '#core/dns/index.js';
import { type Answerer, type Attack, createHierarchy, type DenialKind } from '#node/testing/index.js';
import { AT, question, run, type World } from './driver.js';

// Answers with more in them than was asked for, true or not, signed or not: what is proven is what was asked, and
// nothing else reaches whoever decides by it.

const world = (denial: DenialKind) =>
  createHierarchy({
    at: AT,
    zones: [
      { apex: '.', denial },
      { apex: 'test.', denial },
      {
        apex: 'signed.test.',
        denial,
        records: `
          host A 192.0.2.1
          _smtp._tcp.host HASTLS 25 25 1
          _imap._tcp.host HASTLS 143 0 0
          alias CNAME host
          old DNAME new
          host.new A 192.0.2.2
          *.wild A 192.0.2.3
        `,
      },
      { apex: 'plain.test.', records: 'host A 192.0.2.4', keys: [] },
    ],
  });

const asked: readonly (readonly [asked: string, expected: string, records: readonly string[]])[] = [
  ['_smtp._tcp.host.signed.test. HASTLS', 'secure data', ['_smtp._tcp.host.signed.test. 300 IN HASTLS 25 25 1']],
  ['_pop3._tcp.host.signed.test. HASTLS', 'secure nxdomain', []],
  ['_tcp.host.signed.test. HASTLS', 'secure nodata', []],
  ['alias.signed.test. A', 'secure data', ['host.signed.test. 300 IN A 192.0.2.1']],
  ['host.old.signed.test. A', 'secure data', ['host.new.signed.test. 300 IN A 192.0.2.2']],
  ['x.wild.signed.test. A', 'secure data', ['x.wild.signed.test. 300 IN A 192.0.2.3']],
  ['host.plain.test. A', 'insecure data', ['host.plain.test. 300 IN A 192.0.2.4']],
  ['nothing.plain.test. A', 'insecure nxdomain', []],
];

const FORGED = read(`
_smtp._tcp.other.signed.test. 300 HASTLS 25 0 0
_imap._tcp.host.signed.test. 300 HASTLS 1143 0 0
ns.signed.test. 300 A 192.0.2.66
host.elsewhere. 300 A 192.0.2.66
elsewhere. 300 NS ns.signed.test.
elsewhere. 300 TXT "of no zone here"
`);
/** True, signed, and not asked for. */
const TRUE = ['_imap._tcp.host.signed.test. HASTLS', 'signed.test. SOA', 'host.signed.test. A', 'signed.test. DNSKEY'];
/** True denials by the zones above, with their signatures and SOA records. */
const ABOVE = ['zz. DS', 'zz.test. DS', '. DS'];

type Section = 'answers' | 'authorities' | 'additionals';
const SECTIONS: readonly (readonly Section[])[] = [
  ['answers'],
  ['authorities'],
  ['additionals'],
  ['answers', 'authorities', 'additionals'],
];

/** Puts records before and behind those of a section, except such as would change what was asked for. */
const padded =
  (sections: readonly Section[], padding: readonly ResourceRecord[]): Attack =>
  (honest) =>
  (each) => {
    const message = honest(each);
    if (message === undefined) return undefined;
    const others = padding.filter(({ name }) => message[sections[0] ?? 'answers'].every((own) => own.name !== name));
    const around = (records: readonly ResourceRecord[]) => [...others, ...records, ...others];
    return { ...message, ...Object.fromEntries(sections.map((section) => [section, around(message[section])])) };
  };

const answersTo = (answer: Answerer, asked: readonly string[]): readonly ResourceRecord[] =>
  asked.flatMap((each) => answer(question(each))?.answers ?? []);
const denialsOf = (answer: Answerer, asked: readonly string[]): readonly ResourceRecord[] =>
  asked.flatMap((each) => answer(question(each))?.authorities ?? []);

for (const kind of ['nsec', 'nsec3'] as const) {
  const { answer, anchors } = world({ kind });
  const paddings = [
    ['forged', FORGED],
    ['true', answersTo(answer, TRUE)],
    ['denying', denialsOf(answer, ABOVE)],
  ] as const;
  for (const [what, padding] of paddings)
    for (const sections of SECTIONS)
      test(`[R33] with ${what} records in ${sections.join(', ')} that nobody asked for, ${kind.toUpperCase()}, what was asked is proven alone`, async () => {
        const behind: World = { answer: padded(sections, padding)(answer), anchors };
        for (const [each, expected, records] of asked) {
          const { proven } = await run(each, behind);
          assert.equal(`${proven.proof} ${proven.answer}`, expected, `${each}: ${proven.because.join('\n')}`);
          assert.deepEqual(
            proven.records.map((record) => recordToText(record)),
            records,
            each,
          );
        }
      });
}

test('[R33] a record among the additional ones is no answer, however true', async () => {
  const { answer, anchors } = world({ kind: 'nsec' });
  const moved: Answerer = (each) => {
    const message = answer(each);
    if (message === undefined || each.name !== parseName('_smtp._tcp.host.signed.test.')) return message;
    return { ...message, answers: [], additionals: message.answers };
  };
  const { proven } = await run('_smtp._tcp.host.signed.test. HASTLS', { answer: moved, anchors });
  assert.equal(proven.proof, 'bogus');
  assert.deepEqual(proven.records, []);
});

function read(text: string): readonly ResourceRecord[] {
  const zone = readZone(text, { origin: ROOT });
  assert.ok(zone.ok);
  return zone.value;
}
