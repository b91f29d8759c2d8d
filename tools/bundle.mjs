// Joins what the compiler made into few files: a hundred small modules are good to read and slow to load. Of the library,
// `import 'hastls'` loads next to nothing, and each call the rest; of the command, one is what every run needs, one what a look-up needs, and
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

// Two families: what most programs import shares its files with nothing else, so that they are few
const isMain = ({ out }) => out === 'index' || out === 'resolve';
const [main, others] = [subpaths.filter(isMain), subpaths.filter((each) => !isMain(each))];
rmSync(`${library}/dist/lib`, { recursive: true, force: true });
for (const family of [main, others])
  await bundle({
    input: Object.fromEntries(family.map(({ out, module }) => [out, module])),
    lines: 'as-written',
    output: { dir: `${library}/dist/lib`, chunkFileNames: 'shared/[name]-[hash].js', sourcemap: true },
  });

/**
 * commander can start subcommands that are programs of their own. Ours has none, and what starts programs has Node load
 * sockets of every kind, at each run.
 */
const withoutChildProcess = {
  name: 'without-child-process',
  transform(code, id) {
    if (!id.endsWith('/commander/lib/command.js')) return undefined;
    const [before, after, more] = code.split("require('node:child_process')");
    if (after === undefined || more !== undefined) throw new Error('commander has changed: see tools/bundle.mjs');
    return `${before}{}${after}`;
  },
};

const dist = `${command}/dist`;
/** What every run needs is joined in; what daemons need is loaded from where it is installed. */
const joined = ['commander', 'picocolors'];
const { dependencies } = JSON.parse(readFileSync(`${command}/package.json`, 'utf8'));
rmSync(`${dist}/bundle`, { recursive: true, force: true });
await bundle({
  input: { bin: `${dist}/main.js` },
  plugins: [withoutChildProcess],
  entry: `${dist}/main.js`,
  external: Object.keys(dependencies).filter((name) => name !== 'hastls' && !joined.includes(name)),
  together: [
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

/**
 * @param entry the module that a program begins with: what it needs is in its own file
 * @param lines `as-written`, as Node shows the line from which an error comes that nobody catches; or all in one, which is
 *   read a little faster
 * @param together roots, a list for each file that they and all they need at once are to be in
 */
async function bundle({ input, external = [], entry, lines = 'one', together = [], output, resolve, plugins = [] }) {
  const common = {
    external: [/^node:/, ...external],
    resolve,
    platform: 'node',
    transform: { target: 'node20.19' },
    checks: { ineffectiveDynamicImport: false }, // what is loaded late by one program is at hand in another
  };
  const ofEntry = entry === undefined ? new Set() : await needed(entry);
  const groups = await Promise.all(together.map(needed));

  /** The modules of which something is needed as soon as the roots are loaded. */
  async function needed(roots) {
    const late = { name: 'late', resolveDynamicImport: (id) => ({ id: String(id), external: true }) };
    const { output: chunks } = await build({ ...common, input: roots, plugins: [...plugins, late], write: false });
    return new Set(
      chunks.flatMap(({ modules = {} }) => Object.keys(modules).filter((id) => modules[id].renderedLength > 0)),
    );
  }

  await build({
    ...common,
    input,
    plugins,
    ...(entry !== undefined && { preserveEntrySignatures: 'allow-extension' }),
    output: {
      ...output,
      entryFileNames: '[name].js',
      // names stay as they are; the source map leads to the rest
      minify: { compress: false, mangle: false, codegen: { removeWhitespace: lines === 'one' } },
      comments: { legal: true, annotation: true, jsdoc: false },
      codeSplitting: {
        ...(entry !== undefined && { includeDependenciesRecursively: false }), // the entry keeps what is its own
        groups: groups.map((modules, index) => ({
          name: 'main',
          test: (id) => modules.has(id) && !ofEntry.has(id),
          priority: groups.length - index,
        })),
      },
    },
  });
}
