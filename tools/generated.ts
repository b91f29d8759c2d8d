import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A row of a table. */
export const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** What a table begins with. */
export const heading = (...titles: readonly string[]): readonly string[] => [
  row(...titles),
  row(...titles.map(() => '---')),
];

/** Writes a generated document; with `--check` on the command line it complains instead when the file is stale. */
export function generated(path: string, text: string): void {
  if (process.argv.includes('--check')) {
    if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
    console.error(`${path} is stale: run "npm run docs" and look at what changed`);
    process.exitCode = 1;
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
