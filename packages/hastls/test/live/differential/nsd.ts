import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Need } from '../peers/commands.ts';
import { serves, type Zone } from '../peers/name-server.ts';
import { type Peer, start } from '../peers/peer.ts';

export const NSD: Need = { packages: 'nsd bind9-dnsutils', commands: ['nsd', 'dig'] };

/** NSD: serves zones as they stand, signed or not. */
export async function startNsd(home: string, port: number, zones: readonly Zone[]): Promise<Peer> {
  const config = join(home, 'nsd.conf');
  const fileOf = (origin: string) => join(home, `nsd-${origin}zone`);
  for (const { origin, text } of zones) await writeFile(fileOf(origin), text);
  await writeFile(
    config,
    `server:
  ip-address: 127.0.0.1@${port}
  server-count: 1
  username: ""
  chroot: ""
  zonesdir: "${home}"
  pidfile: ""
  database: ""
  zonelistfile: "${join(home, 'nsd.list')}"
  xfrdfile: "${join(home, 'nsd.xfrd')}"
  xfrdir: "${home}"
  cookie-secret-file: "${join(home, 'nsd.cookie')}"
remote-control:
  control-enable: no
${zones.map(({ origin }) => `zone:\n  name: "${origin}"\n  zonefile: "${fileOf(origin)}"`).join('\n')}
`,
  );
  return start({ name: 'NSD', command: 'nsd', args: ['-d', '-c', config], isReady: () => serves(port, zones) });
}
