import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Need } from './commands.ts';
import { listening, start } from './peer.ts';
import type { StartService } from './services.ts';

export const CUPS: Need = { packages: 'cups-daemon', commands: ['cupsd'], root: true };
/** CUPS: printers are the one place where the web's in-band upgrade is alive. */
export const startCups: StartService = async (home, { chain, key }, port) => {
  const place = join(home, 'cups');
  for (const each of ['keys', 'temporary']) await mkdir(join(place, each), { recursive: true });
  await copyFile(chain, join(place, 'keys', 'mail.test.crt'));
  await copyFile(key, join(place, 'keys', 'mail.test.key'));
  const [config, files] = [join(place, 'cupsd.conf'), join(place, 'cups-files.conf')];
  await writeFile(
    config,
    `Listen 127.0.0.1:${port}
ServerName mail.test
DefaultEncryption IfRequested
Browsing Off
`,
  );
  await writeFile(
    files,
    `ServerRoot ${place}
ServerKeychain ${join(place, 'keys')}
StateDir ${place}
CacheDir ${place}
RequestRoot ${place}
TempDir ${join(place, 'temporary')}
AccessLog stderr
PageLog stderr
ErrorLog stderr
CreateSelfSignedCerts no
`,
  );
  return start({
    name: 'CUPS',
    command: 'cupsd',
    args: ['-f', '-c', config, '-s', files],
    isReady: () => listening([port]),
  });
};
