import assert from 'node:assert/strict';
import type { Profile, ServerContext } from '#core/talk/index.js';
import { inTheMiddle, type Middleman } from '../talk/mediation.js';

/** What the one in the middle has to know. */
export type As = Partial<ServerContext>;
export const PREFER: As = { mode: 'prefer' };
export const SECURED: As = { secured: true, greeted: true };
export const keepingSecrets = ({ middle }: Profile): As => ({ mode: middle?.secrets ?? [] });

const wire = (said: string): string => said.replaceAll(' / ', '\r\n');

/**
 * Plays a scene, line by line: `c` is said by the client, `b` by the backend; `B` is what the backend then hears, `C` the
 * client. Nothing else may be said.
 */
export function play(profile: Profile, as: As, ...scene: readonly string[]): Middleman {
  const man = inTheMiddle(profile, as);
  let said = '';
  let last = '';
  for (const line of scene) {
    const [mark, words] = [line.slice(0, 3), `${wire(line.slice(3))}\r\n`];
    if (mark === 'c: ') said += man.client(words);
    else if (mark === 'b: ') said += man.backend(words);
    else {
      const expected = [words, `${line[0]}:${words}`].find(
        (each, index) => said.startsWith(each) && (index === 1 || last === mark),
      );
      assert.ok(expected, `${line} was expected, and this said: ${JSON.stringify(said)}`);
      said = said.slice(expected.length);
    }
    last = mark;
  }
  assert.equal(said, '', `more was said than ${JSON.stringify(scene)}`);
  return man;
}

const GREETINGS: Readonly<Record<string, string>> = {
  imap: '* OK ready',
  pop3: '+OK ready <1@b>',
  nntp: '200 ready',
  sieve: '"SIEVE" "" / "STARTTLS" / OK "ready"',
};
export const greetingOf = ({ name }: Profile): string => GREETINGS[name] ?? '220 b ESMTP';
export const greeted = (profile: Profile) => [`b: ${greetingOf(profile)}`, `C: ${greetingOf(profile)}`];
