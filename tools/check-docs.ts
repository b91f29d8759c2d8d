// Checks what documents say: every relative link leads somewhere, every folder and file named in backticks exists, and
// every TypeScript example compiles against the library as it is.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const DOCUMENTS = [
  ...readdirSync('.').filter((path) => path.endsWith('.md')),
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path}`),
  ...['packages/hastls', 'packages/cli'].map((path) => `${path}/README.md`).filter((path) => existsSync(path)),
];
const EXAMPLES = 'tools/.out/examples';
const ROOTS = [
  '.',
  'packages/hastls/src',
  'packages/hastls/test',
  'packages/hastls',
  'packages/cli/src',
  'packages/cli/test',
  'packages/cli',
];

let complaints = 0;
const complain = (what: string): void => {
  complaints++;
  console.error(what);
};

rmSync(EXAMPLES, { recursive: true, force: true });
mkdirSync(EXAMPLES, { recursive: true });
for (const path of DOCUMENTS) {
  const text = readFileSync(path, 'utf8');
  for (const [, link = ''] of text.matchAll(/\]\((?!https?:|mailto:|#)([^)#]+)/g))
    if (!existsSync(join(dirname(path), link))) complain(`${path}: the link to ${link} is dead`);
  for (const [, named = ''] of text.matchAll(/`((?:core|node|packages|docs|tools|scripts|spec|test)\/[\w./-]+)`/g))
    if (!ROOTS.some((root) => existsSync(join(root, named)))) complain(`${path}: there is no ${named}`);
  [...text.matchAll(/^```ts(?: file=(\w+)\.mjs)?\n([\s\S]*?)^```/gm)].forEach(([, module, code = ''], index) => {
    // what others import has its name
    writeFileSync(
      `${EXAMPLES}/${module === undefined ? `${path.replaceAll(/\W/g, '-')}-${index}.ts` : `${module}.mts`}`,
      code,
    );
  });
}
const compilerOptions = {
  types: ['node'],
  noEmit: true,
  composite: false,
  declaration: false,
  declarationMap: false,
  isolatedDeclarations: false,
  noUnusedLocals: false,
};
writeFileSync(
  `${EXAMPLES}/tsconfig.json`,
  JSON.stringify({ extends: '../../../tsconfig.base.json', include: ['.'], compilerOptions }),
);
try {
  execFileSync('npx', ['--no-install', 'tsc', '-p', EXAMPLES], { stdio: 'inherit' });
} catch {
  complain('an example in the documents does not compile');
}
console.log(`${DOCUMENTS.length} documents, ${complaints} complaints`);
if (complaints > 0) process.exitCode = 1;
