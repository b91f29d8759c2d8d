// Time, counted: look-ups side by side, medians, percentiles, another process's CPU.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Looks all questions up, so many at a time. @returns seconds in all, and each look-up's milliseconds at two percentiles */
export async function lookUpAll(lookUp, questions, concurrency) {
  const took = [];
  let next = 0;
  const began = performance.now();
  async function work() {
    while (next < questions.length) {
      const question = questions[next++];
      const start = performance.now();
      await lookUp(question);
      took.push(performance.now() - start);
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work));
  const seconds = (performance.now() - began) / 1000;
  took.sort((a, b) => a - b);
  return {
    count: questions.length,
    seconds,
    p50: percentile(took, 0.5),
    p99: percentile(took, 0.99),
    max: took.at(-1),
  };
}

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** CPU that a process has used so far, in steps of a tick. */
export const cpuSecondsOf = (pid) => ticks(pid, 11) / ticksPerSecond;

/** CPU of all children of this process that have ended. */
export const cpuSecondsOfChildren = () => ticks('self', 13) / ticksPerSecond;

/** User and system ticks, which follow each other from this field on. [proc(5)] */
function ticks(pid, from) {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .split(') ')[1]
    .split(' ')
    .slice(from, from + 2);
  return Number(user) + Number(system);
}
