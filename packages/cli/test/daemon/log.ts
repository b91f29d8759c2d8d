import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface Line {
  readonly msg: string;
  readonly [fact: string]: unknown;
}

/** What a daemon writes about itself on stderr. */
export interface Log {
  /** All that was logged until now. */
  readonly lines: readonly Line[];
  /** Waits for the next line that begins with these words. */
  logged(msg: string): Promise<Line>;
}

export function readLog(child: ChildProcess): Log {
  child.setMaxListeners(0); // each line that is waited for has its own
  const lines: Line[] = [];
  let heard = 0;
  let rest = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) lines.push(part.startsWith('{') ? JSON.parse(part) : { msg: part });
    child.emit('logged');
  });
  return {
    lines,
    async logged(msg) {
      for (;;) {
        const at = lines.findIndex((each, index) => index >= heard && each.msg.startsWith(msg));
        if (at >= 0) {
          heard = at + 1;
          return lines[at] as Line; // found
        }
        const ending = child.exitCode ?? child.signalCode;
        assert.equal(ending, null, `it ended without "${msg}": ${JSON.stringify(lines.at(-1))}`);
        await Promise.race([once(child, 'logged'), once(child, 'exit')]);
      }
    },
  };
}
