import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Need } from './commands.ts';
import { listening, type Peer, start } from './peer.ts';
import type { Certificate } from './test-ca.ts';

export const STUNNEL: Need = { packages: 'stunnel4', commands: ['stunnel4'] };

/** One way through stunnel, by the upgrade of a protocol that it knows. */
export interface Service {
  readonly protocol: string;
  readonly accept: number;
  readonly connect: number;
}

/** stunnel in client mode, which verifies whom it meets as it was told to, or in server mode. */
export async function startStunnel(
  home: string,
  mode: 'client' | 'server',
  services: readonly Service[],
  { ca, chain, key }: Certificate,
  name: string,
): Promise<Peer> {
  const config = join(home, `stunnel-${mode}.conf`);
  const own =
    mode === 'client'
      ? `client = yes\nCAfile = ${ca}\nverifyChain = yes\ncheckHost = ${name}\nsni = ${name}`
      : `cert = ${chain}\nkey = ${key}`;
  const blocks = services.map(
    ({ protocol, accept, connect }) =>
      `[${protocol}]\naccept = 127.0.0.1:${accept}\nconnect = 127.0.0.1:${connect}\nprotocol = ${protocol}\n${own}\n`,
  );
  await writeFile(config, `foreground = yes\npid =\ndebug = notice\n${blocks.join('')}`);
  return start({
    name: `stunnel in ${mode} mode`,
    command: 'stunnel4',
    args: [config],
    isReady: () => listening(services.map(({ accept }) => accept)),
  });
}
