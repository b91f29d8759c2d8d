import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { latin1, text } from '#core/bytes/index.js';
import {
  carry,
  counted,
  dotted,
  hearClient,
  hearFrom,
  lineFrame,
  lineRest,
  MEDIATION_LIMITS,
  type Mediation,
  type MediationOutcome,
  type Passage,
  startTls,
  tell,
} from '#core/talk/index.js';
import { middleman } from './mediation.js';

/** Passes lines on; GO starts TLS, DATA is followed by ten octets, ASK is answered by the backend. */
function* toy(): Mediation<MediationOutcome> {
  for (;;) {
    const heard = yield* hearClient(lineFrame);
    const word = text(heard).trimEnd();
    yield* tell(word === 'GO' ? 'client' : 'backend', heard);
    if (word === 'GO') return startTls;
    if (word === 'DATA') yield* carry('client', counted(10));
    if (word === 'ASK') yield* tell('client', yield* hearFrom('backend', lineFrame));
  }
}

test('what one says is told to the other', () => {
  const { client, backend } = middleman(toy());
  assert.equal(client('hello\r\n'), 'B:hello\r\n');
  assert.equal(backend('news'), 'C:news');
});

test('[V3] nothing may be left over when TLS begins, and then not even the go-ahead goes out', () => {
  const { client, mediator } = middleman(toy());
  assert.equal(client('hello\r\nGO\r\nmore'), '');
  assert.deepEqual(mediator.verdict, { kind: 'garbled', why: 'bytes-before-tls' });
});

test('[V3] a ClientHello that is there before the go-ahead went out was sent in clear', () => {
  const { mediator } = middleman(toy());
  mediator.feed('client', latin1('GO\r\n'));
  mediator.feed('client', Uint8Array.of(0x16, 3, 1));
  assert.deepEqual(mediator.verdict, { kind: 'garbled', why: 'bytes-before-tls' });
  assert.deepEqual(mediator.output, []);
});

test('after the verdict octets are kept for whoever reads on', () => {
  const { client, mediator } = middleman(toy());
  assert.equal(client('GO\r\n'), 'C:GO\r\n');
  client('hello');
  assert.equal(text(mediator.leftover('client')), 'hello');
  assert.deepEqual(mediator.verdict, startTls);
});

test('while an answer is owed, the client waits, and whose turn it is can be asked', () => {
  const { client, backend, mediator } = middleman(toy());
  assert.equal(mediator.wants('client') && mediator.wants('backend'), true);
  assert.equal(client('ASK\r\nGO\r\n'), 'B:ASK\r\n');
  assert.equal(mediator.wants('client'), false);
  assert.equal(backend('answer\r\n'), 'C:answer\r\nGO\r\n');
  assert.deepEqual(mediator.verdict, startTls);
});

test('what is carried triggers nothing, and is passed on as it was fed, not copied', () => {
  const { client, mediator } = middleman(toy());
  client('DATA\r\n');
  const piece = latin1('GO\r\nGO\r\n');
  mediator.feed('client', piece);
  assert.equal(mediator.output[0]?.bytes.buffer, piece.buffer);
  mediator.output.length = 0;
  assert.equal(client('GGGO\r\n'), 'B:GGC:GO\r\n');
});

for (const [party, limit] of Object.entries(MEDIATION_LIMITS))
  test(`[V17] a frame of the ${party}'s is bounded`, () => {
    const { client, backend, mediator } = middleman(toy());
    client('ASK\r\n');
    if (party === 'backend') backend('A'.repeat(limit + 1));
    else client.call(undefined, backend('answer\r\n'), 'A'.repeat(limit + 1));
    assert.deepEqual(mediator.verdict, { kind: 'garbled', why: 'too-long' });
  });

/** Runs a passage over a text in two pieces, at each place where it can be cut: where it ends, or undefined. */
function endsOf(make: () => Passage, whole: string): readonly (number | undefined)[] {
  return Array.from({ length: whole.length + 1 }, (_, cut) => {
    const passage = make();
    const first = passage(latin1(whole.slice(0, cut)));
    if (first !== undefined) return first;
    const second = passage(latin1(whole.slice(cut)));
    return second === undefined || second < 0 ? second : cut + second;
  });
}

const dots: readonly (readonly [whole: string, ends: number | undefined, why: string])[] = [
  ['.\r\nQUIT', 3, 'the first line may be the last'],
  ['a\r\n.\r\nQUIT', 6, 'the line behind the dot is no longer the message'],
  ['a\r\n..\r\n.b\r\n.\r\n', 14, 'lines that begin with a dot are lines'],
  ['a.\r\n.\r.\r\n', undefined, 'a dot must be alone'],
  ['a\r\n.\r\r\n', undefined, 'with nothing behind it but the end of the line'],
  ['\r\n\r\n.\r\n', 7, 'empty lines are lines'],
  ['a\n.\n', -1, 'what ends the message for some servers only'],
  ['a\n.\r\n', -1, 'what ends the message for some servers only'],
  ['a\r\n.\n', -1, 'what ends the message for some servers only'],
  ['\n\n.\r\n', -1, 'what ends the message for some servers only'],
  ['a\nb\r\n.\r\n', 8, 'a lone LF elsewhere is for the backend to judge'],
];
for (const [whole, ends, why] of dots)
  test(`a dotted passage in ${JSON.stringify(whole)}, however it is cut, ${ends === undefined ? 'goes on' : `ends at ${ends}`}: ${why}`, () =>
    assert.deepEqual(new Set(endsOf(dotted, whole)), new Set([ends])));

test('a counted passage ends after so many octets, however it is cut', () => {
  assert.deepEqual(new Set(endsOf(() => counted(3), 'abcdef')), new Set([3]));
  assert.equal(counted(0)(latin1('a')), 0);
});

test('the rest of a line ends with the line, and tells its last octets', () => {
  for (const cut of [0, 5, 39, 40, 41]) {
    const last: number[] = [];
    const line = `${'x'.repeat(36)}{12}\r\n`;
    const passage = lineRest(last);
    const ended = passage(latin1(line.slice(0, cut))) ?? passage(latin1(`${line.slice(cut)}more`));
    assert.equal(ended, line.length - cut);
    assert.match(text(Uint8Array.from(last)), /^x+\{12\}\r\n$/);
  }
});

test('however a client and a backend cut what they say, the middle says the same', () => {
  const said = 'hello\r\nDATA\r\n0123456789ASK\r\nDATA\r\nGO\r\nGO\r\nGGbye\r\n';
  const whole = middleman(toy());
  const expected = whole.client(said) + whole.backend('answer\r\n');
  fc.assert(
    fc.property(fc.array(fc.nat(said.length)), (cuts) => {
      const man = middleman(toy());
      const at = [0, ...cuts.toSorted((a, b) => a - b), said.length];
      const pieces = at.slice(1).map((end, index) => man.client(said.slice(at[index], end)));
      const heard = [...pieces, man.backend('answer\r\n')].join('');
      assert.equal(heard.replaceAll(/[BC]:/g, ''), expected.replaceAll(/[BC]:/g, ''));
    }),
  );
});
