/** What docs/DNSSEC.md shows is run: the examples' only difference is the DNS they ask. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  against,
  attacked,
  createHierarchy,
  type DnsServer,
  spoilSignatures,
  startDnsServer,
} from '#node/testing/index.js';

const DOCUMENT = readFileSync(new URL('../../../../docs/DNSSEC.md', import.meta.url), 'utf8');
const PACKAGE = fileURLToPath(new URL('../../', import.meta.url)); // within it its own name leads to it

const world = createHierarchy({
  at: Math.floor(Date.now() / 1000),
  zones: [
    { apex: '.' },
    { apex: 'org.' },
    {
      apex: 'example.org.',
      records: `
        @ MX 10 mail
        mail SSHFP 4 2 d2ab
        _25._tcp.mail TLSA 3 1 1 d2ab
        zz A 192.0.2.1
      `,
    },
    { apex: 'unsigned.example.org.', keys: [], records: '@ MX 10 mail' },
    { apex: 'forged.example.org.', records: '@ MX 10 mail' },
  ],
});
const spoiltMail = against(({ name, type }) => name === 'forged.example.org.' && type === 15, spoilSignatures);

let server: DnsServer;
let directory: string;
before(async () => {
  server = await startDnsServer(attacked(world.answer, spoiltMail));
  directory = mkdtempSync(join(PACKAGE, '.test', 'document-'));
  writeFileSync(
    join(directory, 'hastls.mjs'),
    `import { readAnchors } from 'hastls/dnssec';
import { createResolver } from 'hastls/resolve';
const anchors = readAnchors(${JSON.stringify(world.anchorLines.join('\n'))}).value;
export const { lookup } = createResolver({ servers: ['${server.url}'], anchors });
`,
  );
});
after(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});

const examples = [...DOCUMENT.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = '']) => code);

test('the document has its examples', () => assert.ok(examples.length >= 7));

for (const [index, code] of examples.entries())
  test(`docs/DNSSEC.md, example ${index + 1}: ${code.split('\n').find((line) => line.includes('await')) ?? ''}`, async () => {
    const file = join(directory, `${index}.mjs`);
    writeFileSync(file, withoutTypes(code).replace("from 'hastls';", "from './hastls.mjs';"));
    const printed = await run(file);
    const expected = [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, line = '']) => line);
    assert.equal(printed.length, expected.length, printed.join('\n'));
    for (const [at, line] of expected.entries()) {
      const [beginning = ''] = line.split(/\d?…/);
      if (line.endsWith('…')) assert.ok(printed[at]?.startsWith(beginning), `${printed[at]} is not ${line}`);
      else assert.equal(printed[at], line);
    }
  });

/** What little of TypeScript the examples have. */
const withoutTypes = (code: string): string =>
  code
    .replaceAll(/, type \w+/g, '')
    .replaceAll(/: Question\b/g, '')
    .replaceAll(' as const', '');

const run = (file: string): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    execFile(process.execPath, [file], { timeout: 60_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout.split('\n').slice(0, -1));
      else reject(new Error(`${file} fails:\n${stdout}${stderr}`));
    });
  });
