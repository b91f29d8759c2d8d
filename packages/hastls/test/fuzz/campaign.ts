import { test } from 'node:test';
import { type Chance, chanceOf } from '../live/differential/chance.js';

const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const CASES = Number(process.env['FUZZ_CASES'] ?? 10_000);

/**
 * A test of many random cases. Case n has the chance of seed FUZZ_SEED + n, so that one that failed can be had alone.
 * `cost` says how many cheap cases one of these takes the time of, and so how many there are for FUZZ_CASES.
 */
export function campaign(title: string, cost: number, attempt: (chance: Chance) => void | Promise<void>): void {
  test(title, async (context) => {
    const cases = Math.ceil(CASES / cost);
    let slowest = { seed: SEED, ms: 0 };
    for (let seed = SEED; seed < SEED + cases; seed++) {
      const began = performance.now();
      try {
        const pending = attempt(chanceOf(seed));
        if (pending !== undefined) await pending;
      } catch (error) {
        throw new Error(`to have this case again: FUZZ_SEED=${seed} FUZZ_CASES=1`, { cause: error });
      }
      const ms = performance.now() - began;
      if (ms > slowest.ms) slowest = { seed, ms };
    }
    context.diagnostic(
      `seed ${SEED}, ${cases} cases; the slowest, of ${slowest.seed}, took ${slowest.ms.toFixed(1)} ms`,
    );
  });
}
