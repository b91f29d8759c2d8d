// Says docs/ATTACKS.md: every attack, on every protocol and either side, as it ends here and now. `tools/attacks.ts`
// writes it down.
import { offByDefault, profiles } from 'hastls/profiles';
import type { Profile } from 'hastls/talk';
import { clientAttacks, scriptOf } from './client-attacks.ts';
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
    '## Elsewhere',
    '',
    ...head('class', 'attack', 'tests'),
    row(
      'V10',
      'a session of somebody else’s before TLS',
      '`node/serve/gateway.test.ts`, `node/serve/trigger-server.test.ts`',
    ),
    row('V12', 'implicit TLS that is led into an in-band session (Opossum)', '`attacks/opossum.test.ts`'),
    row('V14', 'a forged demand for TLS', '`node/connect/session.test.ts`, and enumerated'),
    row('V17', 'a client that says nothing where TLS should be', '`node/serve/gateway.test.ts`'),
    row('V18', 'policy remembered from where nobody may be believed', '`node/resolve/`, `core/policy/`'),
    row(
      'V19',
      'no look-up before the first word',
      '`node/connect/connect.test.ts`: DNS is asked before anybody is dialled',
    ),
  ].join('\n'),
);

function reason(of: object | string): string | undefined {
  return typeof of === 'string' ? of : undefined;
}
