import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ftp } from '#core/profiles/index.js';
import { type Place, startTls } from '#core/talk/index.js';
import type { Middleman } from '../talk/mediation.js';
import { type As, greeted, greetingOf, keepingSecrets, PREFER, play, SECURED } from './play.js';

// FTP with somebody in the middle: whatever leads to data leads to a port of ours, and over TLS it has TLS too.

const HERE: Place = { address: '192.0.2.7', port: 50_001 };
const EXTENDED = '229 Entering Extended Passive Mode (|||50001|)';
const PLAIN = '227 Entering Passive Mode (192,0,2,7,195,81)';
const PRIVATE = ['c: PBSZ 0', 'C: 200 PBSZ=0', 'c: PROT P', 'C: 200 Data are private'];
const opening = (as: As): readonly string[] => (as.greeted === true ? [`b: ${greetingOf(ftp)}`] : greeted(ftp));

/** Tells it of a place, and gives what it says then. */
function opened({ mediator, client }: Middleman, place: Place | undefined): string {
  mediator.opened(place);
  return client();
}

const passive: readonly (readonly [title: string, as: As, told: string, ...scene: string[]])[] = [
  ['by its extended form', PREFER, EXTENDED, 'c: EPSV', 'B: EPSV', 'b: 229 x (|||4711|)'],
  ['by its old form', PREFER, PLAIN, 'c: pasv', 'B: PASV', 'b: 227 x (127,0,0,1,18,103)'],
  ['of a host elsewhere, to which nobody goes [V9]', PREFER, PLAIN, 'c: PASV', 'B: PASV', 'b: 227 10,0,0,1,18,103'],
  [
    'of a backend that knows the old form only',
    PREFER,
    EXTENDED,
    ...['c: EPSV 1', 'B: EPSV', 'b: 500 what', 'B: PASV', 'b: 227 x (127,0,0,1,18,103).'],
  ],
  [
    'of one that knows the extended form only',
    PREFER,
    PLAIN,
    ...['c: PASV', 'B: PASV', 'b: 502 what', 'B: EPSV', 'b: 229 x (|||4711|)'],
  ],
  ['over TLS', SECURED, EXTENDED, ...PRIVATE, 'c: EPSV', 'B: EPSV', 'b: 229 x (|||4711|)'],
];
for (const [title, as, told, ...scene] of passive)
  test(`ftp: a port of ours stands for the backend’s: ${title}`, () => {
    const man = play(ftp, as, ...opening(as), ...scene);
    assert.deepEqual([man.mediator.opens?.port, man.mediator.opens?.secured], [4711, as.secured === true]);
    assert.deepEqual([man.mediator.wants('client'), man.mediator.wants('backend')], [false, false]);
    assert.equal(man.client('NOOP\r\n'), '', 'it waits for its turn');
    assert.equal(opened(man, HERE), `C:${told}\r\nB:NOOP\r\n`);
    assert.equal(man.mediator.opens, undefined);
  });

test('ftp: where there can be no port, or none of IPv4 for the old form, the client is told', () => {
  const asked = (command: string) => {
    const man = play(ftp, PREFER, ...greeted(ftp), `c: ${command}`, `B: ${command}`);
    man.backend(command === 'EPSV' ? '229 x (|||4711|)\r\n' : '227 x (127,0,0,1,18,103)\r\n');
    return man;
  };
  assert.equal(opened(asked('EPSV'), undefined), 'C:425 There is no port for data\r\n');
  assert.equal(opened(asked('PASV'), { address: '2001:db8::1', port: 9 }), 'C:425 There is no port for data\r\n');
  assert.equal(
    opened(asked('EPSV'), { address: '2001:db8::1', port: 9 }),
    'C:229 Entering Extended Passive Mode (|||9|)\r\n',
  );
});

const scenes: readonly (readonly [title: string, as: As, ...scene: string[]])[] = [
  [
    'a port that the backend does not give is not asked for',
    PREFER,
    ...['c: EPSV', 'B: EPSV', 'b: 530 log in', 'C: 530 log in'],
    ...['c: PASV', 'B: PASV', 'b: 227 x (127,0,0,1,0,0)', 'C: 227 x (127,0,0,1,0,0)'].slice(0, 2),
    ...['b: 500 no', 'B: EPSV', 'b: 500 no', 'C: 425 There is no passive mode'],
  ],
  [
    'nobody connects to where the client says',
    PREFER,
    ...['c: PORT 10,0,0,1,0,25', 'C: 500 There is no active mode here: EPSV or PASV'],
    ...['c: EPRT |1|10.0.0.1|25|', 'C: 500 There is no active mode here: EPSV or PASV'],
  ],
  [
    '[V15] over TLS no data move without, and nothing leads out of it',
    SECURED,
    ...['c: EPSV', 'C: 521 Data need TLS as well: PROT P first'],
    ...['c: RETR x', 'C: 521 Data need TLS as well: PROT P first'],
    ...['c: PROT P', 'C: 503 PBSZ first', 'c: PBSZ 0', 'C: 200 PBSZ=0'],
    ...['c: PROT C', 'C: 534 Data are not sent in clear', 'c: PROT  C', 'C: 504 PROT P is the only one there is'],
    ...['c: LIST', 'C: 521 Data need TLS as well: PROT P first'],
    ...[
      'c: CCC',
      'C: 533 The connection for commands stays protected',
      'c: REIN',
      'C: 502 The connection for commands stays protected',
    ],
    ...['c: AUTH TLS', 'C: 503 TLS is already active'],
    ...['c: PROT P', 'C: 200 Data are private', 'c: RETR x', 'B: RETR x', 'b: 550 no', 'C: 550 no'],
  ],
  [
    'in clear no data can be private',
    PREFER,
    'c: PBSZ 0',
    'C: 503 AUTH TLS first',
    'c: PROT P',
    'C: 503 AUTH TLS first',
  ],
  [
    'a name is not told before TLS, where it waits for that',
    keepingSecrets(ftp),
    ...['c: USER joe', 'C: 530 TLS is required: AUTH TLS first'],
    ...['c: \xff\xf4\xff\xf2USER joe', 'C: 500 Unknown command', 'c: SYST', 'B: SYST', 'b: 215 x', 'C: 215 x'],
  ],
  [
    'what is listed is ours where it is of TLS, and the backend’s otherwise',
    PREFER,
    ...['c: FEAT', 'B: FEAT', 'b: 211-x /  AUTH TLS /  CCC /  EPRT /  EPSV /  PROT /  SIZE / 211 End'],
    'C: 211-Features /  EPSV /  SIZE /  AUTH TLS /  PBSZ /  PROT / 211 End',
  ],
  [
    'of an old backend that has no list',
    SECURED,
    ...['c: FEAT', 'B: FEAT', 'b: 500 what', 'C: 211-Features /  PBSZ /  PROT / 211 End'],
  ],
  ['and a refusal is passed on', PREFER, 'c: FEAT', 'B: FEAT', 'b: 421 no', 'C: 421 no'],
  [
    'a transfer has two answers, and may be called off between them',
    PREFER,
    ...['c: RETR x', 'B: RETR x', 'b: 150-x / 150 go', 'C: 150-x / 150 go', 'c: \xff\xf4\xff\xf2ABOR', 'B: ABOR'],
    ...['b: 426 off', 'C: 426 off', 'b: 226 done', 'C: 226 done', 'c: NOOP', 'B: NOOP', 'b: 200 x', 'C: 200 x'],
  ],
  [
    'what else is said meanwhile waits',
    PREFER,
    ...['c: STOR x', 'B: STOR x', 'b: 150 go', 'C: 150 go', 'c: AUTH TLS', 'b: 226 done', 'C: 226 done'],
    'C: 234 Begin TLS negotiation now',
  ],
  [
    'what some servers split is no command',
    PREFER,
    ...['c: NOOP\rAUTH TLS', 'C: 500 Unknown command', 'c: \xffAUTH TLS', 'C: 500 Unknown command'],
  ],
  ['over TLS the greeting goes no further', SECURED, 'c: NOOP', 'B: NOOP', 'b: 200 x', 'C: 200 x'],
];
for (const [title, as, ...scene] of scenes)
  test(`ftp: ${title}`, () => {
    const { verdict } = play(ftp, as, ...opening(as), ...scene).mediator;
    assert.ok(verdict === undefined || (title.startsWith('what else') && verdict === startTls));
  });

test('ftp: a backend that does not greet to serve is not passed on', () => {
  for (const words of ['421 too many', '120 in an hour'])
    assert.equal(play(ftp, PREFER, `b: ${words}`).mediator.verdict?.kind, 'refused');
});
