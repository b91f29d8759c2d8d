import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readHastls, writeHastls } from '#core/dns/index.js';
import { decide, STANCES } from '#core/policy/index.js';
import { type Decided, decisionObject, decisionsTree, decisionTree, drawTree, plain } from '#core/report/index.js';

const rdata = writeHastls(25, 25, 0);
assert.ok(rdata.ok);
const evidence = { proof: 'secure', records: [readHastls(rdata.value)] } as const;
const service = { name: 'smtp', ports: { plain: [25], tls: [] }, inBand: true };
const decided = (stance: (typeof STANCES)[number]): Decided => ({
  service: 'smtp',
  host: 'mx.example',
  decision: decide({ service, stance, evidence }),
  proof: 'secure',
  promised: ['_smtp._tcp.mx.example. 300 IN HASTLS 25 25 0'],
  proofBecause: ['signed by \x1bexample.'],
  chain: [],
});

test('a decision as programs are told it', () => {
  const { service, host, stance, proof, plan, refused, v } = decisionObject(decided('cfb'));
  assert.deepEqual(
    { v, service, host, stance, proof, plan, refused },
    {
      v: 1,
      service: 'smtp',
      host: 'mx.example',
      stance: 'cfb',
      proof: 'secure',
      plan: [
        { do: 'upgrade', port: 25 },
        { do: 'plaintext', port: 25 },
      ],
      refused: false,
    },
  );
});

test('a decision as people are told it: record, signature, rule, action', () => {
  const lines = drawTree(decisionTree(decided('cso'), plain));
  const [rule] = decided('cso').decision.because;
  assert.deepEqual(lines, [
    'smtp://mx.example, cso (secure only)',
    '├─ promised',
    '│  └─ _smtp._tcp.mx.example. 300 IN HASTLS 25 25 0',
    '├─ proof: secure',
    '│  └─ signed by \\u{1b}example.',
    '├─ because',
    `│  ├─ [${rule.rule}] ${rule.text}`,
    ...lines.slice(7, -2),
    '└─ plan',
    '   └─ 1. TLS by in-band upgrade, port 25',
  ]);
});

test('the same evidence under every stance is one tree, with its evidence once', () => {
  const all = STANCES.map((stance) => decided(stance).decision);
  const lines = drawTree(decisionsTree(decided('cso'), all, plain));
  assert.deepEqual(
    lines.filter((line) => /^.. (promised|proof|c[a-z]{2} )/.test(line)),
    ['├─ promised', '├─ proof: secure', '├─ cio (insecure only)', '├─ cso (secure only)', '└─ cfb (fallback allowed)'],
  );
});

test('a refusal says so where the plan would be', () => {
  const refusing = {
    ...decided('cio'),
    decision: decide({ service, stance: 'cio', evidence: { proof: 'bogus', records: [] } }),
  };
  assert.equal(drawTree(decisionTree(refusing, plain)).at(-1), '└─ plan: refused, nothing is tried');
});

test('[R7] [A29] TLS without authentication is called what it is', () => {
  const daring = decide({ service, stance: 'cfb', evidence, switches: { unauthenticatedTls: true } });
  const lines = drawTree(decisionTree({ ...decided('cfb'), decision: daring }, plain));
  assert.equal(lines.at(-2), '   ├─ 2. TLS by in-band upgrade, port 25, to nobody knows whom');
});
