import assert from 'node:assert/strict';
import fc from 'fast-check';
import { equalBytes } from '#core/bytes/compare.js';
import { parsed } from '#core/bytes/parsed.js';
import { reader } from '#core/bytes/reader.js';
import {
  canonicalRdata,
  decodeMessage,
  encodeMessage,
  HASTLS_TYPE,
  hastlsNumbers,
  rdataFromText,
  rdataToText,
  readHastls,
  readName,
  readRdata,
  readZone,
  TYPE,
  toName,
  zoneToText,
} from '#core/dns/index.js';
import { message, name, record, toWire, wireName, wireOf } from '../core/dns/arbitraries.js';
import { campaign } from './campaign.js';
import { mutateOctets, mutateText } from './mutate.js';
import { everyQuestion, signedWorld } from './signed-world.js';

// What is read is refused with a sentence or means what it says when it is written again; nothing else may happen.

const samples = <T>(of: fc.Arbitrary<T>, numRuns: number): readonly T[] => fc.sample(of, { seed: 1, numRuns });

const messages = [
  ...[signedWorld({ kind: 'nsec' }), signedWorld({ kind: 'nsec3' })].flatMap(({ answer }) => everyQuestion.map(answer)),
  ...samples(message, 60),
].map((each) => encodeMessage(each));

campaign('messages', 4, (chance) => {
  const read = decodeMessage(mutateOctets(chance, chance.any(messages) ?? new Uint8Array(), messages));
  if (!read.ok) return assert.ok(read.why.length > 0);
  const written = encodeMessage(read.value);
  const again = decodeMessage(written);
  assert.ok(again.ok);
  assert.ok(equalBytes(encodeMessage(again.value), written));
});

const wires = samples(wireName, 100);

campaign('names in octets', 1, (chance) => {
  const octets = mutateOctets(chance, chance.any(wires) ?? new Uint8Array(), wires);
  const from = reader(octets);
  const read = parsed(() => readName(from));
  if (!read.ok) return assert.ok(read.why.length > 0);
  assert.deepEqual(toName(read.value), read);
  assert.ok(toWire(read.value).length <= 255);
});

const names = [...samples(name, 100), '.', '@', '*.example.', 'host', '_smtp._tcp.Host.Example'];

campaign('names in text', 1, (chance) => {
  const read = toName(mutateText(chance, chance.any(names) ?? '', names));
  if (!read.ok) return assert.ok(read.why.length > 0);
  assert.equal(readName(reader(toWire(read.value))), read.value);
});

const zones = [
  ...samples(fc.array(record, { minLength: 1, maxLength: 4 }), 60).map((each) => zoneToText(each)),
  '$ORIGIN example.\n$TTL 1h\n@ SOA ns hostmaster ( 1 7200 3600 ; comment\n 1209600 300 )\n NS ns\nns 60 IN A 192.0.2.1\n',
  '_smtp._tcp.mx 300 IN HASTLS 25 25 1\n_pop3._tcp.mx 300 CH TYPE65400 \\# 6 006e 0000 0000\n',
  'a. 1 TXT "one" two "th\\"ree" \\065\na. 1 HTTPS 1 . alpn="h2,h3" port=443 key7="x y"\n',
];

campaign('zone files', 4, (chance) => {
  const read = readZone(mutateText(chance, chance.any(zones) ?? '', zones), chance.hits(0.5) ? { ttl: 1 } : {});
  if (!read.ok) return assert.match(read.why, /^line \d+: ./);
  const written = zoneToText(read.value);
  const again = readZone(written);
  assert.ok(again.ok, written);
  assert.equal(zoneToText(again.value), written);
});

const rdata = [
  ...Object.entries(wireOf).map(([type, wire]) => ({ type: TYPE[type as keyof typeof wireOf], wire })), // as: its own key
  { type: HASTLS_TYPE, wire: fc.uint8Array({ minLength: 6, maxLength: 6 }) },
  { type: 1234, wire: fc.uint8Array({ maxLength: 40 }) },
].map(({ type, wire }) => {
  const octets = samples(wire, 20);
  return { type, octets, texts: octets.map((each) => rdataToText(type, each)) };
});

campaign('RDATA in octets, of every type', 1, (chance) => {
  const { type, octets } = chance.any(rdata) as (typeof rdata)[number]; // as: there are some
  const { octets: others } = chance.any(rdata) as (typeof rdata)[number];
  const given = mutateOctets(chance, chance.any(octets) ?? new Uint8Array(), others);
  const text = rdataToText(type, given);
  assert.match(text, /^[\x20-\x7e]*$/);
  const read = parsed(() => readRdata(type, reader(given)));
  if (!read.ok) return assert.ok(read.why.length > 0);
  assert.deepEqual(rdataFromText(type, rdataToText(type, read.value)), read);
  assert.equal(canonicalRdata(type, read.value).length, read.value.length);
});

campaign('RDATA in text, of every type', 1, (chance) => {
  const { type, texts } = chance.any(rdata) as (typeof rdata)[number]; // as: there are some
  const { texts: others } = chance.any(rdata) as (typeof rdata)[number];
  const read = rdataFromText(type, mutateText(chance, chance.any(texts) ?? '', others));
  if (!read.ok) return assert.ok(read.why.length > 0);
  assert.deepEqual(rdataFromText(type, rdataToText(type, read.value)), read);
});

campaign('[A8] HASTLS records: three numbers and doors, or unusable', 1, (chance) => {
  const octets = Uint8Array.from({ length: chance.hits(0.8) ? 6 : chance.below(10) }, () =>
    chance.hits(0.4) ? 0 : chance.below(256),
  );
  const read = readHastls(octets);
  const [plain, tls, preference] = hastlsNumbers(octets) ?? [];
  if (read.kind === 'unusable') assert.ok(octets.length !== 6 || (plain === 0 && tls === 0));
  else {
    assert.equal(read.preference, preference);
    const { doors } = read;
    const ports =
      doors.kind === 'in-band'
        ? [doors.port, doors.port]
        : ['plain' in doors ? doors.plain : 0, 'tls' in doors ? doors.tls : 0];
    assert.deepEqual(ports, [plain, tls]);
  }
});
