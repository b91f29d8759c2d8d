// What is measured: each measure has one contestant carry one load, and gives its figures by their names.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { alone, cpuOf, LOAD_CORE, memoryOf, move, PROXY_CORE } from './process.mjs';

const MiB = 2 ** 20;
const execute = promisify(execFile);

/** `part` is what `--only` takes; `once` has it done in a few rounds only, with a process that was started for it. */
export const MEASURES = [
  { part: 'bulk', run: bulk('down', 1, 512 * MiB) },
  { part: 'bulk', run: bulk('up', 1, 512 * MiB) },
  { part: 'bulk', run: bulk('down', 8, 96 * MiB) },
  { part: 'bulk', run: bulk('up', 8, 96 * MiB) },
  { part: 'handshakes', run: handshakes('P-256 full', 'ecdsa', []) },
  { part: 'handshakes', run: handshakes('P-256 resumed', 'ecdsa', ['resume']) },
  { part: 'handshakes', run: handshakes('RSA-2048 full', 'rsa', []) },
  { part: 'handshakes', run: handshakes('RSA-2048 resumed', 'rsa', ['resume']) },
  { part: 'in-band', inBand: true, run: inBand(1, 8, 200) },
  { part: 'in-band', inBand: true, run: inBand(16, 96, 1500) },
  { part: 'in-band', inBand: true, run: inBand(200, 1500, 1500) },
  { part: 'round-trips', run: roundTrips },
  { part: 'idle', idle: true, run: idle },
];

/** Has clients do this, and says what they saw, and what it cost the contestant and them. */
async function load({ pid, backend }, programs, args, core = LOAD_CORE) {
  const [command, ...rest] = alone(core, [programs.load, ...args.map(String)]);
  const [before, behind] = [cpuOf(pid), cpuOf(backend)];
  const { stdout } = await execute(command, rest);
  const seen = JSON.parse(stdout);
  if (seen.intact !== seen.count)
    throw new Error(`${args.join(' ')}: ${seen.intact} of ${seen.count} came through intact`);
  return { ...seen, cpu: cpuOf(pid) - before, others: seen.cpuSeconds + cpuOf(backend) - behind };
}

function bulk(direction, connections, octets) {
  return async (contestant, programs) => {
    const { seconds, cpu } = await load(contestant, programs, [direction, contestant.doors.ecdsa, octets, connections]);
    const size = (connections * octets) / MiB;
    const name = `bulk ${direction}, ${connections} connection${connections > 1 ? 's' : ''}`;
    return { [`${name}: MiB/s`]: size / seconds, [`${name}: CPU s/GiB`]: (cpu / size) * 1024 };
  };
}

function handshakes(name, door, more) {
  return async (contestant, programs) => {
    const count = 1500;
    const { seconds, cpu, reused } = await load(contestant, programs, [
      ...['connect', contestant.doors[door], count, 16],
      ...more,
    ]);
    if (reused !== (more.length > 0 ? count : 0)) throw new Error(`${contestant.name}: ${reused} sessions resumed`);
    return { [`${name}: connections/s`]: count / seconds, [`${name}: CPU us each`]: (cpu / count) * 1e6 };
  };
}

function inBand(atOnce, few, many) {
  return async (contestant, programs) => {
    const count = contestant.name === 'stunnel' ? few : many; // it waits 200 ms before it greets
    const args = ['connect', contestant.doors.mail, count, atOnce, 'mail'];
    const { seconds, cpu, p50 } = await load(contestant, programs, args);
    const name = `in-band, ${atOnce} at once`;
    return {
      [`${name}: connections/s`]: count / seconds,
      [`${name}: p50 ms`]: p50 * 1e3,
      ...(count >= 1000 && { [`${name}: CPU us each`]: (cpu / count) * 1e6 }),
    };
  };
}

/** On one core, all of them: to wake another one costs more than what is to be measured. */
async function roundTrips(contestant, programs) {
  move(contestant.backend, PROXY_CORE);
  const seen = await load(contestant, programs, ['ping', contestant.doors.ecdsa, 20_000], PROXY_CORE);
  move(contestant.backend, LOAD_CORE);
  return { 'round trip of 64 octets: p50 us': seen.p50 * 1e6, 'round trip of 64 octets: p99 us': seen.p99 * 1e6 };
}

async function idle({ pid, doors }, programs) {
  const count = 5000;
  const open = async (number) => {
    const [command, ...rest] = alone(LOAD_CORE, [programs.load, 'idle', String(doors.ecdsa), String(number)]);
    const clients = spawn(command, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(clients.stdout, 'data');
    return clients;
  };
  const warm = await open(20);
  const before = memoryOf(pid);
  const clients = await open(count);
  await sleep(1000);
  const memory = memoryOf(pid) - before;
  for (const each of [warm, clients]) await once(each.stdin.end() && each, 'exit');
  return { [`idle, ${count} connections: KiB each`]: memory / count };
}
