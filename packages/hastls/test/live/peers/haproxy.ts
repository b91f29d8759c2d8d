import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Need } from './commands.ts';
import { listening, type Peer, start } from './peer.ts';

export const HAPROXY: Need = { packages: 'haproxy', commands: ['haproxy'] };

/** One way through HAProxy: octets are not looked at. */
export interface Passage {
  readonly from: number;
  readonly to: number;
  /** What it hears of its clients, and says of them: `accept-proxy`, `send-proxy`, `send-proxy-v2`. */
  readonly hears?: string;
  readonly says?: string;
}

/** HAProxy with these passages. It logs for each connection the client's address, and the name that it was told. */
export async function startHaproxy(home: string, passages: readonly Passage[]): Promise<Peer> {
  const config = join(home, 'haproxy.cfg');
  const blocks = passages.map(
    ({ from, to, hears = '', says = '' }) => `listen port${from}
  bind 127.0.0.1:${from} ${hears}
  server one 127.0.0.1:${to} ${says}
`,
  );
  await writeFile(
    config,
    `global
  log stdout format raw local0
defaults
  mode tcp
  log global
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  log-format "from=%ci to=%fi name=%[fc_pp_authority] via=%f"
${blocks.join('')}`,
  );
  return start({
    name: 'HAProxy',
    command: 'haproxy',
    args: ['-db', '-f', config],
    isReady: () => listening(passages.map(({ from }) => from)),
  });
}
