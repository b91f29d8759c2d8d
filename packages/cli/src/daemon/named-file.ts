import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../failure.ts';

/** Reads what a configuration names: a path is beside it. @throws UsageError */
export const readNamed = (configuration: string, path: string): string =>
  readNamedOctets(configuration, path).toString();

/** The same, for what is no text. @throws UsageError */
export function readNamedOctets(configuration: string, path: string): Buffer {
  const file = resolve(dirname(configuration), path);
  named.set(configuration, (named.get(configuration) ?? new Set<string>()).add(file));
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`${configuration} names a file that cannot be read: ${(error as Error).message}`); // of the system's
  }
}

/** Those who vouch for somebody. Node passes over what is no certificate. @throws UsageError */
export function readAuthorities(file: string, path: string): string {
  const pem = readNamed(file, path);
  try {
    new X509Certificate(pem);
    return pem;
  } catch {
    throw new UsageError(`${file} names a file without a certificate: ${path}`);
  }
}

/** A configuration, and all that was read because it named it. */
export const namedBy = (configuration: string): readonly string[] => [
  configuration,
  ...(named.get(configuration) ?? []),
];

const named = new Map<string, Set<string>>();
