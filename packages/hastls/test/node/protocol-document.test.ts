/** What docs/PROTOCOL-OF-YOUR-OWN.md shows is run, in its order: what one example defines is a file that others import. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const DOCUMENT = readFileSync(new URL('../../../../docs/PROTOCOL-OF-YOUR-OWN.md', import.meta.url), 'utf8');
const PACKAGE = fileURLToPath(new URL('../../', import.meta.url)); // within it its own name leads to it

let directory: string;
before(() => {
  directory = mkdtempSync(join(PACKAGE, '.test', 'document-'));
});
after(() => rmSync(directory, { recursive: true }));

const examples = [...DOCUMENT.matchAll(/^```ts(?: file=(\S+))?\n([\s\S]*?)^```/gm)].map(
  ([, file, code = ''], index) => ({
    file: file ?? `${index}.mjs`,
    code,
  }),
);

test('the document has its examples', () => assert.equal(examples.length, 5));

for (const { file, code } of examples)
  test(`docs/PROTOCOL-OF-YOUR-OWN.md, ${file}: ${/[^\n]*(?:readProfile|defineProfile|contract|connect)\([^\n]*/.exec(code)?.[0]}`, async () => {
    writeFileSync(join(directory, file), code.replaceAll(/<void>| as \{ port: number \}/g, '')); // what TypeScript it has
    const expected = [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, line = '']) => line);
    assert.deepEqual(await run(join(directory, file)), expected);
  });

const run = (file: string): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    execFile(process.execPath, [file], { timeout: 60_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout.split('\n').slice(0, -1));
      else reject(new Error(`${file} fails:\n${stdout}${stderr}`));
    });
  });
