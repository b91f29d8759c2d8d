import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nntp1997 } from '#core/profiles/index.js';
import { startTls } from '#core/talk/index.js';
import { HELLO } from '../../contract/rows.js';
import { type As, keepingSecrets, PREFER, play, SECURED } from './play.js';

// News with the trigger of 1997 in front of a server of today: the codes are those of the proposal.

const GREETED = ['b: 200 ready', 'C: 200 ready'];
const WORKING = ['c: GROUP misc.test', 'B: GROUP misc.test', 'b: 211 1 1 1 misc.test', 'C: 211 1 1 1 misc.test'];
const DEMANDED = ['c: AUTHINFO USER joe', 'C: 401 Please start TLS first'];

const ways: readonly (readonly [title: string, as: As, ...scene: string[]])[] = [
  ['[S12] example 2: the trigger', PREFER, 'c: TLS', 'C: 200 Start TLS now'],
  ['[S7] [S14] example 4: the command that crosses the line', keepingSecrets(nntp1997), ...WORKING, ...DEMANDED],
];
for (const [title, as, ...scene] of ways)
  test(`nntp-1997: ${title} is answered by us, and a ClientHello follows`, () => {
    const { mediator } = play(nntp1997, as, ...GREETED, ...scene);
    assert.equal(mediator.verdict, undefined);
    mediator.feed('client', HELLO);
    assert.deepEqual(mediator.verdict, startTls);
    assert.deepEqual(mediator.leftover('client'), HELLO);
  });

test('[S10] [S13] nntp-1997: anything else ends the connection, and the backend hears none of it', () => {
  for (const [, as, ...scene] of ways) {
    const man = play(nntp1997, as, ...GREETED, ...scene);
    assert.equal(man.client('GROUP misc.test\r\n'), '');
    assert.deepEqual(man.mediator.verdict, { kind: 'garbled', why: 'not-the-protocol' });
  }
});

const scenes: readonly (readonly [title: string, as: As, ...scene: string[]])[] = [
  [
    'a list is without the backend’s own upgrade, and has no other: the trigger is in none',
    keepingSecrets(nntp1997),
    'c: CAPABILITIES',
    'B: CAPABILITIES',
    'b: 101 list / STARTTLS / AUTHINFO USER / OVER / .',
    'C: 101 list',
    'C: OVER / .',
    'c: STARTTLS',
    'C: 500 Unknown command',
  ],
  [
    'no article hides a trigger, or passes for one',
    PREFER,
    'c: POST',
    'B: POST',
    'b: 340 go',
    'C: 340 go',
    'c: TLS / .',
    'B: TLS / .',
    'b: 240 ok',
    'C: 240 ok',
    'c: ARTICLE 1',
    'B: ARTICLE 1',
    'b: 220 1 <1> / 401 Please start TLS first / .',
    'C: 220 1 <1> / 401 Please start TLS first / .',
  ],
];
for (const [title, as, ...scene] of scenes)
  test(`nntp-1997: ${title}`, () => {
    assert.equal(play(nntp1997, as, ...GREETED, ...scene).mediator.verdict, undefined);
  });

test('nntp-1997: over TLS the greeting goes no further, and neither TLS nor STARTTLS begins', () => {
  const again = ['c: TLS', 'C: 500 Unknown command', 'c: STARTTLS', 'C: 500 Unknown command'];
  assert.equal(play(nntp1997, SECURED, 'b: 200 ready', ...again).mediator.verdict, undefined);
});
