import { columns } from './columns.ts';
import type { Host } from './host.ts';
import { kinds } from './kinds.ts';
import type { Lab } from './lab.ts';
import { tamperings } from './tampering.ts';

/** Where the lab left the files that its users need. */
export interface LabFiles {
  readonly anchors: string;
  readonly authority: string;
}

/** How to use the lab, for people. */
export function guide(lab: Lab, files: LabFiles): string {
  const trust = `--resolver ${lab.resolver} --anchors ${files.anchors} --ca ${files.authority}`;
  return [
    'The lab is up, on loopback only. Stop it with Ctrl-C.',
    '',
    `  resolver        ${lab.resolver}`,
    `  trust anchors   ${files.anchors}`,
    `  CA              ${files.authority}`,
    '',
    'Hosts are called KIND.PROTOCOL.lab.test; in unsigned.lab.test the same promises stand unsigned.',
    ...columns(kinds.map(({ name, says }) => [name, says])),
    '',
    ...portTable(lab.hosts),
    'Records name the ports; hosts that promise nothing, or unsigned, need theirs in the URL.',
    '',
    'Somebody sits on the way to ATTACKER.KIND.PROTOCOL.lab.test and …',
    ...columns(tamperings.map(({ name, says }) => [name, says])),
    '',
    'Resolvers that lie:',
    ...columns(lab.liars.map(({ resolver, deception: { says } }) => [resolver, says])),
    '',
    'Try, in a clone with npx before each hastls:',
    `  TRUST="${trust}"`,
    '  hastls lookup _imap._tcp.ssb.imap.lab.test $TRUST --trace',
    '  hastls explain smtp://ssb-minds.smtp.lab.test --stance cfb $TRUST',
    '  hastls connect imap://ssb.imap.lab.test --print $TRUST',
    '  hastls connect imap://strip.ssb-minds.imap.lab.test --stance cfb --print $TRUST',
    '',
  ].join('\n');
}

/** The same for programs. */
export const inventory = (lab: Lab, files: LabFiles): object => ({
  v: 1,
  resolver: lab.resolver,
  anchors: files.anchors,
  ca: files.authority,
  liars: lab.liars.map(({ resolver, deception: { name, says } }) => ({ name, says, resolver })),
  attackers: tamperings.map(({ name, says }) => ({ name, says })),
  kinds: kinds.map(({ name, says }) => ({ name, says })),
  hosts: lab.hosts.map(({ name, profile, kind, tampering, signed, ports, promise }) => ({
    name,
    service: profile.name,
    kind: kind.name,
    attacker: tampering?.name ?? null,
    signed,
    ports,
    promise,
  })),
});

/** Ports of the hosts that nobody interferes with: a line for each protocol, a column for each kind. */
function portTable(hosts: readonly Host[]): readonly string[] {
  const honest = hosts.filter(({ signed, tampering }) => signed && tampering === undefined);
  const services = [...new Set(honest.map(({ profile }) => profile.name))];
  const ports = (service: string, kind: string) => {
    const found = honest.find(({ profile, kind: { name } }) => profile.name === service && name === kind)?.ports;
    return [found?.plain, found?.tls].filter((port) => port !== undefined).join(', ');
  };
  return columns([
    ['port of', ...kinds.map(({ name }) => name)],
    ...services.map((service) => [service, ...kinds.map(({ name }) => ports(service, name))]),
  ]);
}
