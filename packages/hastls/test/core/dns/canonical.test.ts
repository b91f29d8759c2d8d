import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import {
  canonicalRdata,
  canonicalRrset,
  keyTag,
  parseName,
  type ResourceRecord,
  rdataFromText,
  readDnskey,
  readDs,
  readRrsig,
  signedOctets,
  signedOwner,
  TYPE,
} from 'hastls/dns';
import { concatBytes } from '#core/bytes/compare.js';
import { toHex } from '#core/bytes/hex.js';

function rdata(type: number, text: string): Uint8Array {
  const read = rdataFromText(type, text);
  assert.ok(read.ok, read.ok ? '' : read.why);
  return read.value;
}
const record = (owner: string, type: number, text: string, ttl = 3600): ResourceRecord => ({
  name: parseName(owner),
  type,
  class: 1,
  ttl,
  rdata: rdata(type, text),
});

// The Ed25519 example of RFC 8080 §6.1.
const key = rdata(TYPE.DNSKEY, '257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=');
const ds = rdata(TYPE.DS, '3613 15 2 3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b');
const signature = rdata(
  TYPE.RRSIG,
  `MX 15 2 3600 1440021600 1438207200 3613 example.com. (
   oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg== )`,
);
const holds = (rrset: readonly ResourceRecord[]): boolean => {
  const spki = concatBytes(Buffer.from('302a300506032b6570032100', 'hex'), readDnskey(key).publicKey);
  const publicKey = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  return verify(null, signedOctets(signature, rrset), publicKey, readRrsig(signature).signature);
};

test('[RFC4034 §3.1.8.1] a published signature holds over what signedOctets gives', () => {
  assert.ok(holds([record('example.com.', TYPE.MX, '10 mail.example.com.')]));
});

test('[RFC4034 §6.2] neither the TTL nor the case of names is part of what was signed', () => {
  assert.ok(holds([record('EXAMPLE.com.', TYPE.MX, '10 MAIL.Example.com.', 17)]));
});

test('[RFC4034 §6.3] a record that stands twice counts once', () => {
  const once = record('example.com.', TYPE.MX, '10 mail.example.com.');
  assert.ok(holds([once, record('example.com.', TYPE.MX, '10 Mail.example.com.')]));
  assert.ok(!holds([once, record('example.com.', TYPE.MX, '20 mail.example.com.')]));
});

test('[RFC4034 B] [RFC4034 §5.1.4] key tag and digest of the example agree with its DS', () => {
  assert.equal(keyTag(key), readDs(ds).keyTag);
  const digest = createHash('sha256')
    .update(concatBytes(Buffer.from('076578616d706c6503636f6d00', 'hex'), key))
    .digest('hex');
  assert.equal(toHex(readDs(ds).digest), digest);
});

test('[RFC4034 §6.2] [RFC6840 §5.1] [RFC3597 §7] names are lower-cased in just the old types', () => {
  const rows: readonly (readonly [type: keyof typeof TYPE, text: string, lowered: boolean])[] = [
    ['NS', 'A.B.', true],
    ['MD', 'A.B.', true],
    ['MF', 'A.B.', true],
    ['CNAME', 'A.B.', true],
    ['SOA', 'A. B. 1 2 3 4 5', true],
    ['MB', 'A.B.', true],
    ['MG', 'A.B.', true],
    ['MR', 'A.B.', true],
    ['PTR', 'A.B.', true],
    ['MINFO', 'A. B.', true],
    ['MX', '1 A.B.', true],
    ['RP', 'A. B.', true],
    ['AFSDB', '1 A.B.', true],
    ['RT', '1 A.B.', true],
    ['PX', '1 A. B.', true],
    ['NAPTR', '1 2 "u" "v" "w" A.B.', true],
    ['KX', '1 A.B.', true],
    ['SRV', '1 2 3 A.B.', true],
    ['DNAME', 'A.B.', true],
    ['RRSIG', 'MX 15 2 3600 1440021600 1438207200 3613 A.B. AAAA', true],
    ['NSEC', 'A.B. MX', false],
    ['SVCB', '1 A.B.', false],
    ['HTTPS', '1 A.B.', false],
  ];
  for (const [type, text, lowered] of rows) {
    const given = rdata(TYPE[type], text);
    const expected = lowered
      ? rdata(
          TYPE[type],
          text.replace(/[AB](?=\.)/g, (letter) => letter.toLowerCase()),
        )
      : given;
    assert.equal(toHex(canonicalRdata(TYPE[type], given)), toHex(expected), type);
  }
});

test('[RFC4034 §6.3] records are ordered by the octets of their data, an earlier end first', () => {
  const texts = ['"b"', '"a" "a"', '"a"', '"ab"'];
  const ordered = canonicalRrset(texts.map((text) => record('x.', TYPE.TXT, text)));
  assert.deepEqual(
    ordered.map((each) => toHex(each.rdata)),
    ['0161', '01610161', '0162', '026162'],
  );
});

test('[RFC4035 §5.3.2] the owner is that of the wildcard when the signature has fewer labels', () => {
  const rows: readonly (readonly [owner: string, labels: number, signed: string])[] = [
    ['a.b.example.', 3, 'a.b.example.'],
    ['a.b.example.', 2, '*.b.example.'],
    ['a.b.example.', 1, '*.example.'],
    ['a.b.example.', 0, '*.'],
    ['*.b.example.', 2, '*.b.example.'],
    ['*.b.example.', 1, '*.example.'],
    ['.', 0, '.'],
  ];
  for (const [owner, labels, signed] of rows) assert.equal(signedOwner(parseName(owner), labels), signed);
  assert.throws(() => signedOwner(parseName('b.example.'), 3), RangeError);
  assert.throws(() => signedOwner(parseName('*.example.'), 2), RangeError);
});

test('a signature is not put over what is no RRset, or one of another type', () => {
  const mx = record('example.com.', TYPE.MX, '10 mail.example.com.');
  assert.throws(() => signedOctets(signature, []), /at least one/);
  assert.throws(() => signedOctets(signature, [mx, { ...mx, name: parseName('example.org.') }]), /one owner/);
  assert.throws(() => signedOctets(signature, [mx, record('example.com.', TYPE.NS, 'a.')]), /one owner/);
  assert.throws(() => signedOctets(signature, [record('example.com.', TYPE.NS, 'a.')]), /over type 15/);
  assert.throws(() => signedOctets(signature, [{ ...mx, name: parseName('com.') }]), /labels/);
});
