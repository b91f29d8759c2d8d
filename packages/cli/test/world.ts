import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../dist/bin.js', import.meta.url));

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

/** A directory in which `hastls` can be run, with the files of a script. */
export interface World {
  run(command: string, stdin?: string): Promise<Ran>;
  end(): Promise<void>;
}

/** @param env what the commands find in their environment beside PATH */
export async function startWorld(files: ReadonlyMap<string, string>, env: NodeJS.ProcessEnv = {}): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'hastls-cli-'));
  const bin = await mkdtemp(join(tmpdir(), 'hastls-bin-'));
  await writeFile(join(bin, 'hastls'), `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`, { mode: 0o755 });
  for (const [name, text] of files) await writeFile(join(directory, name), text);
  const { PATH = '' } = process.env;
  return {
    run: (command, stdin = '') => run(command, stdin, directory, { PATH: `${bin}${delimiter}${PATH}`, ...env }),
    async end() {
      for (const each of [directory, bin]) await rm(each, { recursive: true });
    },
  };
}

function run(command: string, stdin: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', command], { cwd, env, timeout: 20_000 });
    const heard = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        heard[stream] += text;
      });
    child.on('error', reject);
    child.on('close', (status) => resolve({ ...heard, status }));
    child.stdin.on('error', () => {}); // it may end without reading all of it
    child.stdin.end(stdin);
  });
}
