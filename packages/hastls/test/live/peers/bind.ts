import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyOf, type Need, run } from './commands.ts';
import { type NameServer, serves, tamper, type Zone } from './name-server.ts';
import { start } from './peer.ts';

export const BIND: Need = {
  packages: 'bind9 bind9-utils bind9-dnsutils',
  commands: ['named', 'dnssec-keygen', 'dnssec-signzone', 'dig', 'delv'],
};

/** BIND: zones signed beforehand by dnssec-signzone with one key each, absence proven by NSEC. */
export function bind(home: string, port: number): NameServer {
  const fileOf = (origin: string) => join(home, `zone-${origin}`);

  async function sign({ origin, text, kind }: Zone): Promise<void> {
    const [file, unsigned] = [fileOf(origin), `${fileOf(origin)}unsigned`];
    if (kind === 'unsigned') return writeFile(file, text);
    await writeFile(unsigned, text);
    await run('dnssec-signzone', '-S', '-z', '-q', '-K', home, '-d', home, '-o', origin, '-f', file, unsigned);
    if (kind === 'broken') await writeFile(file, tamper(await readFile(file, 'utf8')));
  }

  return {
    async newKey(origin) {
      const keygen = ['-q', '-a', 'ECDSAP256SHA256', '-f', 'KSK', '-K', home, origin];
      const key = (await run('dnssec-keygen', ...keygen)).trim();
      return (await run('dnssec-dsfromkey', '-2', join(home, `${key}.key`))).trim();
    },

    async start(zones) {
      for (const zone of zones) await sign(zone);
      await writeFile(
        join(home, 'named.conf'),
        `options {
  directory "${home}"; pid-file none; session-keyfile none; managed-keys-directory "${home}";
  listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
  recursion no; notify no; dnssec-validation no; empty-zones-enable no;
};
controls { };
${zones.map(({ origin }) => `zone "${origin}" { type primary; file "${fileOf(origin)}"; };`).join('\n')}
`,
      );
      return start({
        name: 'BIND',
        command: await copyOf('named', join(home, 'named')),
        args: ['-g', '-c', join(home, 'named.conf')],
        isReady: () => serves(port, zones),
      });
    },
  };
}
