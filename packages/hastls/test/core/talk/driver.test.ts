import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latin1, text } from '#core/bytes/index.js';
import {
  type Conversation,
  clientHello,
  converse,
  type Handover,
  handover,
  LIMITS,
  line,
  type Machine,
  say,
  startTls,
  type Verdict,
} from '#core/talk/index.js';

const HELLO = Uint8Array.of(0x16, 3, 1, 1, 0x6a, 1, 0, 1);

/** A server that starts TLS at GO, demands a ClientHello at WAIT, hands over MINE, and repeats everything else. */
function* toy(): Conversation<Verdict | Handover, 'server'> {
  for (;;) {
    const heard = yield* line();
    if (heard === 'MINE') return handover(heard);
    yield* say(heard);
    if (heard === 'GO') return startTls;
    if (heard === 'WAIT') return yield* clientHello();
  }
}

/** Gives the machine its input in pieces, sending its output in between as a socket would. */
function fed(...pieces: readonly (string | Uint8Array)[]): { machine: Machine<Verdict | Handover>; sent: string } {
  const machine = converse(toy());
  let sent = '';
  for (const piece of pieces) {
    machine.feed(typeof piece === 'string' ? latin1(piece) : piece);
    sent += machine.output.splice(0).map(text).join('');
  }
  return { machine, sent };
}
const garbled = (why: string) => ({ kind: 'garbled', why });

test('a go-ahead with nothing behind it starts TLS', () => {
  const { machine, sent } = fed('a\r\nGO\r\n');
  assert.deepEqual(machine.verdict, startTls);
  assert.equal(sent, 'a\r\nGO\r\n');
  assert.equal(machine.leftover.length, 0);
});

test('octets behind the upgrade garble it, and not one more word is said [V3] [V4]', () => {
  for (const extra of ['x', 'NOOP\r\n', HELLO]) {
    const machine = converse(toy());
    machine.feed(latin1('GO\r\n'));
    machine.feed(typeof extra === 'string' ? latin1(extra) : extra);
    assert.deepEqual(machine.verdict, garbled('bytes-before-tls'));
    assert.deepEqual(machine.output, [], 'the go-ahead had not been sent');
  }
  const { machine, sent } = fed(`GO\r\nx`);
  assert.deepEqual(machine.verdict, garbled('bytes-before-tls'));
  assert.equal(sent, '');
});

test('what comes after the go-ahead went out is left for the TLS engine, untouched', () => {
  const { machine } = fed('GO\r\n', HELLO);
  assert.deepEqual(machine.verdict, startTls);
  assert.deepEqual(machine.leftover, HELLO);
});

test('[S10] a ClientHello that answers a demand is given back whole', () => {
  const { machine } = fed('WAIT\r\n', HELLO.subarray(0, 4), HELLO.subarray(4));
  assert.deepEqual(machine.verdict, startTls);
  assert.deepEqual(machine.leftover, HELLO);
});

test('[S10] [S13] anything but a ClientHello after a demand ends the dialogue at its first wrong octet', () => {
  assert.deepEqual(fed('WAIT\r\n', 'N').machine.verdict, garbled('not-the-protocol'));
  assert.deepEqual(fed('WAIT\r\n', HELLO.subarray(0, 5), 'x').machine.verdict, garbled('not-the-protocol'));
});

test('[S13] a demand is not even said to a client that has pipelined past it', () => {
  for (const extra of ['NOOP\r\n', HELLO]) {
    const machine = converse(toy());
    machine.feed(Buffer.concat([Buffer.from('WAIT\r\n'), Buffer.from(extra)]));
    assert.deepEqual(machine.verdict, garbled('bytes-before-tls'));
    assert.deepEqual(machine.output, []);
  }
});

test('the rule of nothing left over is waived for the step that peeked, and for no later one [V3]', () => {
  function* peeksTooEarly(): Conversation<Verdict, 'server'> {
    yield* clientHello();
    yield { do: 'take', frame: () => 1 };
    return startTls;
  }
  const machine = converse(peeksTooEarly());
  machine.feed(HELLO);
  assert.deepEqual(machine.verdict, garbled('bytes-before-tls'));
});

test('one octet short of a ClientHello is no ClientHello, and a cut is never a success', () => {
  const { machine } = fed('WAIT\r\n', HELLO.subarray(0, 5));
  assert.equal(machine.verdict, undefined);
  assert.equal(machine.waitsFor, 'hello');
  machine.end();
  assert.deepEqual(machine.verdict, garbled('cut-short'));
  machine.feed(HELLO.subarray(5));
  assert.deepEqual(machine.verdict, garbled('cut-short'), 'a verdict stands');
});

test('a command that is the application’s is handed over, with all that follows it', () => {
  const { machine } = fed('a\r\nMINE\r\nBODY\r\nGO\r\n');
  assert.deepEqual(machine.verdict, handover('MINE'));
  assert.equal(text(machine.leftover), 'BODY\r\nGO\r\n');
});

test('a deadline can be set for each frame: taking one is seen', () => {
  const { machine } = fed('a\r\nb');
  assert.deepEqual([machine.waitsFor, machine.frames], ['frame', 1]);
  machine.feed(latin1('\r'));
  assert.deepEqual([machine.waitsFor, machine.frames], ['frame', 1]);
  machine.feed(latin1('\nGO\r\n'));
  assert.deepEqual([machine.waitsFor, machine.frames], ['nothing', 3]);
});

const LONGEST = `${'A'.repeat(LIMITS.frameOctets - 2)}\r\n`;
const bounds: readonly (readonly [what: string, within: string, beyond: string])[] = [
  ['a line beyond 8 KiB', LONGEST, `A${LONGEST}`],
  ['a line without an end', 'A'.repeat(LIMITS.frameOctets), 'A'.repeat(1_000_000)],
  ['the 129th line', 'a\r\n'.repeat(LIMITS.frames), 'a\r\n'.repeat(LIMITS.frames + 1)],
  ['octets beyond 64 KiB in all', LONGEST.repeat(8), `${LONGEST.repeat(8)}a\r\n`],
];
for (const [what, within, beyond] of bounds)
  test(`${what} ends the dialogue [V17]`, () => {
    assert.equal(fed(within).machine.verdict, undefined);
    assert.deepEqual(fed(beyond).machine.verdict, garbled('too-long'));
  });

test('a ClientHello or an alert in the midst of a dialogue is no command [V14]', () => {
  for (const first of [0x16, 0x15, 0x00])
    assert.deepEqual(fed('a\r\n', Uint8Array.of(first)).machine.verdict, garbled('not-the-protocol'));
});
