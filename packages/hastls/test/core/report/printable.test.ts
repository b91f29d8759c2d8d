import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { printable } from '#core/report/index.js';

const rows: readonly (readonly [what: string, words: string, shown: string])[] = [
  ['plain words', '220 mail.example.org ESMTP', '220 mail.example.org ESMTP'],
  ['letters of any script', 'Grüße, 世界 👋', 'Grüße, 世界 👋'],
  ['a terminal escape', '\x1b[2J\x1b]0;gotcha\x07', '\\u{1b}[2J\\u{1b}]0;gotcha\\u{7}'],
  ['its one-octet form', '\x9b31m', '\\u{9b}31m'],
  ['line ends', 'one\r\ntwo', 'one\\u{d}\\u{a}two'],
  ['other line ends', 'a\u0085b\u2028c\u2029d', 'a\\u{85}b\\u{2028}c\\u{2029}d'],
  ['a reversed reading order', 'moc\u202egro.elpmaxe', 'moc\\u{202e}gro.elpmaxe'],
  ['isolates and marks', '\u2066a\u2069\u200f\u061c', '\\u{2066}a\\u{2069}\\u{200f}\\u{61c}'],
  ['what cannot be seen', 'a\u200bb\ufeffc\u00add', 'a\\u{200b}b\\u{feff}c\\u{ad}d'],
  ['spaces that are none', 'a\u00a0b\u3000c', 'a\\u{a0}b\\u{3000}c'],
  ['half a surrogate pair', 'a\ud800b', 'a\\u{d800}b'],
  ['nothing', '', ''],
];
for (const [what, words, shown] of rows) test(`[V8] printable: ${what}`, () => assert.equal(printable(words), shown));

test('[V8] printable text is one bounded line without control characters, whatever the peer said', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (words) => {
      const shown = printable(words);
      assert.doesNotMatch(shown, /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      assert.ok(shown.length <= 500 * 10 + 1);
      const again = [...shown].slice(0, 100).join(''); // by characters: half of one would be escaped
      assert.equal(printable(again), again);
    }),
  );
});
