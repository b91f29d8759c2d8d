import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { concatBytes, latin1 } from '#core/bytes/index.js';
import { converse, type Handover, LIMITS, type Machine, type Profile, type Verdict } from '#core/talk/index.js';
import { client, heardBy, ordinary, rows, server } from '../contract/rows.js';
import type { Chance } from '../live/differential/chance.js';
import { campaign } from './campaign.js';
import { mutateOctets } from './mutate.js';

// Whatever a peer says, in whatever pieces, the conversation comes to a verdict and holds to the driver's rules.

const to = { host: 'host.example', self: 'client.invalid' };
type Any = Machine<Verdict | Handover>;

/** Every conversation of a profile, from where it may begin. */
const conversations = (profile: Profile): readonly (readonly ['client' | 'server', () => Any])[] => {
  const { session } = profile;
  return [
    ['client', () => client(profile)],
    ['server', () => server(profile)],
    ['server', () => server(profile, { mode: 'prefer' })],
    ['server', () => server(profile, { greeted: true })],
    ['server', () => server(profile, { greeted: true, secured: true })],
    ...(session === undefined
      ? []
      : ([
          ['client', () => converse<Verdict | Handover>(session.open(to))],
          ['client', () => converse<Verdict | Handover>(session.reopen(to))],
          ['client', () => converse<Verdict | Handover>(session.trigger())],
        ] as const)),
  ];
};

const captured = new URL('../../test/core/profiles/captured/', import.meta.url);
const real = readdirSync(captured).map((file) =>
  readFileSync(new URL(file, captured), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('S: '))
    .map((line) => `${line.slice(3)}\r\n`)
    .join(''),
);
const replies = [...real.map(latin1), ...rows.map((row) => concatBytes(...heardBy(row, 'client')))];
const commands = [
  ...rows.map((row) => concatBytes(...heardBy(row, 'server'))),
  ...rows.map((row) =>
    latin1(
      ordinary(row)
        .map((line) => `${line}\r\n`)
        .join(''),
    ),
  ),
];

for (const profile of rows) {
  const open = conversations(profile);
  const own = {
    client: concatBytes(...heardBy(profile, 'client')),
    server: concatBytes(...heardBy(profile, 'server')),
  };
  campaign(`[V3] [V17] conversations of ${profile.name}`, rows.length, (chance) => {
    const [side, begin] = chance.any(open) as (typeof open)[number]; // as: there are some
    const others = side === 'client' ? replies : commands;
    const original = chance.hits(0.7) ? own[side] : chance.any(others);
    const machine = begin();
    let sent = machine.output.splice(0).length;
    for (const piece of pieces(chance, mutateOctets(chance, original ?? own[side], others))) {
      if (machine.verdict !== undefined) break; // what comes now is no longer the conversation's
      machine.feed(piece);
      sent += machine.output.splice(0).length;
    }
    machine.end();
    assert.ok(machine.verdict);
    assert.ok(machine.frames <= LIMITS.frames + 1 && sent <= 2 * (LIMITS.frames + 1));
    if (machine.verdict.kind !== 'start-tls') return;
    const [first = side === 'server' ? 0x16 : undefined] = machine.leftover;
    assert.equal(first, side === 'server' ? 0x16 : undefined); // nothing but a ClientHello may be left for TLS
  });
}

function* pieces(chance: Chance, octets: Uint8Array): Generator<Uint8Array> {
  const most = chance.pick([1, 8, 200, 100_000]);
  for (let at = 0; at < octets.length; ) {
    const end = at + 1 + chance.below(most);
    yield octets.subarray(at, end);
    at = end;
  }
}
