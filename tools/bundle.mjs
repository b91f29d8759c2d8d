// Joins what the compiler made into few files: a hundred small modules are good to read and slow to load. Of the library,
// what `import 'hastls'` needs is one file; of the command, one is what every run needs, one what a look-up needs, and
// the rest is loaded by whoever uses it. Third-party code goes in with its licence beside it.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { build } from 'rolldown';

const library = resolve('packages/hastls');
const command = resolve('packages/cli');
const { exports } = JSON.parse(readFileSync(`${library}/package.json`, 'utf8'));
/** Each subpath's file is made from the module whose types it has. */
const subpaths = Object.entries(exports)
  .filter(([, target]) => typeof target !== 'string')
  .map(([subpath, { types, default: file }]) => ({
    specifier: `hastls${subpath.slice(1)}`,
    module: join(library, types.replace(/\.d\.ts$/, '.js')),
    out: basename(file, '.js'),
  }));

// Two families: what most programs import is loaded from as few files as can be, apart from all the others
const isMain = ({ out }) => out === 'index' || out === 'resolve';
const [main, others] = [subpaths.filter(isMain), subpaths.filter((each) => !isMain(each))];
rmSync(`${library}/dist/lib`, { recursive: true, force: true });
for (const [family, together] of [
  [main, [[join(library, 'dist/node/index.js')]]],
  [others, []],
])
  await bundle({
    input: Object.fromEntries(family.map(({ out, module }) => [out, module])),
    together,
    output: { dir: `${library}/dist/lib`, chunkFileNames: 'shared/[name]-[hash].js', sourcemap: true },
  });

const dist = `${command}/dist`;
/** What every run needs is joined in; what daemons need is loaded from where it is installed. */
const joined = ['commander', 'picocolors'];
const { dependencies } = JSON.parse(readFileSync(`${command}/package.json`, 'utf8'));
rmSync(`${dist}/bundle`, { recursive: true, force: true });
await bundle({
  input: { bin: `${dist}/main.js` },
  external: Object.keys(dependencies).filter((name) => name !== 'hastls' && !joined.includes(name)),
  together: [
    // not main.js itself, which runs the command: what it loads then leads back to this file, and would wait for its end
    ['program', 'failure', 'terminal'].map((each) => `${dist}/${each}.js`),
    [`${dist}/commands/lookup.js`, `${library}/dist/node/resolve/ask.js`, `${library}/dist/node/resolve/insist.js`],
  ],
  resolve: { alias: Object.fromEntries(subpaths.map(({ specifier, module }) => [`${specifier}$`, module])) },
  output: {
    dir: dist,
    chunkFileNames: 'bundle/[name]-[hash].js',
    banner: (chunk) => (chunk.isEntry ? '#!/usr/bin/env node' : ''),
  },
});
const { resolve: find } = createRequire(`${command}/package.json`);
const licence = (name) => readFileSync(join(dirname(find(name)), 'LICENSE'), 'utf8'); // both have it beside their entry
writeFileSync(`${dist}/bundle/LICENSES.txt`, joined.map((name) => `${name}\n\n${licence(name)}`).join('\n\n'));

/** @param together roots, a list for each file that they and all they import at once are to be in */
async function bundle({ input, external = [], together, output, resolve }) {
  const groups = together.map(() => new Set());
  await build({
    input,
    external: [/^node:/, ...external],
    resolve,
    platform: 'node',
    transform: { target: 'node20.19' },
    checks: { ineffectiveDynamicImport: false }, // what is loaded late by one program is at hand in another
    plugins: [
      {
        name: 'groups',
        buildEnd() {
          const gather = (id, into) => {
            if (into.has(id)) return;
            into.add(id);
            for (const each of this.getModuleInfo(id)?.importedIds ?? []) gather(each, into);
          };
          for (const [index, roots] of together.entries()) for (const root of roots) gather(root, groups[index]);
        },
      },
    ],
    output: {
      ...output,
      entryFileNames: '[name].js',
      // names stay as they are; the source map leads to the rest
      minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
      codeSplitting: {
        groups: groups.map((modules, index) => ({
          name: 'main',
          test: (id) => modules.has(id),
          priority: groups.length - index,
        })),
      },
    },
  });
}
