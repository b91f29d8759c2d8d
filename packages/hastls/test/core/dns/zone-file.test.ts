import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseName, readZone, recordToGenericText, recordToText, zoneToText } from 'hastls/dns';

const lines = (text: string, options = {}): readonly string[] => {
  const zone = readZone(text, options);
  assert.ok(zone.ok, zone.ok ? '' : zone.why);
  return zone.value.map((record) => recordToText(record));
};

const ZONE = `; a zone as people write them
$ORIGIN example.org.
$TTL 1h
@       IN SOA ns1 hostmaster.example.org. (
                2026112301 ; serial
                1d 2h      ; refresh, retry
                4w
                300 )
        NS      ns1            ; the owner of the entry before
        IN 600 NS ns2.example.net.
ns1     600 IN  A 192.0.2.1
        IN      AAAA 2001:db8::1
mx      IN 30m  A 192.0.2.2\r
_smtp._tcp.mx  HASTLS 25 25 1
_imap._tcp.mx  IN TYPE65400 \\# 6 008f008f0001
_pop3._tcp.mx  HASTLS \\# 6 ( 006e
   006e 0001 )
txt     TXT "a ; b" c\\;d "(" \\"
$ORIGIN sub
a\\.b   CNAME @
\\$ttl  3 CLASS3 TYPE1234 \\# 0
$ttl 5
*       MX 0 .`;

test('a zone with all that people write in one', () => {
  assert.deepEqual(lines(ZONE), [
    'example.org. 3600 IN SOA ns1.example.org. hostmaster.example.org. 2026112301 86400 7200 2419200 300',
    'example.org. 3600 IN NS ns1.example.org.',
    'example.org. 600 IN NS ns2.example.net.',
    'ns1.example.org. 600 IN A 192.0.2.1',
    'ns1.example.org. 3600 IN AAAA 2001:db8::1',
    'mx.example.org. 1800 IN A 192.0.2.2',
    '_smtp._tcp.mx.example.org. 3600 IN HASTLS 25 25 1',
    '_imap._tcp.mx.example.org. 3600 IN HASTLS 143 143 1',
    '_pop3._tcp.mx.example.org. 3600 IN HASTLS 110 110 1',
    'txt.example.org. 3600 IN TXT "a ; b" "c;d" "(" "\\""',
    'a\\.b.sub.example.org. 3600 IN CNAME sub.example.org.',
    '\\$ttl.sub.example.org. 3 CH TYPE1234 \\# 0',
    '*.sub.example.org. 5 IN MX 0 .',
  ]);
});

test('what is written is read back', () => {
  const zone = readZone(ZONE);
  assert.ok(zone.ok);
  assert.deepEqual(readZone(zoneToText(zone.value)), zone);
  assert.deepEqual(readZone(zone.value.map(recordToGenericText).join('\n')), zone);
});

test('origin and TTL may come from outside', () => {
  const options = { origin: parseName('example.org.'), ttl: 7 };
  assert.deepEqual(lines('a A 192.0.2.1', options), ['a.example.org. 7 IN A 192.0.2.1']);
  assert.deepEqual(lines('. IN DS 20326 8 2 aabb', { ttl: 0 }), ['. 0 IN DS 20326 8 2 aabb']);
});

test('[F1] HASTLS is read under the number it is given', () => {
  const zone = readZone('a. 1 HASTLS 0 443 1', { hastlsType: 65300 });
  assert.equal(zone.ok && zone.value[0] && recordToGenericText(zone.value[0]), 'a. 1 IN TYPE65300 \\# 6 000001bb0001');
});

test('nothing is a zone file too', () => {
  for (const text of ['', '\n', ' \n\t; nothing\n', '( \n )', ';']) assert.deepEqual(lines(text), []);
});

const bad: readonly (readonly [text: string, why: string])[] = [
  ['$INCLUDE other.zone', 'line 1: $INCLUDE is refused'],
  ['a. 1 A 192.0.2.1\n$generate 1-10 a$ A 192.0.2.$', 'line 2: $GENERATE is refused'],
  ['$ORIGINS a.', 'line 1: $ORIGINS is not a directive'],
  ['$ORIGIN', 'line 1: a name is missing'],
  ['$ORIGIN a. b.', 'line 1: "b." is more than $ORIGIN has room for'],
  ['$TTL x', 'line 1: "x" is not a time'],
  ['$TTL 2147483648', 'line 1: "2147483648" is more than 2147483647 seconds'],
  [' A 192.0.2.1', 'line 1: an entry that begins with white space'],
  ['a. A 192.0.2.1', 'line 1: a record without a TTL'],
  ['a. 1', 'line 1: a type is missing'],
  ['a.', 'line 1: a type is missing'],
  ['a. 1 2 A 192.0.2.1', 'line 1: "2" is not a record type'],
  ['a. IN CH 1 A 192.0.2.1', 'line 1: "CH" is not a record type'],
  ['a. 1 NOPE x', 'line 1: "NOPE" is not a record type'],
  ['\n\na. 1 A 192.0.2.1 extra', 'line 3: "extra" is more than the type has fields for'],
  ['\na. 1 SOA ( a. b.\n1 2 3\n4 x )', 'line 2: "x" is not a time'],
  ['a. 1 TXT (\n"a"\n', 'line 1: an opening parenthesis that is never closed'],
  ['a. 1 A 192.0.2.1 )', 'line 1: a closing parenthesis'],
  ['a. 1 TXT "a\nb"', 'line 1: a quote that is not closed on its line'],
  ['a. 1 TXT "a\\', 'line 1: a quote that is not closed on its line'],
  ['a. 1 TXT a\\\n', 'line 1: a backslash at the end of a line'],
  ['a. 1 TXT \u0000', 'line 1: a control character'],
  ['é. 1 A 192.0.2.1', 'line 1: a domain name is written in ASCII'],
  [`${'a'.repeat(64)}. 1 A 192.0.2.1`, 'line 1: a label has at most 63 octets'],
  [`a. 1 TXT ${'"" '.repeat(200_000)}`, 'line 1: an entry of more than'],
  [`;${'x'.repeat(16_777_216)}`, 'a zone file of more than 16777216 characters'],
  ['. 1 A 1.1.1.1\n'.repeat(250_001), 'line 250001: a zone file of more than 250000 records'],
  ['a. 1 TXT \\# 65536 00', 'line 1: "65536" is not a length'],
  ['a. 1 HASTLS 25 25', 'line 1: a number is missing'],
  ['a. 1 HASTLS 65536 0 0', 'line 1: "65536" is not a number from 0 to 65535'],
  ['a. 1 HASTLS +25 25 1', 'line 1: "+25" is not a number'],
];
for (const [text, why] of bad)
  test(`refused: ${why}`, () => {
    const zone = readZone(text);
    assert.ok(!zone.ok && zone.why.startsWith(why), zone.ok ? 'it was read' : zone.why);
  });
