// Looks at the library as it would be published: entry points that resolve, no dependency and no module tree packed,
// and a pure subpath that drags in neither Node nor a protocol.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { build } from 'rolldown';

const LIBRARY = 'packages/hastls';
const run = (command: string, ...words: readonly string[]): void => {
  execFileSync('npx', ['--no-install', command, ...words], { stdio: 'inherit' });
};

run('publint', '--strict', LIBRARY);
// accepted: no CommonJS entry and no resolution for tools that do not read "exports"; ES modules are the only form
run('attw', '--pack', LIBRARY, '--profile', 'esm-only', '--format', 'ascii');

const packed: readonly { readonly files: readonly { readonly path: string }[] }[] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '-w', LIBRARY], { encoding: 'utf8' }),
);
const paths = packed.flatMap(({ files }) => files.map(({ path }) => path));
check(paths.includes('dist/node/index.js'), 'the package holds its main entry point');
check(
  paths.some((path) => path.startsWith('vectors/')),
  'the package holds its test vectors',
);
check(paths.includes('LICENSE'), 'the package holds its licence');
check(!paths.some((path) => path.includes('node_modules')), 'the package holds no dependencies');
check(
  !('dependencies' in JSON.parse(readFileSync(`${LIBRARY}/package.json`, 'utf8'))),
  'the library depends on nothing',
);

for (const [subpath, forbidden] of [
  ['policy', /node:|STARTTLS|smtp/i],
  ['dns', /node:|STARTTLS/],
  ['dnssec', /node:|STARTTLS/],
] as const) {
  const { output } = await build({ input: `${LIBRARY}/dist/core/${subpath}/index.js`, write: false });
  const bundle = output
    .map((each) => (each.type === 'chunk' ? each.code : ''))
    .join('')
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  check(!forbidden.test(bundle), `hastls/${subpath} bundles without ${forbidden.source}`);
}

function check(holds: boolean, what: string): void {
  console.log(`${holds ? 'ok' : 'NOT OK'}: ${what}`);
  if (!holds) process.exitCode = 1;
}
