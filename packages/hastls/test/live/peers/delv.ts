import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './commands.ts';

/** What delv, BIND's validator, makes of a question; the anchor is the root's DS record as a zone-file line. */
export type Judge = (name: string, type: string) => Promise<'secure' | 'insecure' | 'failed'>;

/** A judge that asks this resolver for the raw answers and validates them itself. */
export async function judge(home: string, resolver: number, anchor: string): Promise<Judge> {
  const file = join(home, 'delv.anchors');
  const [, tag, algorithm, digestType, ...digest] = anchor.slice(anchor.indexOf(' DS ')).trim().split(/\s+/);
  await writeFile(file, `trust-anchors { . static-ds ${tag} ${algorithm} ${digestType} "${digest.join('')}"; };\n`);
  return async (name, type) => {
    const words = ['@127.0.0.1', '-p', String(resolver), '-a', file, '+root=.', name, type];
    const verdict = await run('delv', ...words);
    if (/^;; resolution failed: (?!ncache)/m.test(verdict)) return 'failed';
    if (/^; (negative response, )?unsigned answer$/m.test(verdict)) return 'insecure'; // the weakest link of a chain counts
    if (/^; (negative response, )?fully validated$/m.test(verdict)) return 'secure';
    throw new Error(`delv says something new: ${verdict}`);
  };
}
