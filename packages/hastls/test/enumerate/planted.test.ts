import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from 'hastls/policy';
import { smtp } from '#core/profiles/index.js';
import {
  absent,
  type Conversation,
  handover,
  line,
  type Profile,
  reply,
  say,
  startTls,
  type Verdict,
  verb,
} from '#core/talk/index.js';
import { type CheckOptions, type Claim, checkProfile } from '#node/testing/index.js';
import { checkPlans } from '#node/testing/model/plans.js';

// Faults that real programs had, planted into a profile one at a time. A checker that does not find them is worth nothing.

const OFFER = 'STARTTLS';
const LOGIN = 'AUTH PLAIN AGpvZQBzZWNyZXQ=';

/** The honest dialogue, with a hole for each thing that can be done wrong. */
const dialogue = (
  wrong: {
    readonly unoffered?: (listed: string) => Conversation<Verdict>;
    readonly first?: string;
    readonly judge?: (code: string, listed: string) => Verdict;
    readonly answer?: () => Conversation<string>;
  } = {},
): Pick<Profile, 'client'> => ({
  *client({ self }) {
    const greeting = yield* reply();
    if (greeting.code !== '220') return absent(greeting.whole);
    if (wrong.first !== undefined) {
      yield* say(wrong.first);
      yield* reply();
    }
    yield* say(`EHLO ${self}`);
    const { code, lines, whole } = yield* reply();
    if (code !== '250') return absent(whole);
    if (!lines.includes(OFFER)) return wrong.unoffered === undefined ? absent(whole) : yield* wrong.unoffered(whole);
    yield* say(OFFER);
    const answered = wrong.answer === undefined ? (yield* reply()).code : yield* wrong.answer();
    return (wrong.judge ?? ((said) => (said === '220' ? startTls : absent(said))))(answered, whole);
  },
});

/** Takes all there is, as a client does that reads from a socket and looks at the beginning. */
function* greedy(): Conversation<string> {
  const all = yield { do: 'take', frame: (buffer) => buffer.length };
  return String.fromCharCode(...all.subarray(0, 3));
}

let learnt = '';
const session = (reopen: () => string): Pick<Profile, 'session'> =>
  smtp.session === undefined
    ? {}
    : {
        session: {
          ...smtp.session,
          *reopen() {
            yield* say(reopen());
            return handover('');
          },
        },
      };

/** A server that keeps its state in a variable which outlives the dialogue before TLS. */
function forgetful(): Pick<Profile, 'server'> {
  let user = '';
  return {
    *server(as) {
      if (as.greeted !== true) yield* say('220 ready');
      for (;;) {
        const heard = yield* line();
        const command = verb(heard);
        if (command === 'AUTH') user = heard;
        if (command === OFFER && as.secured !== true) {
          yield* say('220 go');
          return startTls;
        }
        yield* command === 'EHLO' ? say('250-x', '250 STARTTLS') : say(`530 not yet, ${as.secured ? user : ''}`);
      }
    },
  };
}

/** A server whose frame is whatever came: commands behind the trigger are thrown away, or worse. */
const swallowing: Pick<Profile, 'server'> = {
  *server(as) {
    if (as.greeted !== true) yield* say('220 ready');
    for (;;) {
      const heard = String.fromCharCode(...(yield { do: 'take', frame: (buffer) => buffer.length }));
      if (heard.startsWith(OFFER) && as.secured !== true) {
        yield* say('220 go');
        return startTls;
      }
      yield* heard.startsWith('EHLO') ? say('250-x', '250 STARTTLS') : say('530 TLS first');
    }
  },
};

type Row = readonly [what: string, claims: readonly Claim[], wrong: Partial<Profile>, options?: CheckOptions];

const planted: readonly Row[] = [
  ['any answer to the upgrade is taken for a yes', ['deaf-to-refusal'], dialogue({ judge: () => startTls })],
  ['what stands behind the go-ahead is swallowed', ['leaves-octets', 'minds-pieces'], dialogue({ answer: greedy })],
  [
    'without an offer the client logs in as it is',
    ['says-more'],
    dialogue({
      *unoffered(whole) {
        yield* say(LOGIN);
        return absent(whole);
      },
    }),
  ],
  [
    'without an offer it goes on in plaintext',
    ['goes-on-in-plaintext'],
    dialogue({
      *unoffered() {
        yield* say('NOOP');
        return handover('') as unknown as Verdict; // as: types forbid it, and not everybody has types
      },
    }),
  ],
  [
    'it logs in before it asks for TLS',
    ['secret-in-clear'],
    dialogue({ first: LOGIN }),
    { secrets: ['AGpvZQBzZWNyZXQ='], words: ['235 Joe\r\n'] },
  ],
  [
    'what was offered in clear comes along with success',
    ['believes-words'],
    dialogue({
      judge: (code, listed) => (code === '220' ? Object.assign({ offers: listed }, startTls) : absent(code)),
    }),
  ],
  [
    'what was offered in clear decides what is said over TLS',
    ['remembers'],
    {
      ...dialogue({
        judge(code, listed) {
          learnt = listed;
          return code === '220' ? startTls : absent(code);
        },
      }),
      ...session(() => `EHLO ${learnt.length}`),
    },
  ],
  [
    'an answer that it does not know makes it throw',
    ['throws'],
    dialogue({
      judge(code) {
        if (code === '') throw new TypeError('no code');
        return code === '220' ? startTls : absent(code);
      },
    }),
  ],
  [
    'it never asks for TLS',
    ['never-secure'],
    dialogue({
      judge: () => absent('never mind'),
    }),
  ],
  [
    'a server hands a command over before TLS',
    ['acts-before-tls'],
    {
      *server(as) {
        const outcome = yield* smtp.server({ ...as, mode: as.mode === 'require' ? ['AUTH'] : as.mode });
        return outcome.kind === 'plaintext' && outcome.heard.startsWith('EHLO') ? absent('') : outcome;
      },
    },
  ],
  ['a server remembers over TLS who logged in before it', ['remembers'], forgetful(), { words: [`${LOGIN}\r\n`] }],
  ['a server swallows what stands behind the trigger', ['leaves-octets'], swallowing],
  ['a server begins TLS within TLS', ['begins-twice'], { server: ({ secured: _, ...as }) => smtp.server(as) }],
];

for (const [what, claims, wrong, options] of planted)
  test(`it is found that ${what}`, () => {
    const { faults } = checkProfile({ ...smtp, ...wrong }, options);
    const found = faults.map(({ claim }) => claim);
    for (const claim of claims) assert.ok(found.includes(claim), `found: ${found.join(', ') || 'nothing'}`);
  });

test('the dialogue that these were planted into has no fault', () => {
  assert.deepEqual(checkProfile({ ...smtp, ...dialogue() }).faults, []);
});

test('it is found that a plan leads to plaintext [R2] [R24] [A23]', () => {
  const careless: typeof decide = ({ sources: _, ...request }) =>
    decide({ ...request, stance: 'cfb', evidence: { ...request.evidence, proof: 'insecure' } });
  assert.equal(checkPlans(smtp, ['start-tls', 'absent'], careless).fault?.claim, 'plaintext-by-plan');
});

test('it is found that a plan steps down after an attack [A28]', () => {
  const careless: typeof decide = (request) => {
    const decision = decide(request);
    return { ...decision, plan: decision.plan.map(({ after: _, ...attempt }) => attempt) };
  };
  assert.equal(checkPlans(smtp, ['start-tls', 'garbled'], careless).fault?.claim, 'plaintext-by-plan');
});

test('a fault is shown with a way there', () => {
  const { faults } = checkProfile({ ...smtp, ...dialogue({ judge: () => startTls }) });
  assert.deepEqual(faults.find(({ claim }) => claim === 'deaf-to-refusal')?.transcript, [
    'S: 220 host.example ready',
    'C: EHLO client.invalid',
    'S: 250 STARTTLS',
    'C: STARTTLS',
    'S: 501 5.5.4 STARTTLS has no parameters',
  ]);
});
