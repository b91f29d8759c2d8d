// Measures: `npm run bench` lists what can be measured, `npm run bench -- NAME …` measures it. Each folder beside this
// file that has a `run.mjs` is such a NAME; what follows goes to it, `--json` and `--help` among it.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const names = readdirSync(here).filter((name) => existsSync(join(here, name, 'run.mjs')));
const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  console.error(`npm run bench -- NAME, which is one of: ${names.join(', ')}`);
  process.exit(2);
}
const { status } = spawnSync(process.execPath, [join(here, name, 'run.mjs'), ...rest], { stdio: 'inherit' });
process.exit(status ?? 1);
