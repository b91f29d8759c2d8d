import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, latin1, text } from '#core/bytes/index.js';
import { converse, type Profile, type ServerContext, type Verdict } from '#core/talk/index.js';
import { feed } from '../../contract/rows.js';

/** What a server says, a character for each octet, and what a client makes of it. */
export type Row = readonly [what: string, kind: Verdict['kind'], ...said: readonly string[]];

export function judge(profile: Profile, rows: readonly Row[]): void {
  for (const [what, kind, ...said] of rows)
    test(`${profile.name}: ${what} is ${kind}`, () => {
      const machine = converse(profile.client({ host: 'host.example', self: 'client.invalid' }));
      feed(machine, ...said.map((each) => latin1(each)));
      assert.equal(machine.verdict?.kind, kind);
    });
}

/** What a client says that is not the upgrade, and what a server that requires TLS answers. */
export type Answer = readonly [profile: Profile, as: Partial<ServerContext>, said: string, answer: RegExp];

export function answer(rows: readonly Answer[]): void {
  for (const [profile, as, said, expected] of rows)
    test(`${profile.name}: ${JSON.stringify(said)} ${as.secured ? 'under' : 'before'} TLS gets its own answer [S6] [A37]`, () => {
      const machine = converse(profile.server({ host: 'host.example', mode: 'require', greeted: true, ...as }));
      assert.match(feed(machine, said), expected);
      assert.notEqual(machine.verdict?.kind, 'start-tls');
    });
}

export const hex = (digits: string): string => text(fromHex(digits.replaceAll(' ', '')));
