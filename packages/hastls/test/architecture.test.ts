import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

// The architecture checks itself. What the compiler cannot see (order inside core, clock and chance, protocols' names)
// is read off the sources here.

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..'); // from packages/hastls/.test
const library = join(root, 'packages/hastls/src');
const tools = join(root, 'packages/cli/src');

/** Folder → folders it may import from. Imports go down only. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'core/bytes': [],
  'core/dns': ['core/bytes'],
  'core/dnssec': ['core/dns', 'core/bytes'],
  'core/policy': ['core/dns'],
  'core/talk': ['core/bytes'],
  'core/proxy': ['core/talk', 'core/dns', 'core/bytes'],
  'core/profiles/wire': ['core/talk', 'core/bytes'],
  'core/profiles/middle': ['core/profiles/wire', 'core/talk', 'core/bytes'],
  'core/profiles/stead': ['core/profiles/wire', 'core/talk', 'core/bytes'],
  'core/profiles': ['core/talk', 'core/bytes'],
  'core/report': ['core/policy', 'core/dnssec', 'core/dns', 'core/talk', 'core/bytes'],
  node: ['node', 'core'],
};

interface Source {
  readonly path: string;
  readonly text: string;
}

const sources = (from: string): readonly Source[] =>
  readdirSync(from, { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path, text: readFileSync(join(from, path), 'utf8') }));

/** Specifiers wherever they stand, but in the examples of comments: a second import on a line must not slip through. */
const imports = (source: Source): readonly string[] =>
  [...code(source).matchAll(/(?:\bfrom|\bimport|\bimport\()\s*['"]([^'"]+)['"]/g)].map(
    ([, specifier = '']) => specifier,
  );

/** Code without its comments: a comment may name what code may not. */
const code = ({ text }: Source): string => text.replace(/\/\*[\s\S]*?\*\/|(?<![:'"`])\/\/.*$/gm, '');

const all = sources(library);
const core = all.filter(({ path }) => path.startsWith('core/'));

test('the scan sees the sources', () => {
  assert.ok(core.length >= 60, `only ${core.length} files of core were found`);
  assert.ok(all.length >= 80, `only ${all.length} files of the library were found`);
});

for (const [folder, allowed] of Object.entries(MAY_IMPORT))
  test(`${folder} imports ${allowed.join(', ') || 'nothing'} at the most`, () => {
    const files = all.filter(({ path }) => path.startsWith(`${folder}/`));
    assert.ok(files.length > 0, `${folder} is empty`);
    for (const file of files)
      for (const specifier of imports(file).filter((each) => each.startsWith('.'))) {
        const target = relative(library, join(library, dirname(file.path), specifier));
        assert.ok(
          [folder, ...allowed].some((each) => target.startsWith(`${each}/`)),
          `${file.path} imports ${target}`,
        );
      }
  });

test('core imports nothing but itself: no package, no Node', () => {
  for (const file of core)
    assert.deepEqual(
      imports(file).filter((each) => !each.startsWith('.')),
      [],
      file.path,
    );
});

test('the library imports no third-party package', () => {
  for (const file of all)
    assert.deepEqual(
      imports(file).filter((each) => !each.startsWith('.') && !each.startsWith('node:')),
      [],
      file.path,
    );
  const manifest = JSON.parse(readFileSync(join(root, 'packages/hastls/package.json'), 'utf8'));
  assert.deepEqual(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }), []);
});

test('core has no clock, no chance and no classes', () => {
  for (const file of core)
    assert.doesNotMatch(
      code(file),
      /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bperformance\b|^\s*(export )?class /m,
      file.path,
    );
});

test("only profiles know protocols' names", () => {
  const names = /\b(e?smtps?|lmtp|imaps?|pop3s?|nntps?|submissions?|managesieve|xmpp|ldaps?)\b/i;
  const commands = /\b(STARTTLS|STLS|EHLO|LHLO|AUTHINFO|CAPA)\b/;
  for (const file of all.filter(({ path }) => !path.startsWith('core/profiles/'))) {
    assert.doesNotMatch(code(file), names, file.path);
    assert.doesNotMatch(code(file), commands, file.path);
  }
});

test('a profile is a small file', () => {
  const lists = ['index.ts', 'implicit-only.ts'];
  const files = all.filter(({ path }) => dirname(path) === 'core/profiles' && !lists.includes(basename(path)));
  assert.ok(files.length >= 25, `only ${files.length} profiles were found`);
  for (const { path, text } of files) {
    const lines = text.trimEnd().split('\n').length;
    assert.ok(lines <= 85, `${path} has ${lines} lines: what is not the story goes to wire/, middle/ or stead/`);
  }
});

test('no default exports, no enums, no namespaces', () => {
  for (const file of [...all, ...sources(tools)])
    assert.doesNotMatch(
      code(file),
      /^\s*export default|^\s*(export )?(declare )?(const )?enum |^\s*(export )?namespace /m,
      file.path,
    );
});

test('every exported function, interface and class of the library says what it is', () => {
  const seen = new Set<string>();
  const undocumented = all.flatMap(({ path, text }) => {
    const lines = text.split('\n');
    return lines.flatMap((line, index) => {
      const [, kind, name] = /^export (?:async )?(function\*?|interface|class) (\w+)/.exec(line) ?? [];
      if (kind === undefined || seen.has(`${path} ${name}`)) return []; // overloads share the first one's
      seen.add(`${path} ${name}`);
      return /\*\/\s*$/.test(lines[index - 1] ?? '') ? [] : [`${path}: ${name}`];
    });
  });
  assert.deepEqual(undocumented, []);
});

test('the tools know the library by its public subpaths, and leave no package by a relative path', () => {
  for (const file of sources(tools))
    for (const specifier of imports(file)) {
      assert.ok(!specifier.startsWith('#'), `${file.path} imports ${specifier}`);
      if (specifier.startsWith('.'))
        assert.ok(
          !relative(tools, join(tools, dirname(file.path), specifier)).startsWith('..'),
          `${file.path} imports ${specifier}`,
        );
    }
});
