import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemory, decide } from '#core/policy/index.js';
import { askSts, irc, readSts } from '#core/profiles/index.js';
import { converse } from '#core/talk/index.js';
import { feed } from '../../contract/rows.js';

// What a chat server says of TLS by a capability, and what may be made of it. [V18] [A32]

const AT = 1_800_000_000;
const YEAR = 365 * 86_400;
const OVER_TLS = { security: 'tls', port: 6697, at: AT } as const;
const IN_CLEAR = { security: 'plaintext', port: 6667, at: AT } as const;

const overTls: readonly (readonly [value: string, until: number | 'withdraws' | undefined, what: string])[] = [
  ['duration=3600', AT + 3600, 'an hour'],
  ['port=1,duration=3600,preload', AT + 3600, 'the port is the one that it was heard on, whatever is said'],
  ['duration=0', 'withdraws', 'nothing any more'],
  ['duration=999999999999', AT + YEAR, 'a year at the most'],
  ['port=6697', undefined, 'no duration: for clients in clear'],
  ['duration=-5', undefined, 'no number'],
  ['duration=1e9', undefined, 'no number of digits'],
  ['duration=5,duration=6', undefined, 'two of them'],
  ['duration', undefined, 'no value'],
  ['', undefined, 'nothing'],
];
for (const [value, until, what] of overTls)
  test(`over TLS "${value}" commits to ${what}`, () => {
    const said = readSts(value, OVER_TLS);
    assert.equal(said?.kind === 'commits' ? said.until : said?.kind, until);
    if (said?.kind === 'commits') assert.equal(said.source.tlsPort, 6697);
  });

const inClear: readonly (readonly [value: string, port: number | undefined])[] = [
  ['port=6697', 6697],
  ['duration=31536000,port=6697', 6697],
  ['duration=31536000', undefined],
  ['port=0', undefined],
  ['port=70000', undefined],
  ['port=6697x', undefined],
];
for (const [value, port] of inClear)
  test(`in clear "${value}" leads to port ${port ?? 'none'}, and commits to nothing [V18]`, () => {
    const said = readSts(value, IN_CLEAR);
    assert.deepEqual(said, port === undefined ? undefined : { kind: 'leads', tlsPort: port });
  });

const dialogues: readonly (readonly [what: string, ends: string, ...said: readonly string[]])[] = [
  ['one line', 'plaintext duration=5', ':s CAP * LS :multi-prefix sts=duration=5 tls'],
  ['several lines', 'plaintext port=1', ':s CAP * LS * :a sts=port=1', ':s CAP * LS :b'],
  ['notices before it', 'plaintext port=1', ':s NOTICE * :*** Looking up', 'PING :x', ':s CAP * LS :sts=port=1'],
  ['no such capability', 'plaintext ', ':s CAP * LS :multi-prefix'],
  ['a server that knows of none', 'plaintext ', ':s 421 * CAP :Unknown command'],
  ['a farewell', 'closed', 'ERROR :Closing link'],
  ['another protocol', 'garbled', '220 mail.example ready'],
];
for (const [what, ends, ...said] of dialogues)
  test(`asked for capabilities: ${what}`, () => {
    const machine = converse(askSts());
    assert.equal(feed(machine, ...said.map((each) => `${each}\r\n`)), 'CAP LS 302\r\n');
    const { verdict } = machine;
    assert.equal(verdict?.kind === 'plaintext' ? `plaintext ${verdict.heard}` : verdict?.kind, ends);
  });

const service = { name: irc.name, ports: irc.ports, inBand: true };
const planOf = (sources: Parameters<typeof decide>[0]['sources'] & object, records: readonly never[] = []) =>
  decide({ service, stance: 'cfb', evidence: { proof: 'insecure', records }, sources }).plan.map(
    (each) => `${each.do} ${each.port}`,
  );

test('[A32] what was committed to is remembered by choice, forbids plaintext, and leads to its port, until it is over', () => {
  assert.ok(planOf([]).includes('plaintext 6667'));
  const said = readSts('duration=3600', { ...OVER_TLS, port: 7000 });
  assert.ok(said?.kind === 'commits');
  const memory = createMemory();
  const about = { service: 'irc', host: 'chat.example', source: said.source };
  memory.remember({ ...about, until: said.until });
  assert.deepEqual(planOf(memory.sources('irc', 'chat.example', AT + 3599)), ['tls 7000', 'tls 6697', 'upgrade 6667']);
  assert.deepEqual(memory.sources('irc', 'chat.example', AT + 3600), []);
  assert.deepEqual(memory.sources('irc', 'other.example', AT), []);
  const kept = createMemory(JSON.parse(JSON.stringify(memory.commitments())));
  assert.deepEqual(kept.commitments(), memory.commitments());
  memory.forget(about);
  assert.deepEqual(memory.commitments(), []);
});

test('[A22] [A32] a proven record names ports better than a commitment does', () => {
  const doors = { kind: 'tls-only', tls: 6999 } as const;
  const record = { kind: 'usable', doors, preference: 0 } as never; // as: only its parts count
  const said = readSts('duration=3600', { ...OVER_TLS, port: 7000 });
  assert.ok(said?.kind === 'commits');
  const { plan } = decide({
    service,
    stance: 'cfb',
    evidence: { proof: 'secure', records: [record] },
    sources: [said.source],
  });
  assert.deepEqual(plan, [{ do: 'tls', port: 6999 }]);
});

test('a memory holds so many commitments and no more: the oldest goes first', () => {
  const memory = createMemory([], 2);
  const source = { name: 'STS', forbidsPlaintext: true };
  for (const host of ['a', 'b', 'a', 'c']) memory.remember({ service: 'irc', host, source, until: AT });
  assert.deepEqual(
    memory.commitments().map(({ host }) => host),
    ['a', 'c'],
  );
});
