// Traffic of several protocols and modes through the real gateway and the real tunnel, with faults in it, for as long as
// one likes: every octet has to arrive, memory has to stay as it is, and in the end no descriptor may be left.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startBackends } from './backends.mjs';
import { startDaemons } from './daemons.mjs';
import { visits } from './traffic.mjs';

const HELP = `npm run soak -- [--minutes N] [--clients N]
  --minutes N  for how long (30)
  --clients N  how many visit at a time (12)
Memory is weighed after garbage was collected, as resident octets: the median of the last quarter of the time must not
be more than 5 % above that of the second quarter. The first quarter is for warming up.`;
const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    clients: { type: 'string', default: '12' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
const span = Number(options.minutes) * 60_000;
const [WEIGH_MS, RELOAD_MS, PATIENCE_MS, GROWTH] = [2000, 10_000, 20_000, 1.05];

const backends = await startBackends();
const world = await startDaemons(backends.ports);
const { daemons, certify } = world;
const { good, bad } = visits(world);
const tally = new Map([...Object.keys(good), ...Object.keys(bad)].map((name) => [name, { times: 0, octets: 0 }]));
const faults = [];
let reloads = 0;
const weights = new Map(daemons.map(({ name }) => [name, []]));

const began = performance.now();
const isOver = () => performance.now() - began >= span || faults.length > 10;
const descriptors = await Promise.all(daemons.map((each) => each.descriptors()));
await Promise.all([
  ...Array.from({ length: Number(options.clients) }, (_, number) => visitor(number)),
  repeat(WEIGH_MS, weigh),
  repeat(RELOAD_MS, reload),
  repeat(60_000, async () => void process.stderr.write(`${progress()}\n`)),
]);
await sleep(10_000); // the last ones are leaving
await conclude();

/** Visits without end: every fourth is one that is meant to go wrong. */
async function visitor(number) {
  for (let turn = number; !isOver(); turn++) {
    const kind = turn % 4 === 3 ? bad : good;
    const all = Object.entries(kind);
    const [name, visit] = all[Math.floor(Math.random() * all.length)];
    try {
      const octets = await Promise.race([visit(), tooLong()]);
      const row = tally.get(name);
      row.times += 1;
      row.octets += octets;
    } catch (error) {
      faults.push(`${name}: ${error.message}`);
      process.stderr.write(`FAULT  ${faults.at(-1)}\n`);
    }
  }
}

async function tooLong() {
  await sleep(PATIENCE_MS, undefined, { ref: false });
  throw new Error(`not over after ${PATIENCE_MS / 1000} s`);
}

async function repeat(ms, what) {
  while (!isOver()) {
    await sleep(Math.min(ms, Math.max(0, began + span - performance.now())));
    await what();
  }
}

async function weigh() {
  for (const { name, weigh } of daemons) {
    const { rss, heapUsed, external } = await weigh();
    weights.get(name).push({ at: performance.now() - began, rss, used: heapUsed + external });
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

function progress() {
  const rows = [...tally.values()];
  const sum = (key) => rows.reduce((all, each) => all + each[key], 0);
  const last = [...weights].map(([name, list]) => `${name} ${mega(list.at(-1)?.rss ?? 0)} MB`);
  const minutes = ((performance.now() - began) / 60_000).toFixed(1);
  return `${minutes} min: ${sum('times')} visits, ${mega(sum('octets'))} MB compared, ${faults.length} faults; ${last.join(', ')}`;
}

async function conclude() {
  for (const [name, { times, octets }] of tally)
    console.log(`${name.padEnd(48)} ${String(times).padStart(8)} times ${mega(octets).padStart(10)} MB compared`);
  console.log(`${reloads} reloads, every third one with broken certificates`);
  for (const [index, daemon] of daemons.entries()) {
    const { name } = daemon;
    const left = (await daemon.descriptors()) - descriptors[index];
    if (left > 0) faults.push(`${name}: ${left} descriptors are left`);
    const [opened, closed] = [daemon.count('opened'), daemon.count('closed')];
    if (opened !== closed) faults.push(`${name}: ${opened} connections were opened, ${closed} closed`);
    const growth = weighed(name, 'rss');
    if (!(growth.ratio <= GROWTH)) faults.push(`${name}: memory has grown ${growth.ratio.toFixed(3)} times`);
    console.log(`${name}: ${opened} connections, all over; ${left} descriptors left; memory ${growth.text}`);
    console.log(`  in use ${weighed(name, 'used').text}`);
    for (const [kind, times] of [...daemon.said].sort(([one], [other]) => (one < other ? -1 : 1)))
      console.log(`  ${String(times).padStart(8)} ${kind}`);
  }
  if (backends.sockets.size > 0) faults.push(`${backends.sockets.size} connections to backends are left`);
  backends.stop();
  await world.stop();
  for (const each of faults) console.log(`FAULT  ${each}`);
  console.log(faults.length === 0 ? 'nothing was lost, and nothing is left' : `${faults.length} faults`);
  process.exit(faults.length === 0 ? 0 : 1);
}

function weighed(name, key) {
  const between = (from, to) =>
    weights.get(name).flatMap((each) => (each.at >= span * from && each.at < span * to ? [each[key]] : []));
  const [before, after] = [median(between(0.25, 0.5)), median(between(0.75, 1))];
  return { ratio: after / before, text: `${mega(before)} MB, later ${mega(after)} MB` };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function mega(octets) {
  return (octets / 1e6).toFixed(1);
}
