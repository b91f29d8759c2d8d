// Traffic of several protocols and modes through the real gateway and the real tunnel, with faults in it, for as long as
// one likes: every octet has to arrive, memory has to stay as it is, and in the end no descriptor may be left.
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chanceOf } from '../../packages/hastls/.test/live/differential/chance.js';
import { startBackends } from './backends.mjs';
import { startDaemons } from './daemons.mjs';
import { progress, remark, TELL_MS } from './progress.mjs';
import { createScales, mega } from './scales.mjs';
import { visits } from './traffic.mjs';

const HELP = `npm run soak -- [--minutes N] [--seed N]
  --minutes N  for how long, once it is warm (30)
  --seed N     the visits of another run: the n-th is made by the chance of this number + n (by chance; it is said)
Every 12 s all clients pause. When no connection is left the daemons collect garbage and say what memory they have: so a
weight is of what they keep, however busy the machine is. Before the time begins, 3000 visits are for warming up. Of all
weights the median of the second half must not be more than 5 % above that of the first; up to 4 MB of resident memory do not
count.`;
const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    help: { type: 'boolean', default: false },
  },
});
const [span, seed] = [Number(options.minutes) * 60_000, Number(options.seed)];
const isUsable = span > 0 && Number.isInteger(seed);
if (options.help || !isUsable) {
  console.log(HELP);
  process.exit(isUsable ? 0 : 2);
}
const CLIENTS = 12;
const [WEIGH_MS, RELOAD_MS] = [12_000, 10_000];
const WARM_VISITS = 3000;
const PATIENCE_MS = 120_000; // a visit that is stuck stays stuck; one on a busy machine is only slow

remark(`seed ${seed}`);
const backends = await startBackends();
const world = await startDaemons(backends.ports);
const { daemons, certify } = world;
const { good, bad } = visits(world);
const tally = new Map([...Object.keys(good), ...Object.keys(bad)].map((name) => [name, { times: 0, octets: 0 }]));
const faults = [];
let setOut = 0; // visits that have begun
let out = 0; // of these, those under way
let reloads = 0;
let pause; // while there is one, nobody sets out
let began; // when it was warm
const elapsed = () => (began === undefined ? 0 : performance.now() - began);
const isOver = () => elapsed() >= span || faults.length > 10;
const scales = createScales(daemons);
const descriptors = await Promise.all(daemons.map((each) => each.descriptors()));
await Promise.all([
  ...Array.from({ length: CLIENTS }, client),
  repeat(WEIGH_MS, weigh),
  repeat(RELOAD_MS, reload),
  repeat(TELL_MS, tell),
]);
await rest();
await conclude();

/** Visits without end: every fourth is one that is meant to go wrong. */
async function client() {
  while (!isOver()) {
    await pause;
    const number = setOut++;
    const chance = chanceOf(seed + number);
    const [name, visit] = chance.any(Object.entries(number % 4 === 3 ? bad : good));
    out += 1;
    try {
      const octets = await Promise.race([visit(chance), tooLong()]);
      const row = tally.get(name);
      row.times += 1;
      row.octets += octets;
      if (visited() >= WARM_VISITS) began ??= performance.now();
    } catch (error) {
      faults.push(`${name}, visit ${number}: ${error.message}`);
      remark(`FAULT  ${faults.at(-1)}`);
    }
    out -= 1;
  }
}

async function tooLong() {
  await sleep(PATIENCE_MS, undefined, { ref: false });
  throw new Error(`not over after ${PATIENCE_MS / 1000} s`);
}

async function repeat(ms, what) {
  while (!isOver()) {
    await sleep(Math.min(ms, Math.max(0, span - elapsed())));
    await what();
  }
}

async function weigh() {
  let goOn;
  pause = new Promise((resolve) => {
    goOn = resolve;
  });
  await rest();
  await scales.weigh(began !== undefined);
  pause = undefined;
  goOn();
}

/** Until everybody is back and every connection is closed; whatever is open then is a fault, and told in the end. */
async function rest() {
  const isBusy = (daemon) => daemon.count('opened') > daemon.count('closed');
  const late = performance.now() + PATIENCE_MS;
  while (out > 0 || daemons.some(isBusy) || backends.sockets.size > 0) {
    if (performance.now() > late) return;
    await sleep(20);
  }
}

/** New certificates; every third time broken ones, which must change nothing. */
async function reload() {
  const [gateway] = daemons;
  const isWhole = ++reloads % 3 !== 0;
  await certify(isWhole);
  const told = gateway.logged(isWhole ? 'reloaded' : 'not reloaded: everything stays as it was');
  gateway.signal('SIGHUP');
  await told;
}

function tell() {
  const time = began === undefined ? 'warming up' : `${(elapsed() / 60_000).toFixed(1)} min`;
  progress(
    `${time}: ${visited()} visits, ${mega(sum('octets'))} MB compared, ${faults.length} faults; ${scales.last()}`,
  );
}

function visited() {
  return sum('times');
}

function sum(key) {
  return [...tally.values()].reduce((all, each) => all + each[key], 0);
}

async function conclude() {
  remark('');
  for (const [name, { times, octets }] of tally)
    console.log(`${name.padEnd(48)} ${String(times).padStart(8)} times ${mega(octets).padStart(10)} MB compared`);
  console.log(`${reloads} reloads, every third one with broken certificates\n`);
  console.log(cells('memory at rest, MB', ['before', 'later', 'growth']));
  for (const { title, grown = ['–', '–', '–'], fault } of scales.judge()) {
    console.log(cells(title, grown));
    if (fault !== undefined) faults.push(fault);
  }
  for (const [index, daemon] of daemons.entries()) {
    const { name } = daemon;
    const left = (await daemon.descriptors()) - descriptors[index];
    if (left > 0) faults.push(`${name}: ${left} descriptors are left`);
    const [opened, closed] = [daemon.count('opened'), daemon.count('closed')];
    if (opened !== closed) faults.push(`${name}: ${opened} connections were opened, ${closed} closed`);
    console.log(`\n${name}: ${opened} connections opened, ${closed} closed, ${left} descriptors left`);
    for (const [kind, times] of [...daemon.said].sort(([one], [other]) => (one < other ? -1 : 1)))
      console.log(`  ${String(times).padStart(8)} ${kind}`);
  }
  if (backends.sockets.size > 0) faults.push(`${backends.sockets.size} connections to backends are left`);
  backends.stop();
  await world.stop();
  console.log('');
  for (const each of faults) console.log(`FAULT  ${each}`);
  console.log(faults.length === 0 ? 'nothing was lost, and nothing is left' : `${faults.length} faults`);
  process.exit(faults.length === 0 ? 0 : 1);
}

function cells(title, values) {
  return `${title.padEnd(24)} ${values.map((each) => each.padStart(9)).join('')}`;
}
