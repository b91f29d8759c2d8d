import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startPeers } from '../peers.ts';
import { startZones, type Zones } from '../zones.ts';
import { type Log, readLog } from './log.ts';

const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));

/** `hastls tunnel` at work, and its log. */
export interface StartedTunnels extends Log {
  readonly child: ChildProcess;
  configure(toml: string): void;
}

/** How it is started, where that matters. */
interface How {
  /** What stands at the top of its file. */
  readonly head?: string;
  /** And in its table `[dns]`. */
  readonly dns?: string;
  /** Who knows the peers' records. */
  readonly zonesOf?: (records: string) => Promise<Pick<Zones, 'server' | 'anchors'>>;
}

/** Starts it with all that it takes to find and believe the peers. */
export async function startTunnels(
  t: TestContext,
  toml: string,
  { head = '', dns = '', zonesOf = startZones }: How = {},
): Promise<StartedTunnels> {
  const peers = await startPeers();
  const zones = await zonesOf(peers.records);
  const directory = mkdtempSync(join(tmpdir(), 'hastls-tunnel-'));
  const file = join(directory, 'tunnel.toml');
  const configure = (tunnels: string) =>
    writeFileSync(
      file,
      `${head}[dns]\nresolver = ["${zones.server.url}"]\nanchors = "anchors.txt"\n${dns}${tunnels.replaceAll('[[tunnel]]', '[[tunnel]]\nca = "ca.pem"')}`,
    );
  configure(toml);
  writeFileSync(join(directory, 'anchors.txt'), zones.anchors);
  writeFileSync(join(directory, 'ca.pem'), peers.ca);
  const child = spawn(process.execPath, [BIN, 'tunnel', '-c', file], { stdio: ['ignore', 'inherit', 'pipe'] });
  t.after(async () => {
    child.kill('SIGKILL');
    await zones.server.close();
    await peers.end();
    rmSync(directory, { recursive: true });
  });
  return { child, configure, ...readLog(child) };
}

/** A tunnel to one of the peers. */
export const tunnel = (port: number, host: string): string =>
  `[[tunnel]]\nlisten = "127.0.0.1:${port}"\nto = "imap://${host}.example.test"\n`;

/** A client of a tunnel, and what it hears. */
export async function client(port: number): Promise<{ socket: net.Socket; hear: () => Promise<string> }> {
  const socket = net.connect(port, '127.0.0.1').setEncoding('latin1');
  await once(socket, 'connect');
  const heard = socket[Symbol.asyncIterator]();
  return { socket, hear: async () => String((await heard.next()).value ?? 'the end') };
}
