// Who is measured: each makes one cold run over the questions it is given, on its own terms, and says what it took.
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient, isAuthenticated } from './client.mjs';
import { cpuSecondsOf, cpuSecondsOfChildren, lookUpAll } from './measure.mjs';
import { WARM_UP_ZONES } from './world.mjs';

const here = import.meta.dirname;
const execute = promisify(execFile);

/** How the questions are mixed: every zone is asked about once. */
export const KINDS = {
  A: (zone) => ({ name: `www.${zone}`, type: 1 }),
  HASTLS: (zone) => ({ name: `_smtp._tcp.mx.${zone}`, type: 65400 }),
  absent: (zone) => ({ name: `_imap._tcp.mx.${zone}`, type: 65400 }),
};

/** A third each of data, of HASTLS, and of proven absence; half of the zones have NSEC, half NSEC3. */
export const mixed = (zone, index) => Object.values(KINDS)[Math.floor(index / 2) % 3](zone);

/** A Node program in a process of its own: its code is warm when the clock starts, its cache is not. */
export const node =
  (subject) =>
  async ({ world, upstream, ask, zones, ...rest }) => {
    const job = {
      task: 'cold',
      anchor: world.anchor,
      root: world.root,
      upstream: upstream.port,
      warmUp: WARM_UP_ZONES.map(ask),
      warmUpRounds: 15, // an engine compiles what is hot for some thousands of look-ups
      questions: zones.map(ask),
      ...rest,
    };
    const { stdout } = await execute(process.execPath, [
      '--expose-gc',
      join(here, 'subjects', `${subject}.mjs`),
      JSON.stringify(job),
    ]);
    return JSON.parse(stdout);
  };

/** Whether a package is there that only `npm install` in this folder brings. */
export const isInstalled = (name) => existsSync(join(here, 'node_modules', name));

/** Unbound, started anew, behind the same resolver, asked over UDP. */
export async function unbound({ world, upstream, ask, zones, concurrency, rounds = 1 }) {
  const validator = await world.startValidator(upstream.port);
  const client = createClient('127.0.0.1', validator.port);
  const lookUp = async (question) => {
    if (!isAuthenticated(await client.exchange(question, false))) throw new Error(`${question.name}: not validated`);
  };
  try {
    const questions = zones.map(ask);
    for (let round = 1; round < rounds; round++) await lookUpAll(lookUp, questions, concurrency);
    const before = cpuSecondsOf(validator.pid);
    const result = await lookUpAll(lookUp, questions, concurrency);
    return { ...result, cpuSeconds: cpuSecondsOf(validator.pid) - before };
  } finally {
    client.close();
    await validator.stop();
  }
}

/** delv, a process for each question, as it is meant to be used. */
export async function delv({ world, upstream, ask, zones, concurrency }) {
  const options = ['@127.0.0.1', '-p', String(upstream.port), '-a', world.delvAnchor, '+root=.'];
  const lookUp = ({ name, type }) =>
    new Promise((resolve, reject) => {
      const child = spawn('delv', [...options, name, `TYPE${type}`], { stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text) => {
        said += text;
      });
      child.on('close', () => (said.includes('fully validated') ? resolve() : reject(new Error(said))));
    });
  const before = cpuSecondsOfChildren();
  const result = await lookUpAll(lookUp, zones.map(ask), concurrency);
  return { ...result, cpuSeconds: cpuSecondsOfChildren() - before };
}
