import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '#core/policy/index.js';
import { type Connected, connectionObject, connectionTree, drawTree, plain } from '#core/report/index.js';

const service = { name: 'imap', ports: { plain: [143], tls: [993] }, inBand: true };
const connected: Connected = {
  service: 'imap',
  host: 'mail.example',
  decision: decide({ service, stance: 'cso', evidence: { proof: 'secure', records: [] } }),
  proof: 'secure',
  promised: [],
  proofBecause: ['proven absent'],
  chain: [],
  security: 'tls',
  how: 'in-band',
  tls: {
    protocol: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    group: 'X25519',
    alpn: undefined,
    certificate: {
      subject: 'CN=mail.example',
      issuer: 'CN=test\x1b[2J',
      names: 'DNS:mail.example',
      from: 1_700_000_000,
      until: 1_800_000_000,
      fingerprint: 'AA:BB',
    },
  },
  tried: [
    { do: 'tls', port: 993, outcome: 'unreachable', why: 'refused' },
    { do: 'upgrade', port: 143, outcome: 'connected', why: 'connected' },
  ],
};

test('a connection as programs are told it: its decision, and what came of it', () => {
  const { security, how, protocol, cipher, group, alpn, certificate, tried, v, refused } = connectionObject(connected);
  assert.deepEqual(
    { v, refused, security, how, protocol, cipher, group, alpn, certificate, tried },
    {
      v: 1,
      refused: false,
      security: 'tls',
      how: 'in-band',
      protocol: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      group: 'X25519',
      alpn: null,
      certificate: {
        subject: 'CN=mail.example',
        issuer: 'CN=test\\u{1b}[2J',
        names: 'DNS:mail.example',
        notBefore: '2023-11-14T22:13:20Z',
        notAfter: '2027-01-15T08:00:00Z',
        fingerprint: 'AA:BB',
      },
      tried: connected.tried,
    },
  );
});

test('a connection as people are told it, its failures first', () => {
  const lines = drawTree(connectionTree(connected, plain));
  assert.deepEqual(lines.slice(lines.indexOf('├─ tried')), [
    '├─ tried',
    '│  ├─ tls, port 993: unreachable, refused',
    '│  └─ upgrade, port 143: connected',
    '└─ connected: secure, in-band',
    '   ├─ TLSv1.3, TLS_AES_256_GCM_SHA384, X25519',
    '   └─ certificate: DNS:mail.example',
    '      ├─ subject CN=mail.example',
    '      ├─ issued by CN=test\\u{1b}[2J',
    '      ├─ valid from 2023-11-14T22:13:20Z to 2027-01-15T08:00:00Z',
    '      └─ SHA-256 AA:BB',
  ]);
});

const others: readonly (readonly [security: Connected['security'], says: string])[] = [
  ['plaintext', 'connected: plaintext'],
  ['unauthenticated', 'connected: not secure: to nobody knows whom, in-band'],
];
for (const [security, says] of others)
  test(`[R7] a connection that is ${security} is never called secure`, () => {
    const shown = { ...connected, security, tls: security === 'plaintext' ? undefined : connected.tls };
    const lines = drawTree(connectionTree(shown, plain));
    assert.ok(lines.some((line) => line.endsWith(says)));
    assert.ok(!lines.some((line) => line.includes('connected: secure')));
    assert.equal(connectionObject(shown).security, security);
  });
