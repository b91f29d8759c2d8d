// How a contestant that is a Node program is measured: in a process of its own, warmed up on other zones first.
// The job comes as JSON in the first argument, the result goes as JSON to stdout.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { lookUpAll } from '../measure.mjs';

const WARM_LOOK_UPS = 200_000;
const SAMPLE = 500;

/** @param begin makes a look-up function that has nothing in its cache; it throws when an answer is not secure */
export async function beSubject(begin) {
  const job = JSON.parse(process.argv[2] ?? '{}');
  for (let round = 0; round < job.warmUpRounds; round++) await lookUpAll(await begin(job), job.warmUp, job.concurrency);
  process.stdout.write(`${JSON.stringify(await TASKS[job.task](await begin(job), job))}\n`);
  process.exit(0);
}

const TASKS = {
  /** Each question once. */
  cold: (lookUp, { questions, concurrency }) => timed(() => lookUpAll(lookUp, questions, concurrency)),

  /** The same questions again and again. */
  async warm(lookUp, { questions, concurrency }) {
    await lookUpAll(lookUp, questions, concurrency);
    const again = Array.from({ length: WARM_LOOK_UPS }, (_, index) => questions[index % questions.length]);
    return timed(() => lookUpAll(lookUp, again, concurrency));
  },

  /** What the process holds more, after garbage is gone, for all RRsets that it remembers, and how many it does. */
  async memory(lookUp, { names, concurrency }) {
    const questions = Array.from({ length: names }, (_, index) => ({ name: `h${index}.big.test.`, type: 1 }));
    const before = held();
    await lookUpAll(lookUp, questions, concurrency);
    const { bytes, rss } = held();
    const sample = questions.filter((_, index) => index % Math.ceil(names / SAMPLE) === 0);
    let kept = 0;
    const again = await lookUpAll(async (question) => (kept += Number(isHeld(await lookUp(question)))), sample, 1);
    const grown = { bytes: bytes - before.bytes, rss: rss - before.rss };
    return { count: names, ...grown, sampled: sample.length, kept, againP50: again.p50 };
  },
};

/** Nobody had to be asked. */
const isHeld = ({ asked }) => asked.length === 0;

/** With the CPU of all threads, and the longest time for which nothing else could have had its turn. */
async function timed(run) {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const before = process.cpuUsage();
  const result = await run();
  const { user, system } = process.cpuUsage(before);
  loop.disable();
  return { ...result, cpuSeconds: (user + system) / 1e6, loopHeldMs: loop.max / 1e6 };
}

function held() {
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { bytes: heapUsed + external, rss };
}
