// Writes all documents that are made from the code. `--check` compares instead of writing, and complains of each that is stale.
import { execFileSync } from 'node:child_process';
import './decisions.js';
import './protocols.js';
import './gateway-keys.js';
import './conform.js';
import { generated } from './generated.js';

// What only the tests know is written by a program of theirs.
for (const [path, program] of [
  ['docs/ENUMERATION.md', 'enumerate'],
  ['docs/ATTACKS.md', 'attacks'],
] as const) {
  const document = `packages/hastls/.test/${program}/document.js`;
  generated(path, execFileSync(process.execPath, [document], { encoding: 'utf8', maxBuffer: 1 << 24 }));
}
