import type { Profile } from 'hastls/talk';
import { UsageError } from './failure.ts';

/** The protocol of the user's own file that a URL asks for, as an option of the library's. @throws UsageError */
export async function profileFor(url: string, file: string | undefined): Promise<{ readonly profile?: Profile }> {
  if (file === undefined) return {};
  const { readConfigFile } = await import('./daemon/config-file.ts'); // few commands need to read TOML
  const { asked, protocolsFile } = await import('./daemon/protocols.ts');
  const { protocol } = readConfigFile(file, protocolsFile);
  const profile = asked(url, protocol);
  if (profile !== undefined) return { profile };
  throw new UsageError(`${file} has no protocol for ${url}`, [
    `there is ${protocol.map(({ profile: { name } }) => name).join(', ')}`,
  ]);
}
