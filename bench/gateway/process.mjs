// What processes use: cores, time, memory; a process and all its children counted as one.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { pathOf } from '../../packages/hastls/.test/live/peers/commands.js';
import { cpuSecondsOf } from '../dnssec/measure.mjs';

/** Whoever is measured has this core, the load and the backend have that one, so that neither takes the other's time. */
export const PROXY_CORE = 0;
export const LOAD_CORE = availableParallelism() > 1 ? 1 : 0;

/** A command that runs on one core only. */
export const alone = (core, argv) => [pathOf('taskset'), '-c', String(core), ...argv];

/** Has a process go on on another core. */
export const move = (pid, core) => void execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)]);

/** CPU that a process and its children have used so far, in steps of 10 ms. */
export const cpuOf = (pid) => sum(familyOf(pid).map(cpuSecondsOf));

/** Memory of a process and its children in KiB; what they share is divided among them. */
export const memoryOf = (pid) =>
  sum(
    familyOf(pid).map((each) => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${each}/smaps_rollup`, 'utf8'))[1])),
  );

function familyOf(pid) {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return [pid, ...children.flatMap((each) => familyOf(Number(each)))];
}

const sum = (values) => values.reduce((all, each) => all + each, 0);
