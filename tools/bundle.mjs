// Joins what the compiler made into few files: a hundred small modules are good to read and slow to load. Of the library
// each subpath becomes one file, and what they share a chunk; of the command, bin.js is what every run needs, and each
// command a file. Third-party code goes in with its licence beside it.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';

const common = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
  logOverride: { 'ignored-bare-import': 'silent' }, // the library's chunks have no effects, and say so
};

const library = 'packages/hastls';
const { exports } = JSON.parse(readFileSync(`${library}/package.json`, 'utf8'));
rmSync(`${library}/dist/lib`, { recursive: true, force: true });
/** Each subpath's file is made from the module whose types it has. */
const entryPoints = Object.values(exports)
  .filter((target) => typeof target !== 'string')
  .map(({ types, default: file }) => ({
    in: `${library}/${types.replace(/\.d\.ts$/, '.js')}`,
    out: basename(file, '.js'),
  }));
// Two families: what most programs import is loaded from as few files as can be, apart from all the others
const isMain = ({ out }) => out === 'index' || out === 'resolve';
for (const family of [entryPoints.filter(isMain), entryPoints.filter((each) => !isMain(each))])
  await build({
    ...common,
    entryPoints: family,
    outdir: `${library}/dist/lib`,
    chunkNames: 'shared/[name]-[hash]',
    sourcemap: true,
    sourcesContent: false,
  });

const dist = 'packages/cli/dist';
rmSync(`${dist}/bundle`, { recursive: true, force: true });
await build({
  ...common,
  entryPoints: [{ in: `${dist}/main.js`, out: 'bin' }],
  outdir: dist,
  chunkNames: 'bundle/[name]-[hash]',
  allowOverwrite: true,
  // CommonJS modules find Node's own by `require`, which ES modules have not
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
  },
});

const { resolve } = createRequire(new URL('../packages/cli/package.json', import.meta.url));
const licence = (name) => readFileSync(join(dirname(resolve(name)), 'LICENSE'), 'utf8'); // both have it beside their entry
writeFileSync(
  `${dist}/bundle/LICENSES.txt`,
  ['commander', 'picocolors'].map((name) => `${name}\n\n${licence(name)}`).join('\n\n'),
);
