import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { keyTag, type Question } from '#core/dns/index.js';
import { createHierarchy, type DenialKind, dnskeyRdata, type Hierarchy, type ZoneKey } from '#node/testing/index.js';
import { AT, question } from '../core/dnssec/driver.js';

/** Questions with an answer of each kind: data, absences, wildcards, aliases, delegations, unsigned islands. */
export const ASKED: readonly string[] = [
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
  'plain.signed.test. DS',
  'host.plain.test. A',
  '_smtp._tcp.host.plain.test. HASTLS',
];

/** Material for forgeries besides the answers to all of the above. */
const FODDER: readonly string[] = [
  'test. DNSKEY',
  'sub.signed.test. DNSKEY',
  'plain.test. DS',
  'sub.signed.test. DS',
  'signed.test. TXT',
  'zz.test. A',
  'zz.sub.signed.test. A',
  '_tcp.host.signed.test. DS',
];

export const everyQuestion: readonly Question[] = [...ASKED, ...FODDER].map(question);

/** A signed and an unsigned branch; the same octets at each run, as its keys are fixed and their signatures too. */
export const signedWorld = (denial: DenialKind): Hierarchy =>
  createHierarchy({
    at: AT,
    zones: [
      { apex: 'test.', denial, keys: [fixedKey(1)] },
      {
        apex: 'signed.test.',
        denial,
        keys: [fixedKey(2)],
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
      { apex: 'sub.signed.test.', denial, keys: [fixedKey(3)], records: 'host A 192.0.2.6' },
      { apex: 'plain.signed.test.', keys: [], records: 'host A 192.0.2.7' },
      { apex: 'plain.test.', keys: [], records: 'host A 192.0.2.4' },
    ],
  });

/** PKCS #8 of an Ed25519 key up to its 32 octets. [RFC8410 §7] */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const ED25519 = 15;

function fixedKey(octet: number): ZoneKey {
  const der = Buffer.concat([PKCS8, Buffer.alloc(32, octet)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  const rdata = dnskeyRdata(257, ED25519, Buffer.from(x, 'base64url'));
  return {
    algorithm: ED25519,
    tag: keyTag(rdata),
    rdata,
    sign: (octets) => new Uint8Array(sign(null, octets, key)),
  };
}
