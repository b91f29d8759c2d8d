/**
 * The real servers we must get along with, each an ordinary process on loopback high ports.
 *
 * A peer says which commands it needs and the Debian packages that hold them (`scripts/peers install` brings them all),
 * keeps all its files in the test's directory, is ready when it answers, and is gone when the test is: it leads a
 * process group of its own, and the group is killed even when the test dies half-way. What it says is kept, and shown
 * when a test fails.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathOf } from './commands.ts';

/** A running peer. */
export interface Peer {
  readonly name: string;
  /** All it said so far. */
  log(): string;
  stop(): Promise<void>;
}

/** One that is a process of its own. */
export interface PeerProcess extends Peer {
  readonly pid: number;
}

/** How to start a peer, and how to know that it is up. */
export interface Start {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Asked again and again, with what the peer has said so far. */
  readonly isReady: (said: string) => Promise<boolean>;
  /** How long it may take to come up. */
  readonly startMs?: number;
}

/** Starts a peer and waits until it is ready; one that ends or stays mute is an error that quotes its log. */
export async function start({ name, command, args, env, isReady, startMs = START_MS }: Start): Promise<PeerProcess> {
  const child = spawn(pathOf(command), args, {
    detached: true, // a process group of its own, so that all its children can be killed with it
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => said.push(text));
  const log = () => said.join('');
  const ended = once(child, 'exit');
  const killGroup = () => kill(child);
  process.once('exit', killGroup);
  const stop = async () => {
    child.kill('SIGTERM');
    await Promise.race([ended, sleep(STOP_MS, undefined, { ref: false })]);
    killGroup();
    await ended;
    process.off('exit', killGroup);
  };
  const deadline = Date.now() + startMs;
  while (!(await isReady(log()))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`${name} does not come up:\n${log()}`);
    }
    await sleep(50);
  }
  return { name, log, stop, pid: child.pid ?? 0 }; // it is ready, so it has one
}

const START_MS = 15_000;
const STOP_MS = 5_000;

// The leader may be gone while a child of it still runs: the group is what counts.
function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // as: kill(2) fails with an errno, never else
  }
}

// A test that is called off must run its 'exit' listeners, or it would leave its peers behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** Whether somebody listens on all of these loopback ports. */
export async function listening(ports: readonly number[]): Promise<boolean> {
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

/** An empty directory that the unprivileged users of the daemons can pass through; it goes when the process does. */
export async function directory(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'hastls-peers-'));
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  await chmod(made, 0o755);
  return made;
}

/** Ports nobody listens on now, all of them different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((each) => once(each, 'listening')));
  const ports = servers.map((each) => (each.address() as AddressInfo).port); // as: it listens on TCP, not on a path
  await Promise.all(servers.map((each) => once(each.close(), 'close')));
  return ports;
}
