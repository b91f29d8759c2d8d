// What is measured: each measure has one contestant carry one load, and gives its figures by their names.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { alone, cpuOf, LOAD_CORE, memoryOf, move, PROXY_CORE } from './process.mjs';

const MiB = 2 ** 20;
const PATIENCE_MS = 120_000; // for one load: whoever takes longer has failed
const execute = promisify(execFile);

/**
 * `part` is what `--only` takes; `fresh` wants a process that was started for it. What is carried is multiplied by the
 * share that `run` is given.
 */
export const MEASURES = [
  { part: 'bulk', run: bulk('down', 1, 384 * MiB) },
  { part: 'bulk', run: bulk('up', 1, 384 * MiB) },
  { part: 'bulk', run: bulk('down', 8, 64 * MiB) },
  { part: 'bulk', run: bulk('up', 8, 64 * MiB) },
  { part: 'handshakes', run: handshakes('P-256 full', 'ecdsa', []) },
  { part: 'handshakes', run: handshakes('P-256 resumed', 'ecdsa', ['resume']) },
  { part: 'handshakes', run: handshakes('RSA-2048 full', 'rsa', []) },
  { part: 'handshakes', run: handshakes('RSA-2048 resumed', 'rsa', ['resume']) },
  { part: 'in-band', inBand: true, run: inBand(1, 8, 200) },
  { part: 'in-band', inBand: true, run: inBand(16, 96, 1000) },
  { part: 'in-band', inBand: true, run: inBand(200, 1000, 1000) },
  { part: 'round-trips', run: roundTrips },
  { part: 'dawdlers', run: dawdlers },
  { part: 'idle', fresh: true, run: idle },
];

/** Has clients do this, and says what they saw, and what it cost the contestant. */
async function load({ pid }, programs, args, core = LOAD_CORE) {
  const [command, ...rest] = alone(core, [programs.load, ...args.map(String)]);
  const before = cpuOf(pid);
  const { stdout } = await execute(command, rest, { timeout: PATIENCE_MS, killSignal: 'SIGKILL' });
  const seen = JSON.parse(stdout);
  if (seen.intact !== seen.count)
    throw new Error(`${args.join(' ')}: ${seen.intact} of ${seen.count} came through intact`);
  return { ...seen, cpu: cpuOf(pid) - before };
}

function bulk(direction, connections, octets) {
  return async (contestant, programs, share) => {
    const each = octets * share;
    const { seconds, cpu } = await load(contestant, programs, [direction, contestant.doors.ecdsa, each, connections]);
    const size = (connections * each) / MiB;
    const name = `bulk ${direction}, ${connections} connection${connections > 1 ? 's' : ''}`;
    return { [`${name}: MiB/s`]: size / seconds, [`${name}: CPU s/GiB`]: (cpu / size) * 1024 };
  };
}

function handshakes(name, door, more) {
  return async (contestant, programs, share) => {
    const count = Math.ceil(1000 * share);
    const args = ['connect', contestant.doors[door], count, 16, ...more];
    const { seconds, cpu, reused } = await load(contestant, programs, args);
    if (reused !== (more.length > 0 ? count : 0)) throw new Error(`${reused} of ${count} sessions resumed`);
    return { [`${name}: connections/s`]: count / seconds, [`${name}: CPU us each`]: (cpu / count) * 1e6 };
  };
}

function inBand(atOnce, few, many) {
  return async (contestant, programs, share) => {
    const count = Math.ceil((contestant.name === 'stunnel' ? few : many) * share); // it waits 200 ms before it greets
    const args = ['connect', contestant.doors.mail, count, atOnce, 'mail'];
    const { seconds, cpu, p50 } = await load(contestant, programs, args);
    const name = `in-band, ${atOnce} at once`;
    return {
      [`${name}: connections/s`]: count / seconds,
      [`${name}: p50 ms`]: p50 * 1e3,
      ...(few === many && { [`${name}: CPU us each`]: (cpu / count) * 1e6 }),
    };
  };
}

/** On one core, all of them: to wake another one costs more than what is to be measured. */
async function roundTrips(contestant, programs, share) {
  move(contestant.backend, PROXY_CORE);
  try {
    const args = ['ping', contestant.doors.ecdsa, Math.ceil(20_000 * share)];
    const { p50, p99 } = await load(contestant, programs, args, PROXY_CORE);
    return { 'round trip of 64 octets: p50 us': p50 * 1e6, 'round trip of 64 octets: p99 us': p99 * 1e6 };
  } finally {
    move(contestant.backend, LOAD_CORE);
  }
}

/** A visit after the other, alone and then among many who do not come to TLS. */
async function dawdlers(contestant, programs, share) {
  const crowd = 2000;
  const visits = () => load(contestant, programs, ['connect', contestant.doors.ecdsa, Math.ceil(500 * share), 1]);
  const before = await visits();
  const leave = await stay(contestant, programs, 'dawdle', crowd);
  const among = await visits().finally(leave);
  return Object.fromEntries(
    ['p50', 'p99'].flatMap((rank) => [
      [`a visit alone: ${rank} ms`, before[rank] * 1e3],
      [`among ${crowd} dawdlers: ${rank} ms`, among[rank] * 1e3],
      [`among ${crowd} dawdlers: ${rank} ms more`, (among[rank] - before[rank]) * 1e3],
    ]),
  );
}

async function idle(contestant, programs) {
  const count = 5000;
  const leaveWarm = await stay(contestant, programs, 'idle', 20);
  const before = memoryOf(contestant.pid);
  const leave = await stay(contestant, programs, 'idle', count);
  await sleep(500);
  const memory = memoryOf(contestant.pid) - before;
  await leaveWarm();
  await leave();
  return { [`idle, ${count} connections: KiB each`]: memory / count };
}

/** Has so many clients come and stay, until they are told to leave. */
async function stay({ doors }, programs, how, count) {
  const [command, ...rest] = alone(LOAD_CORE, [programs.load, how, String(doors.ecdsa), String(count)]);
  const clients = spawn(command, rest, { stdio: ['pipe', 'pipe', 'pipe'], timeout: PATIENCE_MS });
  const left = once(clients, 'exit').then(([status]) => status);
  const [said] = await Promise.race([
    once(clients.stdout, 'data'),
    once(clients.stderr, 'data'),
    left.then(() => ['they took too long']),
  ]);
  if (String(said) !== 'open\n') throw new Error(String(said).trim());
  return async () => {
    clients.stdin.on('error', () => {}).end();
    if ((await left) !== 0) throw new Error(`of ${count} clients that were to stay one was sent away`);
  };
}
