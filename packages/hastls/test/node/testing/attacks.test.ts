import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Message, parseName, type Question, RCODE, recordToText, TYPE, typeToText } from '#core/dns/index.js';
import * as testing from '#node/testing/index.js';

const hierarchy = testing.createHierarchy({
  at: 1_780_000_000,
  zones: [{ apex: 'test.', records: 'host A 192.0.2.1\nhost TXT "here"\nother A 192.0.2.2' }],
});
const host: Question = { name: parseName('host.test.'), type: TYPE.A };
const missing: Question = { name: parseName('missing.test.'), type: TYPE.A };
const under = (question: Question, ...attacks: readonly testing.Attack[]): Message | undefined =>
  testing.attacked(hierarchy.answer, ...attacks)(question);
const types = (message: Message | undefined): string =>
  [...(message?.answers ?? []), ...(message?.authorities ?? [])].map(({ type }) => typeToText(type)).join(' ');

/** Attack · the question it is tried on · what the victim then sees. */
const seen: readonly (readonly [name: string, testing.Attack, Question, types: string, rcode: number])[] = [
  ['stripSignatures', testing.stripSignatures, host, 'A', RCODE.NOERROR],
  ['stripSignatures', testing.stripSignatures, missing, 'SOA NSEC NSEC', RCODE.NXDOMAIN],
  ['stripDnssec', testing.stripDnssec, missing, 'SOA', RCODE.NXDOMAIN],
  ['forge', testing.forge('host.test. 300 IN A 192.0.2.66'), host, 'A', RCODE.NOERROR],
  ['inject', testing.inject('host.test. 300 IN A 192.0.2.66'), host, 'A RRSIG A', RCODE.NOERROR],
  ['deny', testing.deny(), host, 'SOA', RCODE.NXDOMAIN],
  ['answerServfail', testing.answerServfail, host, '', RCODE.SERVFAIL],
  ['multiplySignatures', testing.multiplySignatures(2), host, 'A RRSIG RRSIG RRSIG', RCODE.NOERROR],
  ['answerOf a sibling', testing.answerOf(() => missing), host, 'SOA RRSIG NSEC RRSIG NSEC RRSIG', RCODE.NXDOMAIN],
  ['truncate', testing.truncate, host, '', RCODE.NOERROR],
];
for (const [name, attack, question, expected, rcode] of seen)
  test(`${name} turns the answer for ${question.name} into ${expected || 'nothing'}`, () => {
    const message = under(question, attack);
    assert.equal(types(message), expected);
    assert.equal(message?.rcode, rcode);
    assert.deepEqual(message?.questions, [question]);
  });

test('a forged record stands in the place of the true one', () => {
  const [record] = under(host, testing.forge('host.test. 300 IN A 192.0.2.66'))?.answers ?? [];
  assert.ok(record);
  assert.match(recordToText(record), /192\.0\.2\.66/);
});

test('a stripped DS leaves other questions alone', () => {
  assert.equal(types(under({ name: parseName('test.'), type: TYPE.DS }, testing.stripDs)), 'SOA RRSIG NSEC RRSIG');
  assert.equal(types(under(host, testing.stripDs)), 'A RRSIG');
});

test('borrowed signatures claim the type and the owner that they are put on', () => {
  const borrow = testing.borrowSignatures((question) => ({ ...question, type: TYPE.TXT }));
  const [honest, bent] = [hierarchy.answer(host), under(host, borrow)];
  assert.equal(types(bent), 'A RRSIG');
  assert.deepEqual(bent?.answers[1]?.rdata.subarray(0, 18), honest.answers[1]?.rdata.subarray(0, 18));
  assert.notDeepEqual(bent?.answers[1]?.rdata, honest.answers[1]?.rdata);
});

test('spoilt signatures and changed lifetimes differ from the true ones in nothing else', () => {
  const spoilt = under(host, testing.spoilSignatures);
  assert.notDeepEqual(spoilt?.answers, hierarchy.answer(host).answers);
  assert.deepEqual(
    spoilt?.answers.map(({ rdata }) => rdata.length),
    hierarchy.answer(host).answers.map(({ rdata }) => rdata.length),
  );
  assert.deepEqual(
    under(host, testing.setTtl(7))?.answers.map(({ ttl }) => ttl),
    [7, 7],
  );
});

test('silence, truncation and a wrong question are seen as such', () => {
  assert.equal(under(host, testing.staySilent), undefined);
  assert.equal(under(host, testing.truncate)?.flags.truncated, true);
  assert.deepEqual(under(host, testing.changeQuestion(missing))?.questions, [missing]);
});

test('an attack against one type spares the others, and attacks add up', () => {
  const aimed = testing.against(testing.ofType(TYPE.TXT), testing.answerServfail);
  assert.equal(under(host, aimed)?.rcode, RCODE.NOERROR);
  assert.equal(under({ ...host, type: TYPE.TXT }, aimed)?.rcode, RCODE.SERVFAIL);
  assert.equal(types(under(host, testing.inject('host.test. 300 IN A 192.0.2.66'), testing.stripSignatures)), 'A A');
});

test('replay answers with what was true at another time', () => {
  const past = testing.createHierarchy({ at: 1_000_000_000, zones: [{ apex: 'test.', records: 'host A 192.0.2.1' }] });
  assert.deepEqual(under(host, testing.replay(past.answer)), past.answer(host));
});
