import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { resolve } from 'node:path';

/** What a test cannot run without. */
export interface Need {
  readonly packages: string;
  readonly commands: readonly string[];
  /** It changes users on its way, so it wants to be started by root. */
  readonly root?: boolean;
  /** The packages conflict with those of other peers: `scripts/peers install` only unpacks them. */
  readonly unpacked?: boolean;
}

/** Where packages are unpacked that cannot be installed beside the others. */
export const ASIDE = '/var/cache/hastls-peers';

export const OPENSSL: Need = { packages: 'openssl', commands: ['openssl'] };
export const SWAKS: Need = { packages: 'swaks', commands: ['swaks'] };

/** Why a need is not met here, in words for a person; undefined when it is. */
export function missing(need: Need): string | undefined {
  const absent = need.commands.filter((each) => find(each) === undefined);
  const source = need.unpacked === true ? 'scripts/peers install' : `apt install ${need.packages}`;
  if (absent.length > 0) return `needs ${absent.join(', ')} (${source})`;
  if (need.root === true && process.getuid?.() !== 0) return `needs root to start ${need.commands.join(', ')}`;
  return undefined;
}

/** All a command says, given no input; one that fails throws it. */
export function run(command: string, ...args: readonly string[]): Promise<string> {
  return new Promise((done, reject) => {
    const child = execFile(pathOf(command), args, { timeout: 20_000 }, (error, stdout, stderr) => {
      const said = `${stdout}${stderr}`;
      if (error === null) done(said);
      else reject(new Error(`${error.message}\n${said}`));
    });
    child.stdin?.end();
  });
}

/**
 * Copies a command to this place, and gives the place. AppArmor knows daemons by their path, and keeps Debian's named
 * and unbound from reading anything but /etc and /var; a copy it does not know.
 */
export async function copyOf(command: string, copy: string): Promise<string> {
  await copyFile(pathOf(command), copy);
  return copy;
}

/** Where a command is, which must be there. */
export function pathOf(command: string): string {
  const found = find(command);
  if (found === undefined) throw new Error(`no ${command} on this machine`);
  return found;
}

// Daemons live where an ordinary user's PATH does not reach.
const { PATH = '' } = process.env;
const PLACES = [
  ...PATH.split(':'),
  '/usr/sbin',
  '/usr/lib/postfix/sbin',
  '/usr/lib/news/bin',
  '/usr/lib/postgresql/15/bin',
];

function find(command: string): string | undefined {
  return PLACES.map((place) => resolve(place, command)).find((each) => {
    try {
      accessSync(each, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
