import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RCODE } from '#core/dns/index.js';
import { type Attack, createHierarchy, type DenialKind, response } from '#node/testing/index.js';
import { AT, outcome, remembering, run } from './driver.js';

const DENIALS: readonly (readonly [string, DenialKind])[] = [
  ['NSEC', { kind: 'nsec' }],
  ['NSEC3', { kind: 'nsec3' }],
  ['NSEC3 with salt and iterations', { kind: 'nsec3', salt: 'aabbccdd', iterations: 12 }],
  ['compact denial', { kind: 'compact' }],
];

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
          *.wild A 192.0.2.2
          *.wild TXT text
          alias CNAME host
          away CNAME host.other.test.
          down CNAME host.plain.test.
          any CNAME x.wild
          dead CNAME nothing
          a CNAME b
          b CNAME a
          old DNAME new
          host.new A 192.0.2.3
          *.cnames CNAME host
        `,
      },
      { apex: 'other.test.', denial, records: 'host A 192.0.2.5' },
      { apex: 'sub.signed.test.', denial, records: 'host A 192.0.2.6' },
      { apex: 'unlinked.test.', denial, ds: [], records: 'host A 192.0.2.7' },
      { apex: 'plain.test.', records: 'host A 192.0.2.4\nalias CNAME host.signed.test.', keys: [] },
    ],
  });

/** Question · outcome · round trips, everything cold. */
const cases: readonly (readonly [asked: string, outcome: string, roundTrips: number])[] = [
  ['host.signed.test. A', 'secure data', 2],
  ['_smtp._tcp.host.signed.test. HASTLS', 'secure data', 2],
  ['HOST.Signed.Test. A', 'secure data', 2],
  ['host.sub.signed.test. A', 'secure data', 2],
  ['host.signed.test. AAAA', 'secure nodata', 2],
  ['_tcp.host.signed.test. A', 'secure nodata', 2],
  ['_imap._tcp.host.signed.test. HASTLS', 'secure nxdomain', 2],
  ['nothing.signed.test. A', 'secure nxdomain', 2],
  ['a.b.c.signed.test. A', 'secure nxdomain', 2],
  ['x.wild.signed.test. A', 'secure data', 2],
  ['x.y.wild.signed.test. A', 'secure data', 2],
  ['*.wild.signed.test. A', 'secure data', 2],
  ['x.wild.signed.test. MX', 'secure nodata', 2],
  ['wild.signed.test. A', 'secure nodata', 2],
  ['alias.signed.test. A', 'secure data', 2],
  ['alias.signed.test. CNAME', 'secure data', 2],
  ['away.signed.test. A', 'secure data', 2],
  ['any.signed.test. A', 'secure data', 2],
  ['x.cnames.signed.test. A', 'secure data', 2],
  ['dead.signed.test. A', 'secure nxdomain', 2],
  ['host.old.signed.test. A', 'secure data', 2],
  ['host.old.signed.test. CNAME', 'secure data', 2],
  ['old.signed.test. A', 'secure nodata', 2],
  ['down.signed.test. A', 'insecure data', 2],
  ['host.plain.test. A', 'insecure data', 2],
  ['host.plain.test. AAAA', 'insecure nodata', 2],
  ['nothing.plain.test. A', 'insecure nxdomain', 2],
  ['alias.plain.test. A', 'insecure data', 2],
  ['host.unlinked.test. A', 'insecure data', 2],
  ['signed.test. DNSKEY', 'secure data', 2],
  ['signed.test. DS', 'secure data', 2],
  ['plain.test. DS', 'secure nodata', 2],
  ['. NS', 'secure data', 2],
  ['. DS', 'secure nodata', 2],
  ['test. SOA', 'secure data', 2],
  ['a.signed.test. A', 'indeterminate error', 1],
];

for (const [title, denial] of DENIALS) {
  const hierarchy = world(denial);
  for (const [asked, expected, roundTrips] of cases)
    test(`with ${title}, ${asked} is ${expected}`, async () => {
      const { proven, ...spent } = await run(asked, hierarchy);
      assert.equal(`${proven.proof} ${proven.answer}`, expected, proven.because.join('\n'));
      assert.equal(spent.roundTrips, roundTrips);
    });
}

test('what was learnt makes the next proof in the zone cost one round trip', async () => {
  const hierarchy = world({ kind: 'nsec' });
  const { proven } = await run('host.signed.test. A', hierarchy);
  const known = remembering(proven.learnt);
  const again = await run('_smtp._tcp.host.signed.test. HASTLS', hierarchy, { known });
  assert.equal(again.proven.proof, 'secure');
  assert.equal(again.roundTrips, 1);
  assert.equal(await outcome('host.signed.test. A', hierarchy, { known, at: AT + 301 }), 'secure data');
});

test('[A23] a SERVFAIL is no absence, and its extended errors are told', async () => {
  const hierarchy = world({ kind: 'nsec' });
  const data = Uint8Array.of(0, 7, ...Buffer.from('signature expired'));
  const servfail: Attack = () => (asked) => ({
    ...response(asked, RCODE.SERVFAIL),
    edns: { udpSize: 1232, dnssecOk: true, version: 0, options: [{ code: 15, data }] },
  });
  const { proven } = await run('host.signed.test. A', { ...hierarchy, answer: servfail(hierarchy.answer) });
  assert.equal(`${proven.proof} ${proven.answer} ${proven.rcode}`, `indeterminate error ${RCODE.SERVFAIL}`);
  assert.deepEqual(proven.extendedErrors, [{ code: 7, text: 'signature expired' }]);
  assert.match(proven.because.join('\n'), /SERVFAIL.*extended error 7: signature expired/);
});

for (const type of ['RRSIG', 'OPT', 'NXNAME', 'TYPE0', 'TYPE249', 'TYPE251', 'TYPE252'])
  test(`nobody signs ${type}: it is not even asked for, and indeterminate`, async () => {
    const { proven, roundTrips } = await run(`host.signed.test. ${type}`, world({ kind: 'nsec' }));
    assert.equal(`${proven.proof} ${proven.answer} ${roundTrips}`, 'indeterminate error 0');
    assert.match(proven.because.join('\n'), /no data that anybody signs/);
  });
