// Runs the built tests under Node 20 and 24 alike: the two disagree on what `node --test DIRECTORY` and globs mean.
// Usage: node tools/run-tests.mjs [part of a path …]     only test files whose path holds one of the parts
//        --live                                          those below test/live/, which need real servers, and only those
//        --long                                          for as long as it takes
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import './bundle.mjs'; // the command is tested as it is shipped

const words = process.argv.slice(2);
const live = words.includes('--live');
const parts = words.filter((word) => !word.startsWith('--'));

const files = ['packages/hastls/.test', 'packages/cli/.test']
  .flatMap((root) => readdirSync(root, { recursive: true }).map((path) => `${root}/${path}`))
  .filter((path) => path.endsWith('.test.js'))
  .filter((path) => path.includes('/live/') === live)
  .filter((path) => parts.length === 0 || parts.some((part) => path.includes(part)))
  .sort();
if (files.length === 0) {
  console.error(`no test file matches ${parts.join(' ')}: has "npm run build" run?`);
  process.exit(2);
}
// What the live tests show of their peers goes to a file, for tools/interop.ts; a part of them shows a part only.
const shown = 'tools/.out/interop.jsonl';
const interop = live && parts.length === 0 ? { HASTLS_INTEROP: resolve(shown) } : {};
if (live) rmSync(shown, { force: true });

const MINUTES = live ? 10 : 5; // a file that hangs has failed
const patience = words.includes('--long') ? [] : [`--test-timeout=${MINUTES * 60_000}`];
const atOnce = live ? [] : [`--test-concurrency=${availableParallelism()}`]; // real servers have the machine to themselves
const { status } = spawnSync(process.execPath, ['--test', ...patience, ...atOnce, ...files], {
  stdio: 'inherit',
  env: { ...process.env, ...interop },
});
process.exit(status ?? 1);
