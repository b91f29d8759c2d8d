/**
 * The real servers we must get along with, each an ordinary process on loopback high ports in a directory of its own.
 *
 * A peer says which commands it needs and the Debian packages that hold them (`scripts/peers install` brings them all),
 * is started with everything it needs in its own directory, is ready when it answers, and is gone when the test is:
 * it leads a process group of its own, and the group is killed even when the test dies half-way.
 * What it says is kept, and shown when a test fails.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a peer cannot run without. */
export interface Need {
  readonly packages: string;
  readonly commands: readonly string[];
  /** It changes users on its way, so it wants to be started by root. */
  readonly root?: boolean;
}

/** A running peer. */
export interface Peer {
  readonly name: string;
  /** All it said so far. */
  log(): string;
  stop(): Promise<void>;
}

/** Why a peer cannot run here, in words for a person; undefined when it can. */
export function missing(need: Need): string | undefined {
  const absent = need.commands.filter((each) => find(each) === undefined);
  if (absent.length > 0) return `needs ${absent.join(', ')} (apt install ${need.packages})`;
  if (need.root === true && process.getuid?.() !== 0) return `needs root to start ${need.commands.join(', ')}`;
  return undefined;
}

/** How to start a peer, and how to know that it is up. */
export interface Start {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly isReady: () => Promise<boolean>;
}

/** Starts a peer and waits until it is ready; one that ends or stays mute is an error that quotes its log. */
export async function start({ name, command, args, env, isReady }: Start): Promise<Peer> {
  const child = spawn(path(command), args, {
    detached: true, // a process group of its own, so that all its children can be killed with it
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const log = () => said.join('');
  const ended = once(child, 'exit');
  const killGroup = () => kill(child);
  process.once('exit', killGroup);
  const stop = async () => {
    child.kill('SIGTERM');
    await Promise.race([ended, sleep(5_000, undefined, { ref: false })]);
    killGroup();
    await ended;
    process.off('exit', killGroup);
  };
  const deadline = Date.now() + 15_000;
  while (!(await isReady())) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`${name} does not come up:\n${log()}`);
    }
    await sleep(50);
  }
  return { name, log, stop };
}

// The leader may be gone while a child of it still runs: the group is what counts.
function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // as: kill(2) fails with errno alone
  }
}

/** Whether somebody listens on all of these loopback ports. */
export async function answers(ports: readonly number[]): Promise<boolean> {
  const each = await Promise.all(ports.map(listens));
  return each.every((up) => up);
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** All a command says, given no input; one that fails throws it. */
export function run(command: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(path(command), args, { timeout: 20_000 }, (error, stdout, stderr) => {
      const said = `${stdout}${stderr}`;
      if (error === null) resolve(said);
      else reject(new Error(`${error.message}\n${said}`));
    });
    child.stdin?.end();
  });
}

/** An empty directory that the unprivileged users of the daemons can pass through. */
export async function directory(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'hastls-peers-'));
  await chmod(made, 0o755);
  return made;
}

/** Removes what `directory` made. */
export const removeDirectory = (path: string): Promise<void> => rm(path, { recursive: true, force: true });

/** Ports nobody listens on now, all of them different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((each) => once(each, 'listening')));
  const ports = servers.map((each) => (each.address() as AddressInfo).port); // as: it listens on TCP, not on a path
  await Promise.all(servers.map((each) => once(each.close(), 'close')));
  return ports;
}

// Daemons live where an ordinary user's PATH does not reach.
const { PATH = '' } = process.env;
const PLACES = [...PATH.split(':'), '/usr/sbin', '/usr/lib/postfix/sbin', '/usr/lib/news/bin'];

function find(command: string): string | undefined {
  return PLACES.map((place) => join(place, command)).find((each) => {
    try {
      accessSync(each, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function path(command: string): string {
  const found = find(command);
  if (found === undefined) throw new Error(`no ${command} on this machine`);
  return found;
}
