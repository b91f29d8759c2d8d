// One of the real commands, as an operator runs it, but for what `weigh.mjs` adds.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../packages/cli/dist/bin.js', import.meta.url));
const WEIGH = new URL('weigh.mjs', import.meta.url).href;

/** Starts it with this file, and waits until it serves. */
export async function startDaemon(name, file) {
  const child = spawn(process.execPath, ['--import', WEIGH, BIN, name, '-c', file], {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  const said = new Map(); // how often each kind of line was logged
  const waiting = [];
  const wake = () => {
    for (const each of waiting.splice(0)) each();
  };
  child.once('exit', wake);
  createInterface({ input: child.stderr }).on('line', (text) => {
    const { msg, why } = text.startsWith('{') ? JSON.parse(text) : { msg: text };
    const kind = msg === 'closed' && why !== undefined ? `closed: ${why}` : msg;
    said.set(kind, (said.get(kind) ?? 0) + 1);
    wake();
  });
  const logged = async (message) => {
    const before = said.get(message);
    while (said.get(message) === before) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`${name} has ended: ${[...said.keys()].at(-1)}`);
      await new Promise((resolve) => waiting.push(resolve));
    }
  };
  await logged('ready');
  return {
    name,
    said,
    /** Until this is logged once more. */
    logged,
    /** How many lines have this beginning. */
    count: (start) => [...said].reduce((all, [kind, times]) => all + (kind.startsWith(start) ? times : 0), 0),
    signal: (which) => child.kill(which),
    descriptors: async () => (await readdir(`/proc/${child.pid}/fd`)).length,
    /** Its memory once garbage is collected, and how much of it is there that no file can give back. */
    async weigh() {
      child.send('weigh');
      const [{ heapUsed, external }] = await once(child, 'message');
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      const kilobytes = (what) => Number(new RegExp(`^${what}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1]);
      return { used: heapUsed + external, resident: (kilobytes('RssAnon') + kilobytes('VmSwap')) * 1024 };
    },
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
