// How fast proofs are, beside those whom one would use instead of us: all of them asked the same questions about the
// same thousand signed zones, in turns, round after round. Absolute figures hold beside each other only.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { missing } from '../../packages/hastls/.test/live/peers/commands.js';
import { createClient } from './client.mjs';
import { delv, isInstalled, KINDS, mixed, node, unbound } from './contestants.mjs';
import { lookUpAll, median } from './measure.mjs';
import { startRelay } from './relay.mjs';
import { startWorld, WARM_UP_ZONES, ZONES } from './world.mjs';

const HELP = `npm run bench -- dnssec [--rounds N] [--names N] [--json]
  --rounds N  how often everybody has a turn (3)
  --names N   how many RRsets are remembered where memory is measured (100000; 0: leave that out)
  --json      figures for programs
The npm packages come by: npm install --prefix bench/dnssec`;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    names: { type: 'string', default: '100000' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
const [rounds, names] = [Number(options.rounds), Number(options.names)];

const daemons = missing({ packages: 'knot unbound', commands: ['knotd', 'unbound'] });
if (daemons !== undefined) {
  console.error(`cannot measure: ${daemons}`);
  process.exit(2);
}
const skipped = [
  ...['bns', '@relaycorp/dnssec'].flatMap((name) =>
    isInstalled(name) ? [] : [`${name}: npm install --prefix bench/dnssec`],
  ),
  ...[missing({ packages: 'bind9-dnsutils', commands: ['delv'] })].flatMap((why) => why ?? []),
];
const has = (name) => !skipped.some((each) => each.includes(name));

/** Whoever runs in a round, with the questions it can be asked: not everybody knows every type, or can prove absence. */
const RUNS = [
  { name: 'ours', what: 'A', at: 64, run: node('ours'), ask: KINDS.A, zones: ZONES },
  { name: 'unbound', what: 'A', at: 64, run: unbound, ask: KINDS.A, zones: ZONES },
  { name: 'ours', what: 'mixed', at: 64, run: node('ours'), ask: mixed, zones: ZONES },
  { name: 'unbound', what: 'mixed', at: 64, run: unbound, ask: mixed, zones: ZONES },
  { name: '@relaycorp/dnssec', what: 'A', at: 64, run: node('relaycorp'), ask: KINDS.A, zones: ZONES.slice(0, 500) },
  { name: 'delv', what: 'A', at: 8, run: delv, ask: KINDS.A, zones: ZONES.slice(0, 40) },
  { name: 'ours', what: 'A', at: 1, run: node('ours'), ask: KINDS.A, zones: ZONES.slice(0, 500) },
  { name: 'unbound', what: 'A', at: 1, run: unbound, ask: KINDS.A, zones: ZONES.slice(0, 500) },
  { name: '@relaycorp/dnssec', what: 'A', at: 1, run: node('relaycorp'), ask: KINDS.A, zones: ZONES.slice(0, 200) },
  { name: 'bns', what: 'A', at: 1, run: node('bns'), ask: KINDS.A, zones: ZONES.slice(0, 200) },
  { name: 'delv', what: 'A', at: 1, run: delv, ask: KINDS.A, zones: ZONES.slice(0, 10) },
].filter(({ name }) => has(name));

const say = (text) => options.json || console.log(text);

const world = await startWorld(names);
try {
  const upstream = await world.startRecursive();
  await prime(upstream.port);
  const cold = await interleaved(upstream);
  const ours = { world, upstream, ask: KINDS.A, zones: ZONES };
  const warm = {
    ours: await node('ours')({ ...ours, concurrency: 64, task: 'warm' }),
    unbound: await unbound({ ...ours, concurrency: 64, rounds: 20 }),
  };
  const roundTrips = await countRoundTrips(upstream.port);
  const memory = names > 0 ? await fillCache() : undefined;
  const report = { cold, warm, roundTrips, memory, skipped };
  if (options.json) console.log(JSON.stringify(report, undefined, 2));
  else print(report);
} finally {
  await world.stop();
}

/** Has the recursive resolver know whatever will be asked, so that nobody is measured by how fast it is. */
async function prime(port) {
  const client = createClient('127.0.0.1', port);
  const zones = ['.', 'test.', ...ZONES, ...WARM_UP_ZONES];
  const questions = [
    ...zones.flatMap((name) => [43, 48].map((type) => ({ name, type }))),
    ...[...ZONES, ...WARM_UP_ZONES].flatMap((zone) => Object.values(KINDS).map((ask) => ask(zone))),
  ];
  await lookUpAll((question) => client.exchange(question), questions, 32);
  client.close();
}

async function interleaved(upstream) {
  const results = RUNS.map(({ name, what, at }) => ({ name, what, at, runs: [] }));
  for (let round = 0; round < rounds; round++)
    for (const [index, { run, ask, zones, at }] of RUNS.entries())
      results[index].runs.push(await run({ world, upstream, ask, zones, concurrency: at }));
  return results.map(({ runs, ...rest }) => ({
    ...rest,
    perSecond: median(runs.map(({ count, seconds }) => count / seconds)),
    cpuMicroseconds: median(runs.map(({ count, cpuSeconds }) => (cpuSeconds / count) * 1e6)),
    p50: median(runs.map(({ p50 }) => p50)),
    p99: median(runs.map(({ p99 }) => p99)),
  }));
}

/** Look-ups one after the other through a long wire, in zones whose parents are proven already. */
async function countRoundTrips(port) {
  const delayMs = 100;
  const relay = await startRelay(port, delayMs);
  await sleep(delayMs);
  const zones = ZONES.slice(0, 12);
  const job = { world, upstream: relay, ask: mixed, zones, concurrency: 1, warmUpRounds: 0 };
  const { p50, max } = await node('ours')(job);
  const queries = relay.queries() / zones.length;
  relay.close();
  return { inSequence: Math.floor(p50 / delayMs), atMost: Math.floor(max / delayMs), queries };
}

/** One large zone, from its own server: no other cache stands between. */
function fillCache() {
  return node('ours')({
    world: { anchor: world.bigAnchor },
    host: world.zonesHost,
    upstream: { port: world.root.port },
    ask: KINDS.A,
    zones: [],
    concurrency: 32,
    task: 'memory',
    warmUpRounds: 0,
    names,
  });
}

function print({ cold, warm, roundTrips, memory }) {
  for (const each of skipped) say(`skipped  ${each}`);
  say(`\ncold look-ups, medians of ${rounds} rounds; "x ours": how many times as fast we are`);
  say('who                question  at once  look-ups/s  x ours  CPU us  p50 ms  p99 ms');
  for (const { name, what, at, perSecond, cpuMicroseconds, p50, p99 } of cold) {
    const we = cold.find((each) => each.name === 'ours' && each.what === what && (each.at === 1) === (at === 1));
    const cells = [perSecond.toFixed(0), (we.perSecond / perSecond).toFixed(2), cpuMicroseconds.toFixed(0)];
    const wide = [cells[0].padStart(11), cells[1].padStart(7), (cpuMicroseconds ? cells[2] : '-').padStart(7)];
    say(
      `${name.padEnd(18)} ${what.padEnd(8)} ${String(at).padStart(8)} ${wide.join(' ')} ${p50.toFixed(2).padStart(7)} ${p99.toFixed(2).padStart(7)}`,
    );
  }
  const rate = ({ count, seconds }) => `${(count / seconds).toFixed(0)}/s`;
  say(`\nwarm: ours ${rate(warm.ours)} by lookup(), unbound ${rate(warm.unbound)} over UDP: not the same thing`);
  const { inSequence, atMost, queries } = roundTrips;
  say(
    `round trips of a cold look-up: ${inSequence}, the first ${atMost}; ${queries.toFixed(1)} queries, all zones counted`,
  );
  if (memory !== undefined)
    say(
      `memory: ${memory.count} RRsets in ${(memory.bytes / 1e6).toFixed(0)} MB; asked again after ${memory.againP50.toFixed(3)} ms`,
    );
}
