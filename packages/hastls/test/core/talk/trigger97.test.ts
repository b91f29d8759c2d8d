import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duet } from '#core/talk/duet.js';
import { converse, handover, startTls, type TriggerWords, trigger97 } from '#core/talk/index.js';
import { feed, HELLO } from '../../contract/rows.js';

const WORDS: TriggerWords = {
  name: 'house',
  service: 'house',
  ports: { plain: [7000], tls: [] },
  greetings: ['HELLO', 'WELCOME'],
  ok: 'OK fine',
  required: 'TLSREQ please',
  unknown: 'QUE? what',
};
const house = trigger97(WORDS);
const TO = { host: 'host.example', self: 'client.invalid' };
const client = () => converse(house.client(TO));
const server = (mode: 'require' | 'prefer' | readonly string[] = 'require') =>
  converse(house.server({ host: 'host.example', mode }));

test('[S1] [S3] [S4] the client says one command, which negotiates nothing', () => {
  assert.deepEqual(duet(client(), server()), ['S: HELLO', 'C: TLS', 'S: OK fine']);
});

test('[S5] success is told by its first word: a generic answer or one made for the purpose', () => {
  for (const ok of ['OK', 'OK then', '200 fine', 'TLSOK']) {
    const machine = converse(trigger97({ ...WORDS, ok }).client(TO));
    feed(machine, 'HELLO\r\n', `${ok.split(' ')[0]} in other words\r\n`);
    assert.deepEqual(machine.verdict, startTls);
  }
});

test('[S8] [S2] words that cannot be told apart make no profile', () => {
  assert.throws(() => trigger97({ ...WORDS, required: 'OK but TLS' }), RangeError);
  assert.throws(() => trigger97({ ...WORDS, required: 'QUE? TLS' }), RangeError);
  assert.throws(() => trigger97({ ...WORDS, unknown: 'OK what' }), RangeError);
});

test('[S11] [S16] [S17] example 1: a client that needs TLS and is not understood has no way on but the end', () => {
  const machine = client();
  feed(machine, 'HELLO\r\n', 'QUE? what\r\n');
  assert.deepEqual(machine.verdict, { kind: 'absent', said: 'QUE? what' });
});

test('[S12] example 2: TLS, success, handshake', () => {
  const machine = server();
  assert.equal(feed(machine, 'TLS\r\n'), 'HELLO\r\nOK fine\r\n');
  assert.equal(machine.waitsFor, 'hello', 'here too nothing but a ClientHello may follow [S10]');
  feed(machine, HELLO);
  assert.deepEqual(machine.verdict, startTls);
  assert.deepEqual(machine.leftover, HELLO);
});

test('[S13] [S10] example 3: a client that does not know the demand is ended at its next command', () => {
  const machine = server();
  assert.equal(feed(machine, 'GROUP a\r\n'), 'HELLO\r\nTLSREQ please\r\n');
  feed(machine, 'G');
  assert.deepEqual(machine.verdict, { kind: 'garbled', why: 'not-the-protocol' });
});

test('[S14] [S9] example 4: demand, handshake, and the refused command once more over TLS', () => {
  const machine = server(['GROUP']);
  feed(machine, 'DATE\r\n');
  assert.deepEqual(machine.verdict, handover('DATE'));
  const next = converse(house.server({ host: 'host.example', mode: ['GROUP'], greeted: true }));
  assert.equal(feed(next, 'GROUP a\r\n'), 'TLSREQ please\r\n');
  assert.equal(house.session?.demands('TLSREQ please\r\n'), true);
  feed(next, HELLO);
  assert.deepEqual(next.verdict, startTls);
  const over = converse(house.server({ host: 'host.example', mode: ['GROUP'], greeted: true, secured: true }));
  feed(over, 'GROUP a\r\n');
  assert.deepEqual(over.verdict, handover('GROUP a'), 'the command is the application’s now');
});

test('[S7] a demand is not volunteered: it answers the command that crosses the line, be it the first or a later one', () => {
  assert.equal(feed(server('require')), 'HELLO\r\n');
  assert.equal(feed(server('require'), 'DATE\r\n'), 'HELLO\r\nTLSREQ please\r\n');
  assert.equal(feed(server(['GROUP']), 'DATE\r\n'), 'HELLO\r\n');
  assert.equal(feed(server('prefer'), 'GROUP a\r\n'), 'HELLO\r\n');
});

test('[S15] servers can insist, clients can insist, and old software keeps working', () => {
  assert.equal(feed(server('require'), 'DATE\r\n').endsWith('TLSREQ please\r\n'), true);
  const insisting = client();
  feed(insisting, 'HELLO\r\n', 'QUE?\r\n');
  assert.notDeepEqual(insisting.verdict, startTls);
  const old = server('prefer');
  feed(old, 'DATE\r\n');
  assert.deepEqual(old.verdict, handover('DATE'));
});

test('[S14] the dialogue is kept only where it is asked for', () => {
  assert.equal(house.keepsDialogue, false);
  assert.equal(trigger97({ ...WORDS, keepDialogue: true }).keepsDialogue, true);
});

test('a protocol whose client speaks first has no greeting to wait for', () => {
  const { greetings: _, ...silent } = WORDS;
  const machine = converse(trigger97(silent).client(TO));
  assert.equal(feed(machine), 'TLS\r\n');
  assert.deepEqual(converse(trigger97(silent).server({ host: 'x', mode: 'require' })).output, []);
});
