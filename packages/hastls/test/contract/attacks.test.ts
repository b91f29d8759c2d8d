import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, latin1, text } from '#core/bytes/index.js';
import { firstWord, LIMITS, type Profile } from '#core/talk/index.js';
import { chance, feed, HELLO, heardBy, hold, rows, SIDES, type Side } from './rows.js';

/** Ends the stream, and demands that it came to nothing. */
function neverStarts(profile: Profile, side: Side, pieces: readonly (string | Uint8Array)[], what: string): void {
  const machine = hold(profile, side);
  feed(machine, ...pieces);
  machine.end();
  assert.notEqual(machine.verdict, undefined, what);
  assert.notEqual(machine.verdict?.kind, 'start-tls', what);
}

for (const profile of rows)
  for (const side of SIDES) {
    const heard = heardBy(profile, side);
    const waitsForHello = heard.at(-1) === HELLO;
    const words = waitsForHello ? heard.slice(0, -1) : heard;
    // Some servers say nothing between the last word and the ClientHello, so the two may come together.
    const helloIsUnasked = waitsForHello && feed(hold(profile, side), words.at(-1) ?? '') === feed(hold(profile, side));

    if (helloIsUnasked)
      test(`${profile.name}, ${side}: behind the last word comes a ClientHello, or nothing that starts TLS [V5]`, () => {
        for (const extra of ['x', '\r\n', 'NOOP\r\n', Uint8Array.of(0x15, 3, 1, 0, 2), HELLO.subarray(1)])
          neverStarts(profile, side, [...words, extra], `${extra}`);
      });
    else
      test(`${profile.name}, ${side}: octets behind the last word before TLS garble it [V3] [V4]`, () => {
        const last = words.at(-1) ?? new Uint8Array(0);
        for (const extra of [latin1('x'), latin1('\r\n'), latin1('NOOP\r\n'), latin1('a2 OK\r\n220 go\r\n'), HELLO]) {
          const machine = hold(profile, side);
          feed(machine, ...words.slice(0, -1));
          machine.feed(concatBytes(last, extra));
          assert.deepEqual(machine.verdict, { kind: 'garbled', why: 'bytes-before-tls' });
          assert.deepEqual(machine.output, [], 'not one more word is said');
        }
      });

    test(`${profile.name}, ${side}: a dialogue cut at any octet never starts TLS`, () => {
      for (const [index, piece] of heard.entries()) {
        const whole = piece === HELLO ? 6 : piece.length; // a ClientHello is told by six octets
        for (let cut = 0; cut < whole; cut++)
          neverStarts(profile, side, [...heard.slice(0, index), piece.subarray(0, cut)], `cut at ${index}.${cut}`);
      }
    });

    test(`${profile.name}, ${side}: 20 000 random inputs, some behind an honest beginning, neither throw nor start TLS`, () => {
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

    test(`${profile.name}, ${side}: whatever comes without end is ended within 64 KiB [V17]`, () => {
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
          for (; machine.verdict === undefined && given < 2 * LIMITS.octets; given += piece.length)
            feed(machine, piece);
          assert.ok(
            given <= LIMITS.octets + piece.length,
            `${JSON.stringify(endless)} after ${before} words: ${given}`,
          );
          assert.notEqual(machine.verdict?.kind, 'start-tls');
        }
    });

    test(`${profile.name}, ${side}: a megabyte in one piece is refused [V17]`, () => {
      const machine = hold(profile, side);
      feed(machine, 'A'.repeat(1_000_000));
      assert.equal(machine.verdict?.kind, 'garbled');
    });

    test(`${profile.name}, ${side}: a ClientHello in the midst of the dialogue ends it [V14]`, () => {
      for (let before = 0; before < words.length; before++)
        neverStarts(profile, side, [...words.slice(0, before), HELLO], `after ${before} words`);
    });

    if (waitsForHello)
      test(`${profile.name}, ${side}: after the go-ahead only a ClientHello starts TLS [S10]`, () => {
        for (const wrong of [
          'NOOP\r\n',
          'TLS\r\n',
          Uint8Array.of(0x15, 3, 1, 0, 2),
          Uint8Array.of(0x80, 0x2e, 1, 3, 1),
        ])
          neverStarts(profile, side, [...words, wrong, HELLO], `${wrong}`);
      });
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
