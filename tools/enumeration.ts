// Writes docs/ENUMERATION.md: what the model checker explored of every profile. `--check` compares instead of writing.
import { execFileSync } from 'node:child_process';
import { generated } from './generated.js';

const DOCUMENT = 'packages/hastls/.test/enumerate/document.js';
generated('docs/ENUMERATION.md', execFileSync(process.execPath, [DOCUMENT], { encoding: 'utf8', maxBuffer: 1 << 24 }));
