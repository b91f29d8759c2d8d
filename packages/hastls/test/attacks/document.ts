// Says docs/ATTACKS.md: every attack, on every protocol and either side, as it ends here and now. `tools/attacks.ts`
// writes it down.
import { offByDefault, profiles } from 'hastls/profiles';
import type { Profile } from 'hastls/talk';
import { clientAttacks, scriptOf } from './client-attacks.ts';
import { unable } from './fixation.ts';
import { promiseAttacks } from './promise-attacks.ts';
import { serverAttacks } from './server-attacks.ts';
import { gateway, type ServerKind, triggerServer } from './servers.ts';

const all: readonly Profile[] = [...profiles, ...offByDefault.map(({ profile }) => profile)];
const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const head = (...cells: readonly string[]): readonly string[] => [row(...cells), row(...cells.map(() => '---'))];

/** Where it applies; where not, why, with each reason once. */
function where(applies: (profile: Profile) => string | undefined): readonly [where: string, not: string] {
  const able = all.filter((each) => applies(each) === undefined).map(({ name }) => name);
  const reasons = new Map<string, string[]>();
  for (const each of all) {
    const why = applies(each);
    if (why !== undefined) reasons.set(why, [...(reasons.get(why) ?? []), each.name]);
  }
  const not = [...reasons].map(([why, names]) => `${names.join(', ')}: ${why}`).join('; ');
  return [able.length === all.length ? 'all' : able.join(', '), not];
}

const followed = (kind: ServerKind) => (kind === gateway ? all.filter((each) => each.middle !== undefined) : all);
const words = (ends: readonly string[]): string =>
  ends.map((each) => each.toLowerCase().replaceAll('_', ' ').replaceAll('tls', 'TLS')).join('; ');

console.log(
  [
    '# Attacks',
    '',
    'What is done to every protocol by the tests, on either side, and how it may end. Written by `npm run docs` from the',
    'tables in `packages/hastls/test/attacks`; `npm run test:attacks` does it, over sockets, and holds each to its ending.',
    'What can be done by editing the dialogue in up to two places is enumerated in [ENUMERATION.md](ENUMERATION.md); cuts,',
    'splits, junk and bounds at every octet are in the contract that every profile is held to.',
    '',
    '## Clients',
    '',
    'A program that calls `connect()`, and a client without TLS behind a tunnel: each meets a server that is not what it',
    'should be. However it ends, nothing of the user’s was said in clear, no word of the peer’s reached the terminal,',
    'nobody went elsewhere, and what was said outside of TLS was never taken for something said over it. *TLS* alone means',
    'that the connection is with the true server.',
    '',
    ...head('class', 'attack', 'may end in', 'protocols', 'not'),
    ...clientAttacks.map((attack) =>
      row(attack.id, attack.title, words(attack.ends), ...where((profile) => reason(scriptOf(attack, profile)))),
    ),
    '',
    'Of these protocols some have a dialogue of commands that may go on in plaintext, by the client’s stance, until the server',
    'demands TLS: or somebody else does. To a client that is told so all of the above is done too, but for what needs',
    'implicit TLS or a client that waits. It may end in *TLS* as well, as nothing has to be offered, and in *garbled*.',
    '',
    ...head('class', 'attack', 'may end in', 'protocols', 'not'),
    row(
      'V14',
      'TLS is demanded in the midst of a dialogue, and then each of the above',
      'the same; TLS; garbled',
      ...where(({ session }) => (session === undefined ? 'no dialogue of ours in plaintext' : undefined)),
    ),
    '',
    '## Promises',
    '',
    'The same clients, with a stance that falls back to plaintext where a proven promise allows it, and a server that has',
    'promised TLS in a signed zone. Somebody sits between the client and DNS, and takes the server’s TLS away as well. It',
    'never ends in plaintext; and when the attack is over, the same resolver leads to TLS: it has remembered nothing. A',
    'server asks nobody, and has nothing to remember.',
    '',
    ...head('class', 'attack', 'may end in', 'protocols', 'not'),
    ...promiseAttacks.map(({ id, title, ends }) => row(id, title, words(ends), ...where(() => undefined))),
    '',
    '## Servers',
    '',
    'A server of `hastls/serve`, and a gateway, both wanting TLS before all else. However it ends, nothing that was said in',
    'clear reached an application or a backend, and nothing was answered over TLS that nobody had asked over TLS.',
    `The gateway is tried with ${followed(gateway).length} protocols, the server with ${followed(triggerServer).length}.`,
    '',
    ...head('class', 'attack', 'may end in', 'protocols', 'not'),
    ...serverAttacks.map((attack) =>
      row(attack.id, attack.title, words(attack.ends), ...where((profile) => reason(attack.of(profile)))),
    ),
    '',
    'Where TLS is a choice, somebody can log in without it and then ask for it: with such a server whoever goes on over TLS',
    'finds nobody logged in, whether there is an application behind it or, with a gateway, a backend.',
    '',
    ...head('class', 'attack', 'may end in', 'protocols', 'not'),
    row('V10', 'somebody logs in, begins TLS, and hands it to the victim', 'TLS; no TLS', ...where(unable)),
    '',
    '## Elsewhere',
    '',
    ...head('class', 'attack', 'tests'),
    row('V12', 'implicit TLS that is led into an in-band session (Opossum)', '`attacks/opossum.test.ts`'),
    row(
      'V18',
      'commitments for days to come',
      '`core/policy/`: kept as long as they say, and no failure; `irc-sts.test.ts`: heard over TLS alone',
    ),
  ].join('\n'),
);

function reason(of: object | string): string | undefined {
  return typeof of === 'string' ? of : undefined;
}
