import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Need, run } from '../peers/commands.ts';

/** How absence is to be proven. */
export const DENIALS = ['nsec', 'nsec3', 'opt-out'] as const;
export type DenialKind = (typeof DENIALS)[number];

/** A zone, signed. */
export interface Signed {
  readonly text: string;
  /** What its parent must hold, as zone-file lines. */
  readonly ds: readonly string[];
}

/** Somebody else's signer. */
export interface Signer {
  readonly name: string;
  readonly need: Need;
  /** Whether opt-out leaves unsigned delegations unsaid; it may, but need not. [RFC5155 §6] */
  readonly leavesOut: boolean;
  sign(home: string, origin: string, text: string, denial: DenialKind): Promise<Signed>;
}

const SALT = 'AABBCCDD';
const ITERATIONS = '3';

const bind: Signer = {
  name: 'bind',
  leavesOut: true,
  need: { packages: 'bind9-utils', commands: ['dnssec-keygen', 'dnssec-signzone', 'dnssec-dsfromkey'] },
  async sign(home, origin, text, denial) {
    const file = join(home, `bind-${origin}zone`);
    await writeFile(file, text);
    const keygen = ['-q', '-a', 'RSASHA256', '-b', '2048', '-K', home];
    const entry = (await run('dnssec-keygen', ...keygen, '-f', 'KSK', origin)).trim();
    await run('dnssec-keygen', ...keygen, origin);
    const nsec3 = denial === 'nsec' ? [] : ['-3', SALT, '-H', ITERATIONS, ...(denial === 'opt-out' ? ['-A'] : [])];
    const to = ['-o', origin, '-f', `${file}.signed`];
    await run('dnssec-signzone', '-S', '-q', '-K', home, '-d', home, ...nsec3, ...to, file);
    const ds = await Promise.all(
      ['-2', '-a SHA-384'].map((digest) => run('dnssec-dsfromkey', ...digest.split(' '), join(home, `${entry}.key`))),
    );
    return { text: await readFile(`${file}.signed`, 'utf8'), ds };
  },
};

const ldns: Signer = {
  name: 'ldns',
  leavesOut: false,
  need: { packages: 'ldnsutils', commands: ['ldns-keygen', 'ldns-signzone'] },
  async sign(home, origin, text, denial) {
    const file = join(home, `ldns-${origin}zone`);
    await writeFile(file, text);
    const key = async (...flags: readonly string[]) =>
      (await runIn(home, 'ldns-keygen', '-a', 'ED25519', ...flags, origin)).trim();
    const keys = [await key('-k'), await key()];
    const nsec3 =
      denial === 'nsec' ? [] : ['-n', '-s', SALT, '-t', ITERATIONS, ...(denial === 'opt-out' ? ['-p'] : [])];
    await runIn(home, 'ldns-signzone', ...nsec3, '-o', origin, '-f', `${file}.signed`, file, ...keys);
    return {
      text: await readFile(`${file}.signed`, 'utf8'),
      ds: [await readFile(join(home, `${keys[0]}.ds`), 'utf8')],
    };
  },
};

const knot: Signer = {
  name: 'knot',
  leavesOut: true,
  need: { packages: 'knot knot-dnssecutils', commands: ['keymgr', 'kzonesign'] },
  async sign(home, origin, text, denial) {
    const config = join(home, `knot-sign-${origin}conf`);
    const out = join(home, 'knot-signed');
    await writeFile(join(home, `${origin}zone`), text);
    await writeFile(
      config,
      `server:
    rundir: ${home}
database:
    storage: ${home}
policy:
  - id: ours
    algorithm: ecdsap384sha384
    nsec3: ${denial === 'nsec' ? 'off' : 'on'}
    nsec3-iterations: ${ITERATIONS}
    nsec3-salt-length: 4
    nsec3-opt-out: ${denial === 'opt-out' ? 'on' : 'off'}
zone:
  - domain: ${origin}
    storage: ${home}
    file: "%s.zone"
    dnssec-signing: on
    dnssec-policy: ours
`,
    );
    await run('kzonesign', '--config', config, '--outdir', out, origin);
    const ds = (await run('keymgr', '-c', config, origin, 'ds')).split('\n').filter((line) => / DS /.test(line));
    return { text: await readFile(join(out, `${origin}zone`), 'utf8'), ds };
  },
};

/** Runs a command that leaves its files where it stands. */
const runIn = (home: string, ...words: readonly string[]): Promise<string> =>
  run('sh', '-c', 'cd "$0" && exec "$@"', home, ...words);

export const SIGNERS: readonly Signer[] = [bind, ldns, knot];
