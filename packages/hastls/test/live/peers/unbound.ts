import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyOf, type Need, run } from './commands.ts';
import { type Peer, start } from './peer.ts';

export const UNBOUND: Need = { packages: 'unbound bind9-dnsutils', commands: ['unbound', 'dig'] };

/** What an Unbound says of itself that is an ordinary process, keeps to its folder, and asks on loopback. */
export const confinedTo = (home: string): string => `  directory: "${home}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: ""
  do-daemonize: no
  num-threads: 1
  do-not-query-localhost: no`;

/** How Unbound is to find and judge the test world. */
export interface Recursion {
  readonly port: number;
  /** The root's DS record, as a zone-file line. */
  readonly anchor: string;
  /** Where each zone is served; the delegations name no ports. */
  readonly zones: readonly { readonly origin: string; readonly port: number }[];
  /** Whether the client may ask for answers that did not validate; by default it may. */
  readonly heedsCheckingDisabled?: boolean;
}

/** Unbound: recurses from the test root, validates, and caches. */
export async function startUnbound(home: string, recursion: Recursion): Promise<Peer> {
  const { port, anchor, zones, heedsCheckingDisabled = true } = recursion;
  const config = join(home, `unbound-${port}.conf`);
  await writeFile(join(home, 'root.anchor'), `${anchor}\n`);
  await writeFile(
    config,
    `server:
${confinedTo(home)}
  interface: 127.0.0.1
  port: ${port}
  local-zone: "test." nodefault
  trust-anchor-file: "${home}/root.anchor"
  trust-anchor-signaling: no
  module-config: "validator iterator"
  val-log-level: 2
  ignore-cd-flag: ${heedsCheckingDisabled ? 'no' : 'yes'}
remote-control:
  control-enable: no
${zones.map((zone) => `stub-zone:\n  name: "${zone.origin}"\n  stub-addr: 127.0.0.1@${zone.port}`).join('\n')}
`,
  );
  const isReady = () =>
    run('dig', '@127.0.0.1', '-p', String(port), '+time=1', '+tries=1', '.', 'SOA').then(
      (answer) => answer.includes('status: NOERROR'),
      () => false,
    );
  const command = await copyOf('unbound', join(home, `unbound-${port}`));
  return start({ name: 'Unbound', command, args: ['-d', '-p', '-c', config], isReady });
}
