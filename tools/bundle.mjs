// Puts the command's compiled modules, and those of the library that it uses, into a few files: bin.js for what every
// run needs, and a file for each command. Third-party code goes in with its licence beside it.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

const dist = 'packages/cli/dist';
rmSync(`${dist}/bundle`, { recursive: true, force: true });
await build({
  entryPoints: [{ in: `${dist}/main.js`, out: 'bin' }],
  outdir: dist,
  chunkNames: 'bundle/[name]-[hash]',
  allowOverwrite: true,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // CommonJS modules find Node's own by `require`, which ES modules have not
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

const { resolve } = createRequire(new URL('../packages/cli/package.json', import.meta.url));
const licence = (name) => readFileSync(join(dirname(resolve(name)), 'LICENSE'), 'utf8'); // both have it beside their entry
writeFileSync(
  `${dist}/bundle/LICENSES.txt`,
  ['commander', 'picocolors'].map((name) => `${name}\n\n${licence(name)}`).join('\n\n'),
);
