// Writes docs/ATTACKS.md: what is done to every protocol, and how it may end. `--check` compares instead of writing.
import { execFileSync } from 'node:child_process';
import { generated } from './generated.js';

const DOCUMENT = 'packages/hastls/.test/attacks/document.js';
generated('docs/ATTACKS.md', execFileSync(process.execPath, [DOCUMENT], { encoding: 'utf8', maxBuffer: 1 << 24 }));
