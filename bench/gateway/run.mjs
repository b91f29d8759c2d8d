// The gateway beside those whom one would use instead: the same clients and the same backend, in turns, round after
// round. Every octet that is carried is compared. Absolute figures hold beside each other only.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { missing } from '../../packages/hastls/.test/live/peers/commands.js';
import { freePorts, directory as ownDirectory, start } from '../../packages/hastls/.test/live/peers/peer.js';
import { CONTESTANTS, listens, startContestant, whyNot } from './contestants.mjs';
import { MEASURES } from './measures.mjs';
import { alone, LOAD_CORE } from './process.mjs';
import { toText } from './report.mjs';

const PARTS = [...new Set(MEASURES.map(({ part }) => part))];
const HELP = `npm run bench -- gateway [--quick] [--rounds N] [--only PART,…] [--against NAME,…] [--json]

Ten to fifteen minutes on a machine with nothing else to do. One that is interrupted shows the rounds that are whole.

  --quick         three short rounds: to see whether a change helps; about a minute
  --rounds N      how often everybody has a turn, after one that is not counted (10)
  --only PART     what is measured, of: ${PARTS.join(', ')} (all)
  --against NAME  beside whom, of: ${CONTESTANTS.slice(1)
    .map(({ name }) => name)
    .join(', ')} (all that are there)
  --json          every figure of every round, for programs
Needs: apt install gcc libc6-dev libssl-dev openssl stunnel4 haproxy nginx libnginx-mod-stream`;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string', default: PARTS.join() },
    against: { type: 'string', default: CONTESTANTS.map(({ name }) => name).join() },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
const count = Number(options.rounds ?? (options.quick ? 3 : 10));
const chosen = options.against.split(',');
const measures = MEASURES.filter(({ part }) => options.only.split(',').includes(part));
const unusable = [
  Number.isInteger(count) && count > 0 ? undefined : `--rounds ${options.rounds}: a number is wanted`,
  ...options.only
    .split(',')
    .map((each) => (PARTS.includes(each) ? undefined : `--only ${each}: there is no such part`)),
  existsSync('/usr/include/openssl/ssl.h') ? undefined : 'needs openssl/ssl.h (apt install libssl-dev)',
  missing({ packages: 'gcc libc6-dev libssl-dev openssl', commands: ['cc', 'openssl', 'taskset'] }),
].filter(Boolean);
if (unusable.length > 0) {
  console.error(`cannot measure: ${unusable.join('; ')}`);
  process.exit(2);
}
const skipped = CONTESTANTS.flatMap((each) => (whyNot(each) ? [`${each.name}: ${whyNot(each)}`] : []));
const field = CONTESTANTS.filter((each) => !whyNot(each) && (each.name === 'hastls' || chosen.includes(each.name)));
const share = options.quick ? 0.25 : 1;

const progress = (text) => process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
const execute = promisify(execFile);

const [began, loadBefore] = [performance.now(), loadavg()[0]];
const directory = await ownDirectory();
const rounds = [];
const troubles = [];
process.once('exit', () => {
  const minutes = (performance.now() - began) / 60_000;
  const all = { rounds, skipped, troubles, load: [loadBefore, loadavg()[0]], minutes };
  progress('');
  console.log(
    options.json ? JSON.stringify(all, undefined, 2) : toText({ ...all, names: field.map(({ name }) => name) }),
  );
  if (troubles.length > 0) process.exitCode ||= 1;
});
const running = new Set();
try {
  await measure(await prepare());
} finally {
  await Promise.all([...running].map((each) => each.stop()));
}

/** Builds the load, makes the certificates, starts the backend. */
async function prepare() {
  const programs = { load: join(directory, 'load'), backend: join(directory, 'backend') };
  const source = (name) => join(import.meta.dirname, `${name}.c`);
  await execute('cc', ['-O2', '-o', programs.backend, source('backend')]);
  await execute('cc', ['-O2', '-o', programs.load, source('load'), '-lssl', '-lcrypto']);
  const certificates = {
    ecdsa: await certify('ecdsa', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']),
    rsa: await certify('rsa', ['-newkey', 'rsa:2048']),
  };
  const [raw, mail] = await freePorts(2);
  const [command, ...args] = alone(LOAD_CORE, [programs.backend, String(raw), String(mail)]);
  const backend = await start({ name: 'backend', command, args, isReady: () => listens(raw) });
  running.add(backend);
  return { programs, certificates, backend: backend.pid, behind: { raw, mail } };
}

async function certify(name, key) {
  const paths = { chain: join(directory, `${name}.pem`), key: join(directory, `${name}.key`) };
  const subject = ['-nodes', '-subj', '/CN=bench.test', '-days', '2', '-addext', 'subjectAltName=DNS:bench.test'];
  await execute('openssl', ['req', '-x509', ...key, ...subject, '-keyout', paths.key, '-out', paths.chain]);
  const both = join(directory, `${name}.both`);
  await writeFile(both, (await readFile(paths.chain, 'utf8')) + (await readFile(paths.key, 'utf8')));
  return { ...paths, both };
}

/** All rounds: in each, everybody's figures by name. The first one warms up, and is not among them. */
async function measure(world) {
  const steady = new Map();
  for (const each of field) steady.set(each.name, await startOne(world, each));
  for (let round = 0; round <= count; round++) {
    const figures = Object.fromEntries(field.map(({ name }) => [name, {}]));
    for (const { part, fresh, inBand, run } of measures) {
      if (fresh && (round === 0 || (options.quick && round > 1))) continue;
      for (const each of field) {
        if (inBand && !each.inBand) continue;
        progress(`round ${round} of ${count}: ${part}, ${each.name}`);
        const contestant = fresh ? await startOne(world, each, true) : steady.get(each.name);
        try {
          Object.assign(figures[each.name], await run(contestant, world.programs, share));
        } catch (error) {
          troubles.push(`round ${round}: ${part}, ${each.name}: ${error.stderr?.trim() || error.message}`);
        }
        if (fresh) await contestant.stop().then(() => running.delete(contestant));
      }
    }
    if (round > 0) rounds.push(figures);
  }
}

async function startOne({ certificates, behind, backend }, each, idle = false) {
  const [ecdsa, rsa, mail] = await freePorts(3);
  const home = join(directory, `${each.name}${idle ? '-idle' : ''}`);
  await mkdir(home, { recursive: true });
  const setting = { directory: home, doors: { ecdsa, rsa, mail }, behind, certificates, idle };
  const contestant = { ...(await startContestant(each, setting)), backend };
  running.add(contestant);
  return contestant;
}
