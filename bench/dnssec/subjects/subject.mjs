// How a contestant that is a Node program is measured: in a process of its own, warmed up on other zones first.
// The job comes as JSON in the first argument, the result goes as JSON to stdout.
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

  /** What the process holds more, after garbage is gone, for each RRset that it remembers. */
  async memory(lookUp, { names, concurrency }) {
    const before = held();
    const questions = Array.from({ length: names }, (_, index) => ({ name: `h${index}.big.test.`, type: 1 }));
    await lookUpAll(lookUp, questions, concurrency);
    const bytes = held() - before;
    const sample = questions.filter((_, index) => index % Math.ceil(names / SAMPLE) === 0);
    const again = await lookUpAll(lookUp, sample, 1);
    return { count: names, bytes, againP50: again.p50, againMax: again.max };
  },
};

async function timed(run) {
  const before = process.cpuUsage();
  const result = await run();
  const { user, system } = process.cpuUsage(before);
  return { ...result, cpuSeconds: (user + system) / 1e6 };
}

function held() {
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
