// Writes docs/CONFORMANCE.md: every requirement, where the code decides it and which tests witness it. Fails when an
// id is cited that no list knows, when a MUST or MUST NOT has no test, or when a status other than "met" has no reason.
// `--check` compares the committed table instead of writing it.
import { readdirSync, readFileSync } from 'node:fs';
import { generated } from './generated.js';

interface Requirement {
  readonly id: string;
  readonly at?: string;
  readonly level?: string;
  readonly role?: string;
  readonly says: string;
  /** Only where it is not simply met by code and tests. */
  readonly status?: 'contested' | 'later' | 'out of scope';
  readonly reason?: string;
}

interface Citation {
  readonly id: string;
  readonly file: string;
}

const SOURCES = ['spec/hastls.json', 'spec/trigger97.json'];
const RESOLUTIONS = 'spec/resolutions.json';
const CODE = ['packages/hastls/src', 'packages/cli/src'];
const TESTS = ['packages/hastls/test', 'packages/cli/test'];
/** `[R24]` in comments and titles, `'R24'` where it is data. `[RFC4035 §5]` and other brackets are not ours to check. */
const ID = /[['"]([RSAFV]\d{1,2})['"\]]/g;

const complaints: string[] = [];
const read = (path: string): { readonly source: string; readonly requirements: readonly Requirement[] } =>
  JSON.parse(readFileSync(path, 'utf8')); // our own files, and a wrong shape shows at once in the table

function citations(roots: readonly string[], endings: readonly string[]): readonly Citation[] {
  return roots.flatMap((root) =>
    readdirSync(root, { recursive: true })
      .map((path) => `${root}/${path}`)
      .sort()
      .filter((path) => endings.some((ending) => path.endsWith(ending)))
      .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(ID)].map(([, id = '']) => ({ id, file }))),
  );
}

const inCode = citations(CODE, ['.ts']);
const inTests = citations(TESTS, ['.ts', '.txt']);
const lists = SOURCES.map(read);
const known = new Set(
  [...lists.flatMap((list) => list.requirements), ...read(RESOLUTIONS).requirements].map(({ id }) => id),
);
for (const { id, file } of [...inCode, ...inTests])
  if (!known.has(id)) complaints.push(`${file} cites ${id}, which no list knows`);

const filesOf = (found: readonly Citation[], id: string): readonly string[] => [
  ...new Set(found.filter((each) => each.id === id).map(({ file }) => file)),
];

function row(requirement: Requirement): string {
  const { id, level = '', at = '', says, reason } = requirement;
  const [code, tests] = [filesOf(inCode, id), filesOf(inTests, id)];
  const status =
    requirement.status ?? (code.length > 0 && tests.length > 0 ? 'met' : tests.length > 0 ? 'shown' : 'definition');
  if (requirement.status !== undefined && reason === undefined)
    complaints.push(`${id} is "${status}" without a reason`);
  if (/^MUST/.test(level) && requirement.status !== 'later' && tests.length === 0)
    complaints.push(`${id} is a ${level} without a test`);
  const shorten = (file: string) => `\`${file.replace(/^packages\/(hastls|cli)\/(src|test)\//, '')}\``;
  return `| ${id} | ${at} | ${level} | ${says} | ${status}${reason === undefined ? '' : `: ${reason}`} | ${code.map(shorten).join(' ')} | ${tests.map(shorten).join(' ')} |`;
}

const section = ({ source, requirements }: ReturnType<typeof read>): readonly string[] => [
  `## ${source}`,
  '',
  '| id | at | level | says, in our words | status | decided in | tests |',
  '| --- | --- | --- | --- | --- | --- | --- |',
  ...requirements.map(row),
  '',
];

const text = [
  '# Conformance',
  '',
  'Every requirement of the two proposals, where the code decides it and which tests witness it. Written by',
  '`npm run docs` from the ids that code and tests cite in brackets; CI compares.',
  '',
  '**met**: decided in code and shown by tests. **shown**: tests show it, no single line decides it. **definition**:',
  'words that the others use. Everything else gives its reason.',
  '',
  ...lists.flatMap(section),
  '## How gaps and contradictions were resolved',
  '',
  '| id | resolution | decided in | tests |',
  '| --- | --- | --- | --- |',
  ...read(RESOLUTIONS)
    .requirements.filter(({ id }) => !id.startsWith('V'))
    .map(({ id, says }) => `| ${id} | ${says} | ${filesOf(inCode, id).length} | ${filesOf(inTests, id).length} |`),
  '',
].join('\n');

for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) process.exitCode = 1;
generated('docs/CONFORMANCE.md', text);
