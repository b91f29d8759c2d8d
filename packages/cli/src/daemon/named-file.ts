import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../failure.ts';

/** Reads what a configuration names: a path is beside it. @throws UsageError */
export function readNamed(configuration: string, path: string): string {
  try {
    return readFileSync(resolve(dirname(configuration), path), 'utf8');
  } catch (error) {
    throw new UsageError(`${configuration} names a file that cannot be read: ${(error as Error).message}`); // of the system's
  }
}
