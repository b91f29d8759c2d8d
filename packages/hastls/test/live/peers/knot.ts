import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Need, run } from './commands.ts';
import { type NameServer, serves, tamper, type Zone } from './name-server.ts';
import { start } from './peer.ts';

export const KNOT: Need = {
  packages: 'knot knot-dnssecutils bind9-dnsutils',
  commands: ['knotd', 'keymgr', 'kzonesign', 'dig'],
};

/** Knot: signs by itself as it loads a zone, with one key each, absence proven by NSEC3. */
export function knot(home: string, port: number): NameServer {
  const config = join(home, 'knot.conf');
  const fileOf = (origin: string) => join(home, `${origin}zone`);

  const configure = (zones: readonly Zone[]) =>
    writeFile(
      config,
      `server:
    rundir: ${home}
    listen: 127.0.0.1@${port}
log:
  - target: stdout
    any: info
database:
    storage: ${home}
policy:
  - id: ours
    algorithm: ecdsap256sha256
    single-type-signing: on
    nsec3: on
template:
  - id: default
    storage: ${home}
    file: "%s.zone"
    zonefile-sync: -1
    dnssec-policy: ours
zone:
${zones.map(({ origin, kind }) => `  - domain: ${origin}\n    dnssec-signing: ${kind === 'signed' ? 'on' : 'off'}`).join('\n')}
`,
    );

  // Knot would mend a broken signature, so this zone is signed apart and then served as it stands.
  async function breakZone(origin: string): Promise<void> {
    await run('kzonesign', '--config', config, '--outdir', home, origin);
    await writeFile(fileOf(origin), tamper(await readFile(fileOf(origin), 'utf8')));
  }

  return {
    async newKey(origin) {
      await configure([{ origin, text: '', kind: 'signed' }]);
      await run('keymgr', '-c', config, origin, 'generate', 'algorithm=ecdsap256sha256', 'ksk=yes', 'zsk=yes');
      const ds = await run('keymgr', '-c', config, origin, 'ds');
      return ds.split('\n').find((line) => / 13 2 /.test(line)) ?? ds;
    },

    async start(zones) {
      for (const { origin, text } of zones) await writeFile(fileOf(origin), text);
      await configure(zones.map((zone) => ({ ...zone, kind: 'signed' })));
      for (const { origin, kind } of zones) if (kind === 'broken') await breakZone(origin);
      await configure(zones);
      return start({ name: 'Knot', command: 'knotd', args: ['-c', config], isReady: () => serves(port, zones) });
    },
  };
}
