// Writes docs/PROTOCOLS.md from the profiles: the facts, and what our own client and server say to each other on the
// way to TLS. `--check` compares instead of writing.
import { isProfile, offByDefault, profiles, services } from 'hastls/profiles';
import { converse, NEUTRAL_SELF, type Profile, type Service, serverGreets } from 'hastls/talk';
import { duet } from 'hastls/testing';
import { generated, heading, row } from './generated.js';

const listed = (each: readonly (string | number)[]): string => (each.length === 0 ? '–' : each.join(', '));

const facts = ({ name, service, ports, implicitScheme = '–', alpn = [], specs }: Service): string =>
  row(
    name,
    `\`_${service}._tcp\``,
    listed(ports.plain),
    listed(ports.tls),
    implicitScheme,
    listed(alpn),
    listed(specs),
  );

const TITLES = ['name', 'owner label', 'ports', 'TLS ports', 'TLS scheme', 'ALPN', 'written from'];

const behind = ({ name, middle, unfollowed = '' }: Profile, greets: boolean): string =>
  middle === undefined
    ? row(name, 'implicit only', unfollowed)
    : row(name, greets ? 'in-band, or implicit' : 'in-band, implicit, or both on one port', listed(middle.secrets));

const transcript = ({ client, server }: Profile): readonly string[] =>
  duet(
    converse(client({ host: 'host.example', self: NEUTRAL_SELF })),
    converse(server({ host: 'host.example', mode: 'require' })),
  );

generated(
  'docs/PROTOCOLS.md',
  [
    '# Protocols',
    '',
    'Every service that is known by name. Written by `npm run docs` from `core/profiles`; CI compares.',
    '',
    '## With an in-band upgrade',
    '',
    ...heading(...TITLES),
    ...profiles.map(facts),
    '',
    '## Without one',
    '',
    ...heading(...TITLES),
    ...services.filter((each) => !isProfile(each)).map(facts),
    '',
    '## Off by default',
    '',
    'In no list: whoever wants one names it, as `connect(url, { profile })`.',
    '',
    ...heading('why', ...TITLES),
    ...offByDefault.map(({ profile, because }) => `| ${because} ${facts(profile)}`),
    '',
    '## Behind a gateway',
    '',
    'What `hastls gateway` can have in front of a server, and the commands that wait for TLS with `mode = "require-for"`; or why',
    'it does not follow the dialogue.',
    '',
    ...heading('name', 'TLS', 'waits for TLS'),
    ...profiles.map((profile) => behind(profile, serverGreets(profile))),
    '',
    '## What is said before TLS',
    '',
    'Our client and our server, which wants TLS, up to the ClientHello. `C:` and `S:` are lines of the client and of the',
    'server, `C>` and `S>` text that ends in no line, `C#` and `S#` octets in hex. Dialogues with real',
    'servers are in `test/core/profiles/captured`.',
    ...[...profiles, ...offByDefault.map(({ profile }) => profile)].flatMap((profile) => [
      '',
      `### ${profile.name}`,
      '',
      '```text',
      ...transcript(profile),
      '```',
      '',
      `Over TLS the ${profile.speaksFirst} speaks first. Forgotten by then: ${profile.forgets.join('; ')}.`,
    ]),
    '',
  ].join('\n'),
);
