import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Need } from './commands.ts';
import { freePorts, listening, start } from './peer.ts';
import type { StartService } from './services.ts';

export const TIGERVNC: Need = { packages: 'tigervnc-standalone-server', commands: ['Xtigervnc'] };
export const startTigervnc: StartService = (_home, { chain, key }, port) =>
  start({
    name: 'TigerVNC',
    command: 'Xtigervnc',
    args: [
      ...[`:${port}`, '-rfbport', `${port}`, '-localhost', '-nolisten', 'tcp', '-nolisten', 'unix', '-noreset'],
      ...['-SecurityTypes', 'X509None', '-X509Key', key, '-X509Cert', chain],
    ],
    isReady: () => listening([port]),
  });

/** Lends a display to a program that wants one; nobody looks at it. */
export async function onDisplay<T>(work: (display: string) => Promise<T>): Promise<T> {
  const [port = 0] = await freePorts(1);
  const server = await start({
    name: 'TigerVNC',
    command: 'Xtigervnc',
    args: [`:${port}`, '-rfbport', `${port}`, '-localhost', '-nolisten', 'tcp', '-SecurityTypes', 'None', '-noreset'],
    isReady: () => listening([port]),
  });
  try {
    return await work(`:${port}`);
  } finally {
    await server.stop();
  }
}

export const XRDP: Need = { packages: 'xrdp', commands: ['xrdp'], root: true };
/** xrdp without a session manager: nobody gets as far as a desktop. */
export const startXrdp: StartService = async (home, { chain, key }, port) => {
  const config = join(home, 'xrdp.ini');
  await writeFile(
    config,
    `[Globals]
ini_version=1
fork=false
port=tcp://127.0.0.1:${port}
security_layer=tls
certificate=${chain}
key_file=${key}
[Logging]
LogFile=${join(home, 'xrdp.log')}
EnableSyslog=false
`,
  );
  return start({
    name: 'xrdp',
    command: 'xrdp',
    args: ['--nodaemon', '--config', config],
    isReady: () => listening([port]),
  });
};
