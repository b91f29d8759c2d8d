import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineProfile, pop3, readProfile } from 'hastls/profiles';
import { type Profile, readProtocol } from '#core/talk/index.js';

// Protocols as plain data. That good ones keep the contract is shown in test/contract, where some are rows. [S2] [S4]

const CLOCK = {
  name: 'clock',
  ports: { plain: [7777] },
  ok: '200 go ahead',
  required: '401 TLS first',
  unknown: '500 what?',
};
const METER = {
  name: 'meter',
  ports: { plain: [7778] },
  frame: { head: 4, at: 2, width: 2 },
  trigger: '54000000',
  ok: '4f000000',
  required: '52000000',
  unknown: '3f000000',
};

const good: readonly (readonly [what: string, data: object])[] = [
  ['the least that a protocol of lines has', CLOCK],
  ['the least that one of frames has', METER],
  [
    'a greeting, TLS ports, an id, and a label of its own',
    {
      ...CLOCK,
      service: 'time',
      greeting: '+HELLO you',
      ports: { plain: [7, 8], tls: [9] },
      alpn: ['clock'],
      lockstep: true,
    },
  ],
  [
    'frames that are all of one length',
    { ...METER, frame: { head: 2 }, trigger: '54 00', ok: '4f 00', required: '52 00', unknown: '3f 00' },
  ],
];
for (const [what, data] of good) test(`${what}: is a protocol`, () => assert.deepEqual(faultsOf(data), []));

const bad: readonly (readonly [what: string, data: unknown, faults: readonly string[]])[] = [
  ['no table', [], ['']],
  ['nothing', {}, ['name', 'ports', 'ok', 'required', 'unknown']],
  ['several faults are told at once', { ...CLOCK, name: 'Clock', ok: 7, colour: 'red' }, ['colour', 'name', 'ok']],
  ['a name with a line end', { ...CLOCK, name: 'clock\n' }, ['name']],
  ['a name that no label may be', { ...CLOCK, name: 'a-name-of-16-char' }, ['name']],
  ['a name that is taken', { ...CLOCK, name: 'pop3' }, ['name']],
  ['a scheme that is taken', { ...CLOCK, name: 'pop3s' }, ['name']],
  ['no port to begin on', { ...CLOCK, ports: { plain: [] } }, ['ports']],
  ['a port that is none', { ...CLOCK, ports: { plain: [0] } }, ['ports']],
  ['ports of another kind', { ...CLOCK, ports: { plain: [1], udp: [1] } }, ['ports']],
  ['an answer of two lines', { ...CLOCK, ok: '200 yes\r\n500 no' }, ['ok']],
  ['an empty answer', { ...CLOCK, unknown: '' }, ['unknown']],
  ['an answer without end', { ...CLOCK, required: `401 ${'x'.repeat(600)}` }, ['required']],
  ['answers that begin alike', { ...CLOCK, required: '500 TLS first' }, ['ok']],
  ['a greeting that begins like a refusal', { ...CLOCK, greeting: '500 hello' }, ['greeting']],
  ['a trigger among lines', { ...CLOCK, trigger: 'SECURE' }, ['trigger']],
  [
    'a key of the prototype',
    JSON.parse('{ "__proto__": 1 }'),
    ['__proto__', 'name', 'ports', 'ok', 'required', 'unknown'],
  ],
  ['frames without a trigger', { ...METER, trigger: undefined }, ['trigger']],
  ['words that are no hex', { ...METER, ok: 'OK' }, ['ok']],
  ['a word of one frame and a half', { ...METER, ok: '4f0000004f00' }, ['ok']],
  ['a word that looks like a ClientHello', { ...METER, trigger: '16000000' }, ['trigger']],
  ['two words that are the same', { ...METER, required: METER.ok }, ['required']],
  ['a frame without a head', { ...METER, frame: { head: 0 } }, ['frame']],
  ['a length beyond the head', { ...METER, frame: { head: 4, at: 3, width: 2 } }, ['frame']],
  ['a frame with a key that nobody knows', { ...METER, frame: { head: 4, tail: 2 } }, ['frame']],
];
for (const [what, data, faults] of bad)
  test(`${what}: is no protocol, and ${faults.join(', ') || 'the whole'} is to blame`, () => {
    assert.deepEqual(faultsOf(data), faults);
    assert.throws(() => readProfile(data), { code: 'ERR_HASTLS_OPTION' });
  });

function faultsOf(data: unknown): readonly string[] {
  const read = readProtocol(data, ['pop3', 'pop3s']);
  return read.ok ? [] : read.faults.map(({ key }) => key);
}

test('what is not said is the same for everybody', () => {
  const { name, service, ports, middle, alpn } = readProfile(CLOCK);
  assert.deepEqual(
    { name, service, ports, unread: middle?.unread, alpn },
    {
      name: 'clock',
      service: 'clock',
      ports: { plain: [7777], tls: [] },
      unread: 'it does not say that its answers come one for one',
      alpn: undefined,
    },
  );
});

const lacking: readonly (readonly [what: string, lacks: RegExp, change: object])[] = [
  ['a name with a space', /^name/, { name: 'my mail' }],
  ['a label with its underscore', /^service/, { service: '_pop3' }],
  ['a port that is none', /^ports/, { ports: { plain: [70_000], tls: [] } }],
  ['no port to begin on', /^ports/, { ports: { plain: [], tls: [995] } }],
  ['no server', /^client, server/, { server: undefined }],
  ['nobody who speaks first', /^speaksFirst/, { speaksFirst: 'nobody' }],
  ['nothing that is forgotten', /^forgets/, { forgets: undefined }],
  ['no document', /^specs/, { specs: undefined }],
];
test('defineProfile gives what it is given', () => assert.equal(defineProfile(pop3), pop3));
for (const [what, lacks, change] of lacking)
  test(`a profile with ${what} is told what it lacks`, () => {
    const profile = { ...pop3, ...change } as Profile; // as: whoever has no types may say so
    assert.throws(
      () => defineProfile(profile),
      (error: { code: string; because: readonly string[] }) => {
        assert.equal(error.code, 'ERR_HASTLS_OPTION');
        assert.equal(error.because.length, 1);
        assert.match(error.because[0] ?? '', lacks);
        return true;
      },
    );
  });
