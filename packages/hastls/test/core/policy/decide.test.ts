import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, type Evidence, type Request, STANCES, type Stance, type Switches } from 'hastls/policy';
import { plan, portOf, records, SERVICES, secure } from './notation.js';

type Row = readonly [
  what: string,
  service: keyof typeof SERVICES,
  evidence: Evidence,
  cio: string,
  cso: string,
  cfb: string,
];

const unproven = (proof: 'insecure' | 'bogus' | 'indeterminate', text = ''): Evidence => ({
  proof,
  records: records(text),
});

const singles: readonly Row[] = [
  ['[R19] a proven absence leaves the defaults', 'imap', secure(''), 'I143', 'T993 U143', 'T993 U143 -> I143'],
  ['[R19] a service without a TLS port of its own is upgraded', 'smtp', secure(''), 'I25', 'U25', 'U25 -> I25'],
  ['[R19] a service without an upgrade is wrapped', 'http', secure(''), 'I80', 'T443', 'T443 -> I80'],
  [
    '[A22] [R19] an unsigned zone decides nothing',
    'imap',
    unproven('insecure'),
    'I143',
    'T993 U143',
    'T993 U143 -> I143',
  ],
  [
    '[R34] [R33] [A22] unsigned records have no force',
    'smtp',
    unproven('insecure', '0 465 1'),
    'I25',
    'U25',
    'U25 -> I25',
  ],
  ['[A23] [F5] bogus bars plaintext', 'imap', unproven('bogus'), 'X', 'T993 U143', 'T993 U143'],
  ['[A23] so does not knowing', 'smtp', unproven('indeterminate'), 'X', 'U25', 'U25'],
  ['[A8] records that make no sense leave TLS only', 'imap', secure('0 0 1, short'), 'X', 'T993 U143', 'T993 U143'],
  ['[R26] [R28] plaintext only, signed', 'smtp', secure('25 0 0'), 'I25', 'X', 'I25'],
  ['[A26] [R22] plaintext only, yet plaintext unwanted', 'smtp', secure('25 0 1'), 'X', 'X', 'X'],
  ['[R25] [R29] TLS only', 'http', secure('0 443 0'), 'X', 'T443', 'T443'],
  ['[A25] [F6] TLS only, said twice', 'http', secure('0 443 1'), 'T443', 'T443', 'T443'],
  ['[A3] TLS only on the in-band port', 'smtp', secure('0 25 0'), 'X', 'U25', 'U25'],
  ['[A3] [A25] the same with preference 1', 'smtp', secure('0 25 1'), 'U25', 'U25', 'U25'],
  ['[R30] [A1] both, on two ports', 'http', secure('80 443 0'), 'I80', 'T443', 'T443 -> I80'],
  ['[R24] [R21] both, plaintext unwanted', 'http', secure('80 443 1'), 'T443', 'T443', 'T443'],
  ['[R15] [R6] in-band', 'smtp', secure('25 25 0'), 'I25', 'U25', 'U25 -> I25'],
  [
    '[A15] equal ports are in-band, whatever the port is known for',
    'imap',
    secure('993 993 1'),
    'U993',
    'U993',
    'U993',
  ],
  ['[R24] [R5] in-band, plaintext unwanted', 'smtp', secure('25 25 1'), 'U25', 'U25', 'U25'],
  ['[A7] an unknown preference tightens', 'smtp', secure('25 25 7'), 'U25', 'U25', 'U25'],
  ['[A4] [A7] so does one in the reserved octet', 'smtp', secure('25 25 256'), 'U25', 'U25', 'U25'],
  ['[R9] the record moves the service to its ports', 'imap', secure('1143 1993 0'), 'I1143', 'T1993', 'T1993 -> I1143'],
];

const several: readonly Row[] = [
  [
    '[R17] [R18] [A10] one class',
    'http',
    secure('8080 8443 0, 80 443 0'),
    'I80',
    'T443 T8443',
    'T443 T8443 -> I80 I8080',
  ],
  [
    '[A9] [F4] one preference 1 among them',
    'http',
    secure('80 443 0, 8080 8443 1'),
    'T443 T8443',
    'T443 T8443',
    'T443 T8443',
  ],
  [
    '[R37] [A14] in-band and separate',
    'imap',
    secure('143 143 0, 143 993 0'),
    'I143',
    'T993 U143',
    'T993 U143 -> I143',
  ],
  ['[A14] the same, plaintext unwanted', 'imap', secure('143 143 1, 143 993 1'), 'T993 U143', 'T993 U143', 'T993 U143'],
  ['[A11] plaintext here, TLS there', 'http', secure('8080 0 0, 0 443 0'), 'I8080', 'T443', 'T443'],
  ['[A8] an unusable one is as if absent', 'smtp', secure('0 0 1, 25 25 0, short'), 'I25', 'U25', 'U25 -> I25'],
  ['[A12] duplicates are one', 'smtp', secure('25 25 0, 25 25 0'), 'I25', 'U25', 'U25 -> I25'],
  ['[A12] [A9] differing only in preference', 'smtp', secure('25 25 0, 25 25 1'), 'U25', 'U25', 'U25'],
  ['[A26] [A9] a nonsense preference bars all the same', 'http', secure('8080 0 1, 80 443 0'), 'T443', 'T443', 'T443'],
  ['several plaintext-only', 'http', secure('8080 0 0, 80 0 0'), 'I80', 'X', 'I80'],
];

for (const [what, service, evidence, ...expected] of [...singles, ...several])
  for (const [index, stance] of STANCES.entries())
    test(`${what}: ${stance} ${expected[index]}`, () => {
      assert.equal(plan(decide({ service: SERVICES[service], stance, evidence })), expected[index]);
    });

const imap = SERVICES.imap;
const http = SERVICES.http;
const smtp = SERVICES.smtp;

type Case = readonly [what: string, request: Omit<Request, 'stance'>, stance: Stance, expected: string];
const on = (switches: Partial<Switches>) => ({ switches });

const cases: readonly Case[] = [
  [
    '[A13] a configured port picks its record',
    { service: http, port: portOf(8443), evidence: secure('80 443 0, 8080 8443 0') },
    'cfb',
    'T8443 -> I8080',
  ],
  [
    '[A13] by its plaintext port too',
    { service: http, port: portOf(8080), evidence: secure('80 443 0, 8080 8443 0') },
    'cso',
    'T8443',
  ],
  [
    '[A13] no record speaks of it',
    { service: imap, port: portOf(2143), evidence: secure('143 143 0') },
    'cfb',
    'U2143 -> I2143',
  ],
  [
    '[A9] [A13] yet preference 1 bars plaintext there',
    { service: imap, port: portOf(2143), evidence: secure('143 143 1') },
    'cfb',
    'U2143',
  ],
  [
    '[R29] [A13] and so does a host without plaintext',
    { service: imap, port: portOf(2143), evidence: secure('0 993 0') },
    'cfb',
    'U2143',
  ],
  [
    '[A13] a configured port without any record',
    { service: imap, port: portOf(993), evidence: secure('') },
    'cso',
    'T993',
  ],
  [
    '[A17] asked for implicit TLS by name',
    { service: imap, port: portOf(2993), implicit: true, evidence: secure('') },
    'cso',
    'T2993',
  ],
  [
    '[A11] a lone plaintext port counts when configured',
    { service: http, port: portOf(8080), evidence: secure('8080 0 0, 0 443 0') },
    'cfb',
    'T443 -> I8080',
  ],
  [
    '[A10] its TLS elsewhere is not lost',
    { service: http, port: portOf(8080), evidence: secure('8080 0 0, 0 443 0') },
    'cso',
    'T443',
  ],
  [
    '[A11] fallbackScope host',
    { service: http, evidence: secure('8080 0 0, 0 443 0'), ...on({ fallbackScope: 'host' }) },
    'cfb',
    'T443 -> I8080',
  ],
  [
    '[A1] [R27] [F3] literal: in-band',
    { service: smtp, evidence: secure('25 25 1'), ...on({ literalR27: true }) },
    'cso',
    'X',
  ],
  [
    '[A1] [R27] literal: two ports',
    { service: http, evidence: secure('80 443 0'), ...on({ literalR27: true }) },
    'cso',
    'X',
  ],
  [
    '[A1] [A2] [R27] literal: TLS only is still met, as 0 is no port that is given',
    { service: http, evidence: secure('0 443 0'), ...on({ literalR27: true }) },
    'cso',
    'T443',
  ],
  [
    '[A1] [R27] literal: concerns no other stance',
    { service: smtp, evidence: secure('25 25 1'), ...on({ literalR27: true }) },
    'cfb',
    'U25',
  ],
  [
    '[A25] cioUpgrade refuse',
    { service: smtp, evidence: secure('25 25 1'), ...on({ cioUpgrade: 'refuse' }) },
    'cio',
    'X',
  ],
  ['[A26] sioPref1 ignore', { service: smtp, evidence: secure('25 0 1'), ...on({ sioPref1: 'ignore' }) }, 'cio', 'I25'],
  [
    '[A26] sioPref1 ignore, fallback',
    { service: smtp, evidence: secure('25 0 1'), ...on({ sioPref1: 'ignore' }) },
    'cfb',
    'I25',
  ],
  [
    '[A22] tightenFromInsecure bars',
    { service: smtp, evidence: unproven('insecure', '25 25 1'), ...on({ tightenFromInsecure: true }) },
    'cfb',
    'U25',
  ],
  [
    '[A22] and never permits',
    { service: smtp, evidence: unproven('insecure', '25 25 1'), ...on({ tightenFromInsecure: true }) },
    'cio',
    'X',
  ],
  [
    '[A22] nor steers',
    { service: smtp, evidence: unproven('insecure', '0 2525 1'), ...on({ tightenFromInsecure: true }) },
    'cso',
    'U25',
  ],
  [
    '[A29] unauthenticated TLS before plaintext',
    { service: smtp, evidence: secure('25 25 0'), ...on({ unauthenticatedTls: true }) },
    'cfb',
    'U25 U25? -> I25',
  ],
  [
    '[A29] never where plaintext is barred',
    { service: smtp, evidence: secure('25 25 1'), ...on({ unauthenticatedTls: true }) },
    'cfb',
    'U25',
  ],
  [
    '[A29] nor for another stance',
    { service: smtp, evidence: secure('25 25 0'), ...on({ unauthenticatedTls: true }) },
    'cso',
    'U25',
  ],
  [
    '[A19] the other name may forbid',
    { service: smtp, evidence: secure('25 25 0'), alsoForbidding: secure('0 465 1') },
    'cfb',
    'U25',
  ],
  [
    '[A19] [R25] a host without plaintext by its other name',
    { service: smtp, evidence: secure('25 25 0'), alsoForbidding: secure('0 25 0') },
    'cio',
    'X',
  ],
  [
    '[A19] [A23] the other name could not be proven',
    { service: smtp, evidence: secure('25 25 0'), alsoForbidding: unproven('bogus') },
    'cfb',
    'U25',
  ],
  [
    '[A31] an expired record still forbids TLS',
    { service: smtp, evidence: unproven('indeterminate'), expired: records('25 0 0') },
    'cfb',
    'X',
  ],
  [
    '[A31] and no longer permits plaintext',
    { service: smtp, evidence: unproven('indeterminate'), expired: records('25 25 0') },
    'cfb',
    'U25',
  ],
  [
    '[A31] secure-only as if bogus',
    { service: smtp, evidence: unproven('bogus'), expired: records('25 0 0') },
    'cso',
    'U25',
  ],
  [
    '[A32] another source forbids',
    { service: smtp, evidence: secure('25 25 0'), sources: [{ name: 'MTA-STS', forbidsPlaintext: true }] },
    'cfb',
    'U25',
  ],
  [
    '[A32] [R28] a commitment beats a signed "no TLS"',
    {
      service: smtp,
      evidence: secure('25 0 0'),
      sources: [{ name: 'TLSA', forbidsPlaintext: true, commitsToTls: true }],
    },
    'cso',
    'U25',
  ],
  [
    '[A34] an address literal',
    { service: imap, addressLiteral: true, evidence: unproven('insecure') },
    'cfb',
    'T993 U143 -> I143',
  ],
];
for (const [what, request, stance, expected] of cases)
  test(`${what}: ${stance} ${expected}`, () => assert.equal(plan(decide({ ...request, stance })), expected));

const meetings: readonly (readonly [kind: string, record: string, cio: boolean, cso: boolean, cfb: boolean])[] = [
  ['plaintext only', '80 0 0', true, false, true],
  ['TLS only', '0 443 0', false, true, true],
  ['both', '80 443 0', true, true, true],
];
for (const [kind, text, ...meets] of meetings)
  test(`[R4] [R23] who can meet a server of the kind "${kind}"`, () => {
    const outcome = STANCES.map((stance) => !decide({ service: http, stance, evidence: secure(text) }).refused);
    assert.deepEqual(outcome, meets);
  });

test('a switch that is there and undefined has its default', () => {
  const request = { service: smtp, stance: 'cfb', evidence: secure('25 0 1, 25 25 0') } as const;
  const switches = { sioPref1: undefined, fallbackCauses: undefined } as unknown as Partial<Switches>; // as: JavaScript
  assert.deepEqual(decide({ ...request, switches }), decide(request));
});

test('[A28] a step down names the attempts that must have failed before it, and the causes that count', () => {
  const decision = decide({ service: http, stance: 'cfb', evidence: secure('80 443 0, 8080 8443 0') });
  assert.deepEqual(
    decision.plan.map(({ port, after }) => [port, after]),
    [
      [443, undefined],
      [8443, undefined],
      [80, [0]],
      [8080, [1]],
    ],
  );
  assert.ok(!decision.fallbackCauses.includes('name-mismatch'));
  assert.ok(!decision.fallbackCauses.includes('pinned'));
});

test('a refusal says why, outermost first, by a rule of the specification', () => {
  const { because } = decide({ service: smtp, stance: 'cio', evidence: unproven('bogus') });
  assert.match(because[0].text, /nothing may be tried/);
  assert.ok(because.some(({ rule }) => rule === 'A23'));
});

test('[A7] [A8] [A32] what is odd is flagged', () => {
  const flags = (request: Omit<Request, 'stance' | 'service'>) =>
    decide({ service: smtp, stance: 'cfb', ...request }).flags;
  assert.deepEqual(flags({ evidence: secure('25 25 2, short') }), ['unknown-preference', 'unusable-record']);
  assert.deepEqual(flags({ evidence: unproven('insecure') }), ['unprotected', 'plaintext-possible']);
  assert.deepEqual(flags({ evidence: unproven('bogus') }), ['unproven']);
  assert.deepEqual(
    flags({ evidence: secure('25 0 0'), sources: [{ name: 'TLSA', forbidsPlaintext: true, commitsToTls: true }] }),
    ['conflict'],
  );
});

test('[A10] [A12] a step down says which ways to TLS it comes after, once each, whatever the order of the records', () => {
  const service = SERVICES.http;
  for (const text of ['143 465 0, 143 25 0', '143 25 0, 143 465 0', '143 465 0, 143 25 0, 143 465 0']) {
    const decision = decide({ service, stance: 'cfb', evidence: secure(text) });
    assert.deepEqual(decision.plan, [
      { do: 'tls', port: 25 },
      { do: 'tls', port: 465 },
      { do: 'plaintext', port: 143, after: [0, 1] },
    ]);
  }
});
