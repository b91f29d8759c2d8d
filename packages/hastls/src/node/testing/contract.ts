import assert from 'node:assert/strict';
import { concatBytes, latin1, text } from '../../core/bytes/index.ts';
import { duet } from '../../core/talk/duet.ts';
import { firstWord, LIMITS, type Profile, startTls } from '../../core/talk/index.ts';
import { chance, client, feed, HELLO, heardBy, hold, octets, SIDES, type Side, server } from './holding.ts';

/** One thing that every profile is held to. */
export interface Clause {
  readonly title: string;
  /** @throws AssertionError when it does not hold */
  holds(): void;
}

/**
 * What every profile is held to, whatever its protocol: that its two sides agree, in one piece and octet by octet, and
 * that neither starts TLS upon anything cut, injected, random or endless. For a runner of your own:
 * `for (const { title, holds } of contract(profile)) test(title, holds)`.
 */
export const contract = (profile: Profile): readonly Clause[] => [
  clause('client and server agree to start TLS, and say the same octet by octet', () => agree(profile)),
  ...SIDES.flatMap((side) => [...clausesOf(profile, side)]),
];

const clause = (title: string, holds: () => void): Clause => ({ title, holds });

function agree(profile: Profile): void {
  const said = [(bytes: Uint8Array) => [bytes], octets].map((cut) => {
    const [ours, theirs] = [client(profile), server(profile)];
    const heard = duet(ours, theirs, cut);
    if (theirs.waitsFor === 'hello') feed(theirs, ...cut(HELLO));
    assert.deepEqual([ours.verdict, theirs.verdict], [startTls, startTls]);
    return heard;
  });
  assert.deepEqual(said[1], said[0]);
}

function* clausesOf(profile: Profile, side: Side): Generator<Clause> {
  const heard = heardBy(profile, side);
  const waitsForHello = heard.at(-1) === HELLO;
  const words = waitsForHello ? heard.slice(0, -1) : heard;
  // Some servers say nothing between the last word and the ClientHello, so the two may come together.
  const helloIsUnasked = waitsForHello && feed(hold(profile, side), words.at(-1) ?? '') === feed(hold(profile, side));

  if (helloIsUnasked)
    yield clause(`${side}: behind the last word comes a ClientHello, or nothing that starts TLS [V5]`, () => {
      for (const extra of ['x', '\r\n', 'NOOP\r\n', Uint8Array.of(0x15, 3, 1, 0, 2), HELLO.subarray(1)])
        neverStarts(profile, side, [...words, extra], `${extra}`);
    });
  else
    yield clause(`${side}: octets behind the last word before TLS garble it [V3] [V4]`, () => {
      const last = words.at(-1) ?? new Uint8Array(0);
      for (const extra of [latin1('x'), latin1('\r\n'), latin1('NOOP\r\n'), latin1('a2 OK\r\n220 go\r\n'), HELLO]) {
        const machine = hold(profile, side);
        feed(machine, ...words.slice(0, -1));
        machine.feed(concatBytes(last, extra));
        assert.deepEqual(machine.verdict, { kind: 'garbled', why: 'bytes-before-tls' });
        assert.deepEqual(machine.output, [], 'not one more word is said');
      }
    });

  yield clause(`${side}: a dialogue cut at any octet never starts TLS`, () => {
    for (const [index, piece] of heard.entries()) {
      const whole = piece === HELLO ? 6 : piece.length; // a ClientHello is told by six octets
      for (let cut = 0; cut < whole; cut++)
        neverStarts(profile, side, [...heard.slice(0, index), piece.subarray(0, cut)], `cut at ${index}.${cut}`);
    }
  });

  yield clause(`${side}: 20 000 random inputs, some behind an honest beginning, neither throw nor start TLS`, () => {
    const below = chance(profile.name.length + (side === 'client' ? 0 : 1));
    const goAhead = firstWord(text(words.at(-1) ?? HELLO).trim());
    const single = words.at(-1)?.length === 1 ? words.at(-1)?.[0] : undefined; // a go-ahead that chance would hit
    const scraps = SCRAPS.filter((each) => !each.includes(goAhead));
    for (let round = 0; round < 20_000; round++) {
      const junk = Array.from({ length: 1 + below(8) }, () =>
        below(2) === 0
          ? (scraps[below(scraps.length)] ?? '')
          : Uint8Array.from({ length: below(12) }, () => below(256)).filter((each) => each !== single),
      );
      neverStarts(profile, side, [...words.slice(0, below(words.length)), ...junk], `round ${round}`);
    }
  });

  yield clause(`${side}: whatever comes without end is ended within 64 KiB [V17]`, () => {
    for (const endless of [
      'A',
      'a\r\n',
      'a1 x\r\n',
      '220-x\r\n',
      '250-x\r\n',
      '* OK wait\r\n',
      '* x\r\n',
      '\r\n',
      'NOOP\r\n',
      'x NOOP\r\n',
    ])
      for (let before = 0; before < words.length; before++) {
        const machine = hold(profile, side);
        feed(machine, ...words.slice(0, before));
        const piece = endless.repeat(Math.ceil(1024 / endless.length));
        let given = 0;
        for (; machine.verdict === undefined && given < 2 * LIMITS.octets; given += piece.length) feed(machine, piece);
        assert.ok(given <= LIMITS.octets + piece.length, `${JSON.stringify(endless)} after ${before} words: ${given}`);
        assert.notEqual(machine.verdict?.kind, 'start-tls');
      }
  });

  yield clause(`${side}: a megabyte in one piece is refused [V17]`, () => {
    const machine = hold(profile, side);
    feed(machine, 'A'.repeat(1_000_000));
    assert.equal(machine.verdict?.kind, 'garbled');
  });

  yield clause(`${side}: a ClientHello in the midst of the dialogue ends it [V14]`, () => {
    for (let before = 0; before < words.length; before++)
      neverStarts(profile, side, [...words.slice(0, before), HELLO], `after ${before} words`);
  });

  if (waitsForHello)
    yield clause(`${side}: after the go-ahead only a ClientHello starts TLS [S10]`, () => {
      for (const wrong of ['NOOP\r\n', 'TLS\r\n', Uint8Array.of(0x15, 3, 1, 0, 2), Uint8Array.of(0x80, 0x2e, 1, 3, 1)])
        neverStarts(profile, side, [...words, wrong, HELLO], `${wrong}`);
    });
}

/** Ends the stream, and demands that it came to nothing. */
function neverStarts(profile: Profile, side: Side, pieces: readonly (string | Uint8Array)[], what: string): void {
  const machine = hold(profile, side);
  feed(machine, ...pieces);
  machine.end();
  assert.notEqual(machine.verdict, undefined, what);
  assert.notEqual(machine.verdict?.kind, 'start-tls', what);
}

/** Scraps of line protocols, none of which may start TLS. */
const SCRAPS: readonly string[] = [
  '\r\n',
  '\n',
  '220 ',
  '250-',
  '250 x\r\n',
  '* ',
  '* OK x\r\n',
  'a1 ',
  '+OK\r\n',
  '-ERR\r\n',
  '.\r\n',
  '101 x\r\n',
  'constructor\r\n',
  '__proto__ x\r\n',
  'x toString\r\n',
];
