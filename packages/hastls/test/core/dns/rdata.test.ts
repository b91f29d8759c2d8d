import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  HASTLS_TYPE,
  hasType,
  parseName,
  rdataFromText,
  rdataToText,
  readMx,
  readNsec,
  readNsec3,
  readNsec3Param,
  readSoa,
  readSrv,
  readSshfp,
  readSvcb,
  readTarget,
  readTlsa,
  TYPE,
  toBitmap,
  typeFromText,
  typesOf,
  typeToText,
} from 'hastls/dns';
import { toHex } from '#core/bytes/hex.js';

function rdata(type: number, text: string): Uint8Array {
  const read = rdataFromText(type, text);
  assert.ok(read.ok, read.ok ? '' : `${text}: ${read.why}`);
  return read.value;
}

const X = '0178' + '00'; // the name x.
/** Text that is already as we write it, and its wire. */
const same: readonly (readonly [type: keyof typeof TYPE, text: string, hex: string])[] = [
  ['A', '192.0.2.1', 'c0000201'],
  ['NS', 'x.', X],
  ['CNAME', '.', '00'],
  ['SOA', 'x. h\\.m.x. 4294967295 7200 3600 1209600 300', `${X}03682e6d${X}ffffffff00001c2000000e10001275000000012c`],
  ['PTR', 'x.', X],
  ['HINFO', '"a" "b c"', '0161' + '03622063'],
  ['MINFO', 'x. .', `${X}00`],
  ['MX', '10 x.', `000a${X}`],
  ['TXT', '""', '00'],
  ['TXT', '"a\\"b\\\\;" "\\000\\255"', '0561' + '22625c3b' + '0200ff'],
  ['RP', 'x. x.', `${X}${X}`],
  ['AFSDB', '1 x.', `0001${X}`],
  ['AAAA', '2001:db8::1', '20010db8000000000000000000000001'],
  ['AAAA', '::', '00000000000000000000000000000000'],
  ['AAAA', '1:0:0:2::', '00010000000000020000000000000000'],
  ['AAAA', '1:0:2:3:4:5:6:7', '00010000000200030004000500060007'],
  ['SRV', '0 5 993 x.', `0000000503e1${X}`],
  ['NAPTR', '100 10 "s" "SIP+D2T" "" x.', `0064000a0173075349502b44325400${X}`],
  ['DNAME', 'x.', X],
  ['DS', '60485 5 1 2bb183af', 'ec450501' + '2bb183af'],
  ['RRSIG', 'A 5 3 86400 20030322173103 20030220173103 2642 x. /w==', `00010503000151803e7c9dd73e5510d70a52${X}ff`],
  ['RRSIG', 'HASTLS 13 0 1 19700101000000 21060207062815 0 . AAAA', 'ff780d000000000100000000ffffffff000000000000'],
  ['NSEC', 'x. A MX RRSIG NSEC TYPE1234', `${X}0006400100000003041b${'00'.repeat(26)}20`],
  ['NSEC', '.', '00'],
  ['NSEC', '. HASTLS', `00ff10${'00'.repeat(15)}80`],
  ['DNSKEY', '256 3 5 AQ==', '01000305' + '01'],
  [
    'NSEC3',
    '1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr A RRSIG',
    '0101000c04aabbccdd1417' + '4eb2409fe28bcb48' + '87a1836f957f0a8425e27b' + '000640000000' + '0002',
  ],
  ['NSEC3', '1 0 0 - 00', '01000000' + '00' + '0100'],
  ['NSEC3PARAM', '1 0 0 -', '0100000000'],
  ['NSEC3PARAM', '1 0 12 aabb', '0100000c02aabb'],
  ['TLSA', '3 1 1 d2ab', '030101d2ab'],
  ['SSHFP', '4 2 d2ab', '0402d2ab'],
  ['SVCB', '0 x.', `0000${X}`],
  [
    'HTTPS',
    '1 . alpn="h2,h3" port=8443 ipv4hint=192.0.2.1 ipv6hint=::1',
    `000100${'0001'}0006${'026832026833'}${'00030002'}20fb${'00040004'}c0000201${'00060010'}${'00'.repeat(15)}01`,
  ],
  [
    'HTTPS',
    '1 . mandatory=port no-default-alpn port=53 ech=AQID dohpath="/q{?dns}" ohttp key65400="a b"',
    `000100${'00000002'}0003${'00020000'}${'00030002'}0035${'00050003'}010203${'00070008'}2f717b3f646e737d${'00080000'}${'ff780003'}612062`,
  ],
  ['CAA', '0 issue "ca.example; a=b"', '0005' + '6973737565' + '63612e6578616d706c653b20613d62'],
  ['CAA', '128 tbs ""', '8003746273'],
];
for (const [type, text, hex] of same)
  test(`${type} ${text}`, () => {
    assert.equal(toHex(rdata(TYPE[type], text)), hex);
    assert.equal(rdataToText(TYPE[type], rdata(TYPE[type], text)), text);
  });

/** Text that we read and write otherwise. */
const other: readonly (readonly [type: keyof typeof TYPE, text: string, written: string])[] = [
  ['SOA', '@ @ 1 1h 1H30m 2w 1d1s', '. . 1 3600 5400 1209600 86401'],
  ['TXT', 'a b\\ c\\"d', '"a" "b c\\"d"'],
  ['TXT', '"a"b', '"a" "b"'],
  ['TXT', '( "a"\n ; a comment )\n"b" )', '"a" "b"'],
  ['AAAA', '2001:DB8:0:0:1::1', '2001:db8::1:0:0:1'],
  ['AAAA', '::ffff:192.0.2.1', '::ffff:c000:201'],
  ['DS', '1 8 2 AB CD EF', '1 8 2 abcdef'],
  ['DNSKEY', '256 3 5 AQ ==', '256 3 5 AQ=='],
  ['RRSIG', 'TYPE1 5 3 1 1048354263 0 2642 x. /w==', 'A 5 3 1 20030322173103 19700101000000 2642 x. /w=='],
  ['NSEC', 'x. mx a a TYPE65400 type2', 'x. A NS MX HASTLS'],
  ['NSEC3PARAM', '1 0 0 AA', '1 0 0 aa'],
  ['HTTPS', '1 . port=1 alpn=h2', '1 . alpn="h2" port=1'],
  ['HTTPS', '1 . alpn="a\\\\,b,c\\\\\\\\d"', '1 . alpn="a\\\\,b,c\\\\\\\\d"'],
  ['HTTPS', '1 . key3="\\001\\002"', '1 . port=258'],
  ['HTTPS', '1 . key3="\\001"', '1 . key3="\\001"'],
  ['HTTPS', '1 . key4=""', '1 . key4=""'],
  [
    'SVCB',
    '16 x. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1',
    '16 x. mandatory=alpn,ipv4hint alpn="h2,h3-19" ipv4hint=192.0.2.1',
  ],
  ['A', '\\# 4 C000 0201', '192.0.2.1'],
  ['MX', '\\# 4 000a0000', ''],
];
for (const [type, text, written] of other)
  test(`${type} ${text} is read`, () => {
    if (written === '') assert.equal(rdataFromText(TYPE[type], text).ok, false);
    else assert.equal(rdataToText(TYPE[type], rdata(TYPE[type], text)), written);
  });

const bad: readonly (readonly [type: keyof typeof TYPE, text: string, why: RegExp])[] = [
  ['A', '', /address is missing/],
  ['A', '192.0.2', /not an IPv4/],
  ['A', '192.0.2.01', /not an IPv4/],
  ['A', '192.0.2.256', /not an IPv4/],
  ['A', '192.0.2.1 1', /more than the type has fields for/],
  ['AAAA', ':::', /not an IPv6/],
  ['AAAA', '1::2::3', /not an IPv6/],
  ['AAAA', '1:2:3:4:5:6:7', /not an IPv6/],
  ['AAAA', '1:2:3:4:5:6:7::8:9', /not an IPv6/],
  ['AAAA', '1:2:3:4:5:6:7:8::', /not an IPv6/],
  ['AAAA', 'fe80::1%eth0', /not an IPv6/],
  ['AAAA', '12345::', /not an IPv6/],
  ['AAAA', '1.2.3.4', /not an IPv6/],
  ['MX', '+1 x.', /not a number/],
  ['MX', '-1 x.', /not a number/],
  ['MX', '65536 x.', /0 to 65535/],
  ['MX', '10', /name is missing/],
  ['MX', '10 a..b.', /empty label/],
  ['TXT', '', /missing/],
  ['TXT', `"${'a'.repeat(256)}"`, /at most 255/],
  ['TXT', '"a', /not closed/],
  ['TXT', '"\\256"', /no octet/],
  ['TXT', '"é"', /ASCII/],
  ['TXT', '( a', /never closed/],
  ['TXT', 'a )', /without an opening/],
  ['TXT', 'a\nb', /more than one line/],
  ['SOA', 'x. x. 1 1x 1 1 1', /not a time/],
  ['DS', '1 8 2', /empty/],
  ['DS', '1 8 2 abc', /two digits/],
  ['DS', '1 8 2 zz', /not hex/],
  ['DNSKEY', '256 3 8 A', /groups of 4/],
  ['RRSIG', 'NOPE 5 3 1 1 1 1 x. AQ==', /not a record type/],
  ['RRSIG', 'A 5 3 1 20030230000000 1 1 x. AQ==', /not a moment/],
  ['RRSIG', 'A 5 3 1 19690101000000 1 1 x. AQ==', /not a moment/],
  ['NSEC', 'x. A NOPE', /not a record type/],
  ['NSEC3', '1 0 0 - 0z', /base32hex/],
  ['CAA', '0 is-sue ""', /letters and digits/],
  ['HTTPS', '1 . key123=a key123=b', /twice/],
  ['HTTPS', '1 . nope=a', /not a service parameter/],
  ['HTTPS', '1 . key65536=a', /not a service parameter/],
  ['HTTPS', '1 . key01=a', /not a service parameter/],
  ['HTTPS', '1 . alpn', /1 to 255/],
  ['HTTPS', '1 . alpn=h2,', /1 to 255/],
  ['HTTPS', '1 . port', /not a port/],
  ['HTTPS', '1 . port=65536', /not a port/],
  ['HTTPS', '1 . ipv4hint', /not an IPv4/],
  ['HTTPS', '1 . no-default-alpn=a', /no value/],
  ['HTTPS', '1 . mandatory=key123', /missing/],
  ['HTTPS', '1 . mandatory=mandatory', /itself/],
  ['HTTPS', '1 . mandatory=key123,key123 key123=a', /twice/],
  ['HTTPS', '\\# 16 000100000300021e6100010003026833', /ascending/],
  ['HTTPS', '\\# 15 000100 0003 0002 0035 0003 0002 0036', /ascending/],
  ['HTTPS', '\\# 8 000100000300021e', /ends early/],
  ['A', '\\# 4 c00002', /announces 4 octets and gives 3/],
  ['A', '\\# 3 c00002', /ends early/],
  ['A', '\\# x', /not a length/],
  ['A', '\\#', /length after/],
];
for (const [type, text, why] of bad)
  test(`${type} ${text.slice(0, 60)} is refused, ${why.source}`, () => {
    const read = rdataFromText(TYPE[type], text);
    assert.match(read.ok ? 'it was read' : read.why, why);
  });

const FOO_COM = '03666f6f076578616d706c6503636f6d00';
const FOO_ORG = '03666f6f076578616d706c65036f726700';
const ESCAPED = `0010${FOO_ORG}0001000c08665c6f6f2c626172026832`;
/** The published test vectors of service binding. [RFC9460 D] */
const serviceBindings: readonly (readonly [text: string, hex: string])[] = [
  ['0 foo.example.com.', `0000${FOO_COM}`],
  ['1 .', '000100'],
  ['16 foo.example.com. port=53', `0010${FOO_COM}000300020035`],
  ['1 foo.example.com. key667=hello', `0001${FOO_COM}029b000568656c6c6f`],
  ['1 foo.example.com. key667="hello\\210qoo"', `0001${FOO_COM}029b000968656c6c6fd2716f6f`],
  [
    '1 foo.example.com. ipv6hint="2001:db8::1,2001:db8::53:1"',
    `0001${FOO_COM}0006002020010db800000000000000000000000120010db8000000000000000000530001`,
  ],
  [
    '1 example.com. ipv6hint="2001:db8:ffff:ffff:ffff:ffff:198.51.100.100"',
    '0001076578616d706c6503636f6d000006001020010db8ffffffffffffffffc6336464',
  ],
  [
    '16 foo.example.org. (alpn=h2,h3-19 mandatory=ipv4hint,alpn\n ipv4hint=192.0.2.1)',
    `0010${FOO_ORG}00000004000100040001000902683205${'68332d3139'}00040004c0000201`,
  ],
  ['16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"', ESCAPED],
  ['16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2', ESCAPED],
];
for (const [text, hex] of serviceBindings)
  test(`[RFC9460 D] ${text}`, () => {
    for (const type of [TYPE.SVCB, TYPE.HTTPS]) assert.equal(toHex(rdata(type, text)), hex);
  });

test('[RFC3597 §5] a type without a format is written in the generic form, and read only from it', () => {
  assert.equal(rdataToText(1234, Uint8Array.of(1, 2)), '\\# 2 0102');
  assert.equal(rdataToText(1234, new Uint8Array(0)), '\\# 0');
  assert.deepEqual(rdata(1234, '\\# 0'), new Uint8Array(0));
  const read = rdataFromText(1234, '1 2');
  assert.match(read.ok ? '' : read.why, /LENGTH HEX/);
});

test('data that does not fit its type is written in the generic form', () => {
  assert.equal(rdataToText(TYPE.NSEC3, Uint8Array.of(1, 0, 0, 0, 0, 0)), '\\# 6 010000000000'); // a hash of no octets
  assert.equal(rdataToText(TYPE.A, Uint8Array.of(1)), '\\# 1 01');
  assert.equal(rdataToText(HASTLS_TYPE, new Uint8Array(7)), '\\# 7 00000000000000');
});

test('[F1] the number of HASTLS is an argument, and its mnemonic goes with it', () => {
  const options = { hastlsType: 65300 };
  assert.deepEqual(rdataFromText(65300, '25 25 1', options), { ok: true, value: Uint8Array.of(0, 25, 0, 25, 0, 1) });
  assert.equal(rdataToText(65300, Uint8Array.of(0, 25, 0, 25, 0, 1), 65300), '25 25 1');
  assert.equal(rdataFromText(HASTLS_TYPE, '25 25 1', options).ok, false);
  assert.equal(typeFromText('hastls', 65300), 65300);
  assert.equal(typeToText(65300, 65300), 'HASTLS');
  assert.equal(typeToText(65400, 65300), 'TYPE65400');
});

test('[RFC3597 §5] types by number', () => {
  const rows: readonly (readonly [word: string, type: number | undefined])[] = [
    ['TYPE1', 1],
    ['type65535', 65535],
    ['TYPE0', 0],
    ['TYPE65536', undefined],
    ['TYPE01', undefined],
    ['TYPE', undefined],
    ['TYPE+1', undefined],
    ['toString', undefined],
    ['', undefined],
  ];
  for (const [word, type] of rows) assert.equal(typeFromText(word), type, word);
});

test('a relative name is completed by the origin', () => {
  const read = rdataFromText(TYPE.MX, '10 mx', { origin: parseName('example.org.') });
  assert.equal(read.ok && readMx(read.value).exchange, 'mx.example.org.');
});

test('the typed readers say what the presentation says', () => {
  assert.deepEqual(readMx(rdata(TYPE.MX, '10 a.')), { preference: 10, exchange: 'a.' });
  assert.deepEqual(readSrv(rdata(TYPE.SRV, '1 2 3 a.')), { priority: 1, weight: 2, port: 3, target: 'a.' });
  assert.deepEqual(readSshfp(rdata(TYPE.SSHFP, '4 2 ff')), {
    algorithm: 4,
    fingerprintType: 2,
    fingerprint: Uint8Array.of(255),
  });
  assert.deepEqual(readTlsa(rdata(TYPE.TLSA, '3 1 2 ff')), {
    usage: 3,
    selector: 1,
    matching: 2,
    data: Uint8Array.of(255),
  });
  assert.equal(readTarget(rdata(TYPE.CNAME, 'a.b.')), 'a.b.');
  assert.deepEqual(readSoa(rdata(TYPE.SOA, 'a. b. 1 2 3 4 5')), {
    primary: 'a.',
    mailbox: 'b.',
    serial: 1,
    refresh: 2,
    retry: 3,
    expire: 4,
    minimum: 5,
  });
  assert.equal(readNsec(rdata(TYPE.NSEC, 'a. A')).next, 'a.');
  assert.deepEqual(readNsec3Param(rdata(TYPE.NSEC3PARAM, '1 0 5 ab')), {
    algorithm: 1,
    flags: 0,
    iterations: 5,
    salt: Uint8Array.of(0xab),
  });
  const nsec3 = readNsec3(rdata(TYPE.NSEC3, '1 1 0 - vs MX'));
  assert.deepEqual([nsec3.flags, toHex(nsec3.nextHash), hasType(nsec3.bitmap, TYPE.MX)], [1, 'ff', true]);
  assert.deepEqual(readSvcb(rdata(TYPE.HTTPS, '1 a. port=1')).params, [{ key: 3, value: Uint8Array.of(0, 1) }]);
  assert.throws(() => readTarget(Uint8Array.of(0, 0)), /left over/);
});

test('[RFC4034 §4.1.2] a type bitmap has the types that were put in, and no others', () => {
  const types = [1, 2, 15, 46, 47, 255, 256, 257, 1234, 65280, 65400, 65535];
  const bitmap = toBitmap([...types].reverse());
  assert.deepEqual(typesOf(bitmap), types);
  for (let type = 0; type <= 65535; type++) assert.equal(hasType(bitmap, type), types.includes(type));
  assert.equal(hasType(new Uint8Array(0), 0), false);
});

test('[RFC4034 §4.1.2] malformed bitmaps', () => {
  const rows: readonly (readonly [octets: readonly number[], why: RegExp])[] = [
    [[0], /ends early/],
    [[0, 2, 1], /ends early/],
    [[0, 0], /1 to 32/],
    [[0, 33, ...Array.from({ length: 33 }, () => 1)], /1 to 32/],
    [[1, 1, 1, 0, 1, 1], /ascend/],
    [[0, 1, 1, 0, 1, 1], /ascend/],
    [[0, 2, 1, 0], /zero octet/],
  ];
  for (const [octets, why] of rows) assert.throws(() => typesOf(Uint8Array.from(octets)), why);
});
