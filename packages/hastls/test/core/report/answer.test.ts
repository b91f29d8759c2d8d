import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HASTLS_TYPE, type Name, TYPE, toName, writeHastls } from '#core/dns/index.js';
import type { Link } from '#core/dnssec/index.js';
import { type Answered, answerLines, answerObject, plain } from '#core/report/index.js';

const name = (text: string): Name => {
  const read = toName(text);
  assert.ok(read.ok);
  return read.value;
};
const owner = name('_smtp._tcp.mx.example');
const rdata = writeHastls(25, 25, 1);
assert.ok(rdata.ok);

const secure: Answered = {
  name: owner,
  type: HASTLS_TYPE,
  proof: 'secure',
  answer: 'data',
  rcode: 'NOERROR',
  records: [{ name: owner, type: HASTLS_TYPE, class: 1, ttl: 300, rdata: rdata.value }],
  aliases: [],
  expires: 1_800_000_000,
  ede: [],
  because: ['signed by example.'],
  chain: [],
  asked: [],
};
const forged: Answered = {
  ...secure,
  proof: 'bogus',
  answer: 'error',
  rcode: 'SERVFAIL',
  records: [],
  aliases: [name('mx.example.net')],
  expires: null,
  ede: [{ code: 6, text: '\x1b[31mbad\u202e' }],
  because: ['no signature fits', 'the \x07 zone'],
};

test('an answer as programs are told it', () => {
  assert.deepEqual(answerObject(secure, HASTLS_TYPE), {
    v: 1,
    name: '_smtp._tcp.mx.example.',
    type: 'HASTLS',
    proof: 'secure',
    answer: 'data',
    rcode: 'NOERROR',
    records: [{ name: '_smtp._tcp.mx.example.', type: 'HASTLS', ttl: 300, data: '25 25 1' }],
    aliases: [],
    expires: '2027-01-15T08:00:00Z',
    ede: [],
    because: ['signed by example.'],
  });
  assert.deepEqual(answerObject(forged, HASTLS_TYPE).ede, [{ code: 6, text: '\\u{1b}[31mbad\\u{202e}' }]);
  assert.equal(answerObject({ ...forged, rcode: null }, HASTLS_TYPE).rcode, null);
});

test('[F1] under another number the type is HASTLS, and 65400 a type like any unknown one [RFC3597]', () => {
  const moved = answerObject({ ...secure, type: 65401 }, 65401);
  assert.equal(moved.type, 'HASTLS');
  assert.deepEqual(moved.records, [
    { name: '_smtp._tcp.mx.example.', type: 'TYPE65400', ttl: 300, data: '\\# 6 001900190001' },
  ]);
});

test('an answer as people are told it: records as in a zone file, the rest as comments', () => {
  assert.deepEqual(answerLines(secure, HASTLS_TYPE, plain), [
    '_smtp._tcp.mx.example. 300 IN HASTLS 25 25 1',
    '; secure',
    '; may be believed until 2027-01-15T08:00:00Z',
    ';   signed by example.',
  ]);
  assert.deepEqual(answerLines(forged, HASTLS_TYPE, plain), [
    '; no answer',
    '; bogus, SERVFAIL',
    '; by way of mx.example.net.',
    ';   no signature fits',
    ';   the \\u{7} zone',
    '; the server adds: extended error 6, DNSSEC Bogus, \\u{1b}[31mbad\\u{202e}',
  ]);
  assert.equal(
    answerLines({ ...forged, answer: 'nodata' }, HASTLS_TYPE, plain)[0],
    '; the name exists, this type does not',
  );
  assert.equal(answerLines({ ...forged, answer: 'nxdomain' }, HASTLS_TYPE, plain)[0], '; the name does not exist');
});

test('a chain of proof is drawn below the zones that vouch, an alias into another branch from where they part', () => {
  const link = (kind: Link['kind'], zone: string, type: number, of: string, says = 'signed'): Link => ({
    kind,
    zone: name(zone),
    name: name(of),
    type,
    keyTag: 7,
    says,
  });
  const chain: readonly Link[] = [
    link('anchor', '.', TYPE.DS, '.'),
    link('ds', '.', TYPE.DS, 'org.'),
    { ...link('dnskey', 'org.', TYPE.DNSKEY, 'org.'), inception: 1_700_000_000, expiration: 1_800_000_000 },
    link('alias', 'example.org.', TYPE.CNAME, 'www.example.org.'),
    link('dnskey', 'net.', TYPE.DNSKEY, 'net.', 'its keys'),
    link('insecure-delegation', 'net.', TYPE.DS, 'b.net.', 'net. delegates b.net. without DS'),
    link('rrset', 'example.net.', TYPE.A, 'www.example.net.'),
  ];
  const because = ['it is there', 'its keys'] as const; // the second is a link
  assert.deepEqual(
    answerLines({ ...secure, because, chain: [...chain, ...chain] }, HASTLS_TYPE, plain, 'trace').slice(3),
    [
      ';   it is there',
      '; .',
      '; ├─ trust anchor',
      '; ├─ DS of org. signed by key 7',
      '; ├─ org.',
      '; │  ├─ DNSKEY signed by key 7, 2023-11-14T22:13:20Z to 2027-01-15T08:00:00Z',
      '; │  └─ example.org.',
      '; │     └─ CNAME of www.example.org. signed by key 7',
      '; └─ net.',
      ';    ├─ DNSKEY signed by key 7',
      ';    ├─ net. delegates b.net. without DS',
      ';    └─ example.net.',
      ';       └─ A of www.example.net. signed by key 7',
      '; asked nobody: all was known',
    ],
  );
});

test('a chain that broke says so behind its last link, with the reasons below', () => {
  const link = (zone: string): Link => ({
    kind: 'ds',
    zone: name(zone),
    name: name(zone),
    type: TYPE.DS,
    keyTag: 7,
    says: 'fine',
  });
  const because = ['mx.example. A is bogus', 'DNSKEY of example.', 'the signature does not \x07 hold'] as const;
  const told = answerLines({ ...forged, because, chain: [link('.'), link('org.')] }, HASTLS_TYPE, plain, 'trace');
  assert.deepEqual(told.slice(3), [
    ';   mx.example. A is bogus',
    '; the server adds: extended error 6, DNSSEC Bogus, \\u{1b}[31mbad\\u{202e}',
    '; .',
    '; ├─ DS of . signed by key 7',
    '; └─ org.',
    ';    ├─ DS of org. signed by key 7',
    ';    └─ broken: DNSKEY of example.',
    ';       └─ the signature does not \\u{7} hold',
    '; asked nobody: all was known',
  ]);
  const unlinked = answerLines({ ...forged, because }, HASTLS_TYPE, plain, 'trace');
  assert.equal(unlinked.filter((line) => because.slice(1).some((why) => line.includes(why.slice(0, 10)))).length, 2);
});

test('a trace says who was asked, how often, and what had to be tried again', () => {
  const [udp, tcp] = ['udp://192.0.2.1 over UDP', 'udp://192.0.2.1 over TCP'];
  const asked: Answered['asked'] = [
    { question: { name: owner, type: HASTLS_TYPE }, way: udp, inVain: [] },
    {
      question: { name: name('.'), type: TYPE.DNSKEY },
      way: tcp,
      inVain: [{ way: udp, why: 'the answer is \x07cut' }],
    },
    { question: { name: name('example.'), type: TYPE.DS }, way: null, inVain: [{ way: udp, why: 'silence' }] },
  ];
  assert.deepEqual(answerLines({ ...secure, asked }, HASTLS_TYPE, plain, 'trace').slice(4), [
    '; asked 3 questions',
    '; ├─ udp://192.0.2.1 over UDP: 1 answered',
    '; ├─ udp://192.0.2.1 over TCP: 1 answered',
    '; └─ in vain',
    ';    ├─ DNSKEY of ., udp://192.0.2.1 over UDP: the answer is \\u{7}cut',
    ';    └─ DS of example., udp://192.0.2.1 over UDP: silence',
  ]);
  assert.deepEqual(answerObject({ ...secure, asked }, HASTLS_TYPE, 'trace').asked?.[1], {
    name: '.',
    type: 'DNSKEY',
    way: tcp,
    inVain: [{ way: udp, why: 'the answer is \\u{7}cut' }],
  });
  assert.equal('asked' in answerObject({ ...secure, asked }, HASTLS_TYPE), false);
});
