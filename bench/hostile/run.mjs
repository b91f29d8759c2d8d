// What a hostile answer costs: CPU time to read and judge each of the answers that the tests hold to their limits, each
// in turn in one process, and in processes that have done nothing before. Usage: npm run bench -- hostile [rounds] [processes]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serialize } from 'node:v8';
import { recordedCases } from './cases.mjs';

const [rounds = 9, processes = 3] = process.argv.slice(2).map(Number);
const GOAL_MS = 50;
/** Rounds before those that count: code that is compiled costs too, but once. */
const WARM_UP = 3;

const directory = mkdtempSync(join(tmpdir(), 'hastls-hostile-'));
try {
  const cases = await recordedCases();
  const warm = judged(cases, WARM_UP + rounds).map((times) => times.slice(WARM_UP));
  const cold = cases.map((each) => Array.from({ length: processes }, () => judged([each], 1)[0][0]));
  report(cases, warm, cold);
} finally {
  rmSync(directory, { recursive: true });
}

/** The times that each of the cases takes in a new process. */
function judged(cases, rounds) {
  const path = join(directory, 'cases');
  writeFileSync(path, serialize(cases));
  const judge = fileURLToPath(new URL('judge.mjs', import.meta.url));
  return JSON.parse(execFileSync(process.execPath, [judge, path, String(rounds)], { encoding: 'utf8' }));
}

function report(cases, warm, cold) {
  console.log(`CPU in ms, user and system, all threads. Goal: no single run above ${GOAL_MS}.`);
  console.log(`Median and worst of ${rounds} in a process that is at it, and of ${processes} new processes.\n`);
  console.log('median  worst    new  worst');
  for (const [at, { what, outcome }] of cases.entries()) {
    const figures = [warm[at], cold[at]].flatMap(medianAndWorst);
    const verdict = Math.max(...figures) <= GOAL_MS ? 'met    ' : 'NOT met';
    console.log(`${figures.map((ms) => ms.toFixed(1).padStart(6)).join(' ')}  ${verdict}  ${what}: ${outcome}`);
  }
}

function medianAndWorst(times) {
  const sorted = times.toSorted((a, b) => a - b);
  return [sorted[sorted.length >> 1], sorted.at(-1)];
}
