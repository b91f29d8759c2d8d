import assert from 'node:assert/strict';
import { test } from 'node:test';
import { discrepancies, type Evidence, type Practice, promiseOf, type ServicePorts } from 'hastls/policy';
import { portOf, records, SERVICES, secure } from './notation.js';

// The notation: `143` the upgrade and plaintext, `143!` the upgrade or nothing, `143~` the upgrade, and some commands wait
// for it; `993t` TLS from the first octet; `5432t!` either of the two or nothing.

function practice(text: string): readonly Practice[] {
  return [...text.matchAll(/(\d+)(t?)([!~]?)/g)].map(([, port, tls, rest]) => ({
    port: portOf(Number(port)),
    implicit: tls === 't',
    inBand: tls !== 't' || rest !== '',
    plaintext: rest === '~' ? 'some' : rest === '!' || tls === 't' ? 'none' : 'all',
  }));
}

const imap: ServicePorts = SERVICES.imap;
const mx: ServicePorts = { ...SERVICES.smtp, servesStrangers: true };

// biome-ignore format: a table
const ROWS: readonly (readonly [what: string, service: ServicePorts, published: Evidence, served: string, found: string, publish: string])[] = [
  ['[A37] both forms, and no plaintext', imap, secure('143 143 1, 0 993 1'), '143! 993t', '', '143 143 1, 0 993 1'],
  ['[A37] a promise of no plaintext that is not kept', imap, secure('143 143 1'), '143', 'contradiction A37', '143 143 0'],
  ['[A37] nor where only some commands wait', imap, secure('143 143 1'), '143~', 'contradiction A37', '143 143 0'],
  ['plaintext as was promised', imap, secure('143 143 0'), '143', '', '143 143 0'],
  ['plaintext for some commands, as was promised', imap, secure('143 143 0'), '143~', '', '143 143 0'],
  ['[R14] stricter than was promised', imap, secure('143 143 0'), '143!', 'advice R14', '143 143 1'],
  ['[A38] a public server that serves strangers keeps its promise', mx, secure('25 25 1'), '25', '', '25 25 1'],
  ['[A38] one that does not', mx, secure('25 25 1'), '25!', 'advice A38', '25 25 1'],
  ['[A37] no plaintext port, and plaintext is served', imap, secure('0 993 1'), '993t 143', 'contradiction A37, advice A13', '0 993 0, 143 143 0'],
  ['[A38] the same for strangers', mx, secure('0 465 1'), '465t 25', 'advice A13', '0 465 1, 25 25 1'],
  ['[A37] an upgrade that is not there', imap, secure('143 143 1'), '993t', 'contradiction A37, advice A13', '0 993 1'],
  ['[A37] TLS from the first octet that is not there', imap, secure('0 993 1'), '143!', 'contradiction A37, advice A13', '143 143 1'],
  ['[A37] nor on the port of the upgrade', imap, secure('143 993 1'), '143!', 'contradiction A37', '143 143 1'],
  ['[A3] TLS alone on the port of the upgrade is the upgrade', mx, secure('0 25 1'), '25!', 'advice A38', '25 25 1'],
  ['two ports, of which one is plaintext and unwelcome', imap, secure('143 993 1'), '993t 143', '', '0 993 0, 143 143 0'],
  ['two ports, of which one is not here', imap, secure('143 993 0'), '993t', 'advice R14', '0 993 1'],
  ['[R28] a server without TLS, it says', imap, secure('143 0 0'), '143', 'contradiction R28', '143 143 0'],
  ['both forms on one port', imap, secure('143 143 1'), '143t!', '', '143 143 1'],
  ['[A13] a port that nobody is led to', imap, secure('143 143 1'), '143! 993t', 'advice A13', '143 143 1, 0 993 1'],
  ['[A7] a preference that means nothing', imap, secure('143 143 7'), '143!', 'advice A7', '143 143 1'],
  ['[A7] and bars plaintext all the same', imap, secure('143 143 7'), '143', 'advice A7, contradiction A37', '143 143 0'],
  ['[A8] a record that makes no sense', imap, secure('0 0 1'), '143!', 'contradiction A8', '143 143 1'],
  ['[A8] one of two', imap, secure('143 143 1, short'), '143!', 'advice A8', '143 143 1'],
  ['[R19] none', imap, secure(''), '143!', 'advice R19', '143 143 1'],
  ['[A22] an unsigned zone', imap, { proof: 'insecure', records: records('143 143 1') }, '143!', 'unproven A22', '143 143 1'],
  ['[A23] bogus', imap, { proof: 'bogus', records: [] }, '143!', 'unproven A23', '143 143 1'],
  ['[A23] nobody knows', imap, { proof: 'indeterminate', records: [] }, '143', 'unproven A23', '143 143 0'],
];

for (const [what, service, published, served, found, publish] of ROWS)
  test(`a promise and what is served: ${what}`, () => {
    const ports = practice(served);
    const said = discrepancies(published, ports, service);
    assert.equal(said.map(({ kind, rule }) => `${kind} ${rule}`).join(', '), found, JSON.stringify(said));
    const promise = promiseOf(ports, service)
      .map(({ plain, tls, preference }) => `${plain} ${tls} ${preference}`)
      .join(', ');
    assert.equal(promise, publish);
    // what is to be published would leave nothing to complain of, but for what only the operator can know
    assert.deepEqual(
      discrepancies(secure(promise), ports, service).filter(({ rule }) => rule !== 'A38'),
      [],
    );
  });
