import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { Logger } from 'pino';
import { UsageError } from '../failure.ts';
import { type Answer, type Order, PULSE_MS } from './orders.ts';

/** The processes that do a daemon's work. */
export interface Team {
  /** All of them begin. @throws UsageError what the first one says who cannot */
  begin(): Promise<void>;
  /** Asks each, and gives what those answer who live. */
  ask(what: Asked['order']): Promise<readonly Answer[]>;
  /** All of them end, and nobody takes their place; who is not gone by then is killed. */
  end(withinMs: number): Promise<void>;
}

type Asked = Order extends infer Each ? (Each extends Order ? Pick<Each, 'order'> : never) : never;

/**
 * A worker that stands still is killed, as whoever connects to it would wait in vain, and systemd sees the primary only. A
 * worker that ends although nobody told it to is replaced: at once, and later and later if that goes on.
 * @param ticketKey the key of session tickets at this time, in base64
 */
export function createTeam(
  workers: number,
  { ticketKey, onDeath, log }: { ticketKey: () => string | undefined; onDeath: () => void; log: Logger },
): Team {
  const present = new Map<Worker, string>();
  const waiting = new Map<number, (answer: Answer | undefined) => void>();
  let number = 0;
  let hasBegun = false;
  let isEnding = false;
  let deaths = 0;
  cluster.setupPrimary({ execArgv: [...process.execArgv, ...WITHOUT_THREADS] });

  function tell(worker: Worker, order: Asked['order']): Promise<Answer | undefined> {
    const asked = ++number;
    return new Promise((resolve) => {
      const over = (answer: Answer | undefined) => {
        clearTimeout(late);
        waiting.delete(asked);
        worker.off('exit', gone);
        resolve(answer);
      };
      const gone = () => over(undefined);
      const late = order === 'end' || order === 'begin' ? undefined : setTimeout(gone, ANSWER_MS);
      worker.once('exit', gone);
      waiting.set(asked, over);
      const key = ticketKey();
      const more = { worker: present.get(worker) ?? '', workers, ...(key !== undefined && { ticketKey: key }) };
      worker.send({ number: asked, order, ...(order === 'begin' || order === 'reload' ? more : {}) });
    });
  }

  async function hire(slot: string): Promise<Answer | undefined> {
    const worker = cluster.fork();
    present.set(worker, slot);
    worker.on('message', (answer: Answer) => waiting.get(answer.number)?.(answer));
    worker.on('error', () => {}); // of the channel to one that is gone: it is gone
    worker.once('exit', (code, signal) => {
      present.delete(worker);
      if (!hasBegun || isEnding) return;
      onDeath();
      const inMs = Math.min(10_000, 50 * 2 ** deaths++ - 50);
      setTimeout(() => (deaths = Math.max(0, deaths - 1)), 60_000).unref();
      log.error(
        { worker: slot, code, signal, inMs },
        'a worker has died: its connections are lost, and another one takes its place',
      );
      setTimeout(replace, inMs, slot);
    });
    worker.once('message', () => watchOver(worker, slot));
    const [here] = await Promise.race([once(worker, 'message'), once(worker, 'exit').then(() => [])]);
    return here === undefined ? undefined : tell(worker, 'begin');
  }

  /** What comes late to us, as we stood still ourselves, is counted by our own pulse. */
  function watchOver(worker: Worker, slot: string): void {
    let missed = 0;
    worker.on('message', () => {
      missed = 0;
    });
    const pulse = setInterval(() => {
      if (++missed <= MAY_MISS) return;
      clearInterval(pulse);
      log.error({ worker: slot, forMs: MAY_MISS * PULSE_MS }, 'a worker stands still, and is killed');
      worker.kill('SIGKILL');
    }, PULSE_MS).unref();
    worker.once('exit', () => clearInterval(pulse));
  }

  function replace(slot: string): void {
    if (isEnding) return;
    void hire(slot).then((answer) => {
      if (answer?.why !== undefined) {
        log.error({ worker: slot, why: answer.why, because: answer.because }, 'a new worker cannot serve');
        for (const [worker, held] of present) if (held === slot) worker.kill('SIGKILL'); // and is tried for again
      } else if (answer !== undefined) log.info({ worker: slot }, 'a new worker serves');
    });
  }

  function killAll(): void {
    for (const worker of present.keys()) worker.kill('SIGKILL');
  }

  /** Whoever serves nobody yet ends at once, and first those who would complain that their primary is gone. */
  function abandon(signal: NodeJS.Signals): void {
    killAll();
    process.kill(process.pid, signal);
  }

  return {
    async begin() {
      for (const signal of ENDINGS) process.once(signal, abandon);
      const answers = await Promise.all(Array.from({ length: workers }, (_, index) => hire(String(index + 1))));
      for (const signal of ENDINGS) process.off(signal, abandon);
      const refusal = answers.find((answer) => answer?.why !== undefined || answer === undefined);
      if (answers.every((answer) => answer !== undefined && answer.why === undefined)) hasBegun = true;
      else {
        killAll();
        throw new UsageError(refusal?.why ?? 'a worker has ended before it could serve', refusal?.because ?? []);
      }
    },
    async ask(what) {
      const answers = await Promise.all([...present.keys()].map((worker) => tell(worker, what)));
      return answers.filter((answer) => answer !== undefined);
    },
    async end(withinMs) {
      isEnding = true;
      const patience = setTimeout(killAll, withinMs);
      await Promise.all([...present.keys()].map((worker) => tell(worker, 'end')));
      clearTimeout(patience);
    },
  };
}

/**
 * Workers have the cores among them: threads that collect garbage beside each would only take them from one another. What
 * clients send is memory that comes and goes so fast that V8 collects all the time. [docs/PERFORMANCE.md]
 */
const WITHOUT_THREADS = ['--single-threaded-gc'];

const ENDINGS = ['SIGTERM', 'SIGINT'] as const;

/** So many signs of life may be missing: less is the load of a busy machine. */
const MAY_MISS = 10;

/** A worker that does not answer for so long does nothing else either. */
const ANSWER_MS = 20_000;
