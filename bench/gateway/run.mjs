// The gateway beside those whom one would use instead: the same clients and the same backend, in turns, round after
// round. Every octet that is carried is compared. Absolute figures hold beside each other only.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { missing } from '../../packages/hastls/.test/live/peers/commands.js';
import { freePorts, start } from '../../packages/hastls/.test/live/peers/peer.js';
import { median } from '../dnssec/measure.mjs';
import { CONTESTANTS, listens, startContestant, whyNot } from './contestants.mjs';
import { GOALS, isMet, ratios } from './goals.mjs';
import { MEASURES } from './measures.mjs';
import { alone, LOAD_CORE } from './process.mjs';

const PARTS = [...new Set(MEASURES.map(({ part }) => part))];
const HELP = `npm run bench -- gateway [--rounds N] [--only PART,…] [--against NAME,…] [--json]
  --rounds N      how often everybody has a turn, after one that is not counted (10)
  --only PART     what is measured, of: ${PARTS.join(', ')} (all)
  --against NAME  beside whom, of: ${CONTESTANTS.slice(1)
    .map(({ name }) => name)
    .join(', ')} (all that are there)
  --json          every figure of every round, for programs
Needs: apt install gcc libc6-dev libssl-dev openssl stunnel4 haproxy nginx libnginx-mod-stream`;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
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
const count = Number(options.rounds);
const chosen = options.against.split(',');
const measures = MEASURES.filter(({ part }) => options.only.split(',').includes(part));
const tools = missing({ packages: 'gcc libc6-dev libssl-dev openssl', commands: ['cc', 'openssl', 'taskset'] });
const unusable = [
  ...(Number.isInteger(count) && count > 0 ? [] : [`--rounds ${options.rounds}: a number is wanted`]),
  ...options.only.split(',').flatMap((each) => (PARTS.includes(each) ? [] : [`--only ${each}: there is no such part`])),
  ...(existsSync('/usr/include/openssl/ssl.h') ? [] : ['needs openssl/ssl.h (apt install libssl-dev)']),
  ...(tools ?? []),
];
if (unusable.length > 0) {
  console.error(`cannot measure: ${unusable.join('; ')}`);
  process.exit(2);
}
const skipped = CONTESTANTS.flatMap((each) => (whyNot(each) ? [`${each.name}: ${whyNot(each)}`] : []));
const field = CONTESTANTS.filter((each) => !whyNot(each) && (each.name === 'hastls' || chosen.includes(each.name)));

const progress = (text) => process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
const execute = promisify(execFile);

const directory = await mkdtemp(join(tmpdir(), 'hastls-bench-'));
const running = [];
try {
  const rounds = await measure(await prepare());
  progress('');
  if (options.json) console.log(JSON.stringify({ rounds, skipped }, undefined, 2));
  else print(rounds);
} finally {
  await Promise.all(running.map((each) => each.stop()));
  await rm(directory, { recursive: true });
}

/** Builds the load, makes the certificates, starts the backend. */
async function prepare() {
  await chmod(directory, 0o755);
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
  running.push(backend);
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
  const steady = measures.some(({ idle }) => !idle) ? await startAll(world, field, false) : [];
  const rounds = [];
  for (let round = 0; round <= count; round++) {
    const figures = Object.fromEntries(field.map(({ name }) => [name, {}]));
    for (const { part, idle, inBand, run } of measures) {
      if (idle && round === 0) continue;
      const able = field.filter((each) => !inBand || each.inBand);
      for (const { name } of able) {
        progress(`round ${round} of ${count}: ${part}, ${name}`);
        const fresh = idle
          ? await startAll(
              world,
              field.filter((each) => each.name === name),
              true,
            )
          : steady;
        const contestant = fresh.find((each) => each.name === name);
        Object.assign(figures[name], await run(contestant, world.programs));
        if (idle) await contestant.stop();
      }
    }
    if (round > 0) rounds.push(figures);
  }
  return rounds;
}

async function startAll({ certificates, behind, backend }, contestants, idle) {
  const started = [];
  for (const each of contestants) {
    const [ecdsa, rsa, mail] = await freePorts(3);
    const home = join(directory, `${each.name}${idle ? '-idle' : ''}`);
    await mkdir(home, { recursive: true });
    const setting = { directory: home, doors: { ecdsa, rsa, mail }, behind, certificates, idle };
    const one = { ...(await startContestant(each, setting)), backend };
    running.push(one);
    started.push(one);
  }
  return started;
}

function print(rounds) {
  for (const each of skipped) console.log(`skipped  ${each}`);
  const names = field.map(({ name }) => name);
  const figures = [...new Set(rounds.flatMap((round) => Object.values(round).flatMap(Object.keys)))];
  console.log(`\nmedians of ${rounds.length} rounds, and the quartiles`);
  console.log(''.padEnd(38) + names.map((name) => name.padStart(24)).join(''));
  for (const figure of figures) {
    const cells = names.map((name) => spread(rounds.flatMap((round) => round[name][figure] ?? [])));
    console.log(figure.padEnd(38) + cells.map((cell) => cell.padStart(24)).join(''));
  }
  console.log('\nours as a multiple of theirs, round by round: medians and quartiles');
  for (const goal of GOALS) {
    const values = ratios(goal, rounds);
    if (values.length === 0) continue;
    const { figure, against, atLeast, atMost } = goal;
    const who =
      against.length > 1 ? `the best of ${against.filter((name) => names.includes(name)).join(', ')}` : against[0];
    const wanted = atLeast === undefined ? atMost && `at most ${atMost}` : `at least ${atLeast}`;
    const verdict = wanted === undefined ? '' : `goal ${wanted}: ${isMet(goal, median(values)) ? 'met' : 'NOT met'}`;
    console.log(`${figure.padEnd(38)} ${(who ?? 'itself').padEnd(26)} ${spread(values).padEnd(24)} ${verdict}`);
  }
}

function spread(values) {
  if (values.length === 0) return '-';
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.round((sorted.length - 1) * share)];
  const digits = Math.max(0, Math.min(2, 2 - Math.floor(Math.log10(Math.abs(median(values)) || 1))));
  return `${median(values).toFixed(digits)} (${at(0.25).toFixed(digits)}..${at(0.75).toFixed(digits)})`;
}
