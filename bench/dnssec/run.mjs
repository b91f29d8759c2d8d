// How fast proofs are, beside those whom one would use instead of us: all of them asked the same questions about the
// same thousand signed zones, in turns, round after round. Absolute figures hold beside each other only.
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { missing } from '../../packages/hastls/.test/live/peers/commands.js';
import { createClient } from './client.mjs';
import { delv, isInstalled, KINDS, mixed, node, unbound } from './contestants.mjs';
import { lookUpAll } from './measure.mjs';
import { startRelay } from './relay.mjs';
import { compare, toText } from './report.mjs';
import { startWorld, WARM_UP_ZONES, ZONES } from './world.mjs';

const HELP = `npm run bench -- dnssec [--quick] [--rounds N] [--names N] [--json]

Signs a thousand zones with Knot, half with NSEC and half with NSEC3, and has everybody who is installed prove what is in
them: hastls, Unbound with one thread, delv, and the npm packages bns and @relaycorp/dnssec. About six minutes.

  --quick     one round, and no measuring of memory: to see whether a change helps; about two minutes
  --rounds N  how often everybody has a turn (3)
  --names N   how many RRsets are remembered where memory is measured (100000; 0: leave that out)
  --json      figures for programs

Needs: scripts/peers install
The npm packages come by: npm install --no-package-lock --prefix bench/dnssec`;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    names: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
const rounds = Number(options.rounds ?? (options.quick ? 1 : 3));
const names = Number(options.names ?? (options.quick ? 0 : 100_000));

const daemons = missing({ packages: 'knot unbound', commands: ['knotd', 'unbound'] });
if (daemons !== undefined) {
  console.error(`cannot measure: ${daemons}`);
  process.exit(2);
}
const skipped = [
  ...['bns', '@relaycorp/dnssec'].flatMap((name) =>
    isInstalled(name) ? [] : [`${name}: npm install --no-package-lock --prefix bench/dnssec`],
  ),
  ...[missing({ packages: 'bind9-dnsutils', commands: ['delv'] })].flatMap((why) => why ?? []),
];
const has = (name) => !skipped.some((each) => each.includes(name));

const few = ZONES.slice(0, 200);
/** Whoever runs in a round, with the questions it can be asked: not everybody knows every type, or can prove absence. */
const RUNS = [
  { name: 'ours', what: 'A', at: 64, run: node('ours'), ask: KINDS.A, zones: ZONES },
  { name: 'unbound', what: 'A', at: 64, run: unbound, ask: KINDS.A, zones: ZONES },
  { name: 'ours', what: 'mixed', at: 64, run: node('ours'), ask: mixed, zones: ZONES },
  { name: 'unbound', what: 'mixed', at: 64, run: unbound, ask: mixed, zones: ZONES },
  { name: '@relaycorp/dnssec', what: 'A', at: 64, run: node('relaycorp'), ask: KINDS.A, zones: ZONES },
  { name: 'delv', what: 'A', at: 8, run: delv, ask: KINDS.A, zones: ZONES.slice(0, 40) },
  { name: 'ours', what: 'A', at: 1, run: node('ours'), ask: KINDS.A, zones: ZONES },
  { name: 'unbound', what: 'A', at: 1, run: unbound, ask: KINDS.A, zones: ZONES },
  { name: '@relaycorp/dnssec', what: 'A', at: 1, run: node('relaycorp'), ask: KINDS.A, zones: few },
  { name: 'bns', what: 'A', at: 1, run: node('bns'), ask: KINDS.A, zones: few },
  { name: 'delv', what: 'A', at: 1, run: delv, ask: KINDS.A, zones: ZONES.slice(0, 10) },
  { name: 'ours', what: 'warm A', at: 64, run: node('ours'), ask: KINDS.A, zones: ZONES, task: 'warm' },
  { name: 'unbound', what: 'warm A', at: 64, run: unbound, ask: KINDS.A, zones: ZONES, rounds: 20 },
].filter(({ name }) => has(name));

const world = await startWorld(names);
try {
  const load = [loadavg()[0]];
  const upstream = await world.startRecursive();
  await prime(upstream.port);
  const runs = await interleaved(upstream);
  const roundTrips = await countRoundTrips(upstream.port);
  const memory = names > 0 ? await fillCache() : undefined;
  load.push(loadavg()[0]);
  const report = { load, rounds, results: compare(runs), roundTrips, memory, skipped };
  console.log(options.json ? JSON.stringify(report, undefined, 2) : toText(report));
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

/** @returns of each run what it took, round by round */
async function interleaved(upstream) {
  const results = RUNS.map(({ name, what, at }) => ({ name, what, at, took: [] }));
  for (let round = 0; round < rounds; round++)
    for (const [index, { run, at, name, what, ...job }] of RUNS.entries())
      results[index].took.push(await run({ world, upstream, concurrency: at, ...job }));
  return results;
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
