import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { does } from '../command.ts';
import { type Common, toInteger } from '../common-options.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { UsageError } from '../failure.ts';
import { guide, inventory, type LabFiles } from '../lab/guide.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { say } from '../terminal.ts';

interface Own {
  readonly basePort?: number;
}

export function declare(command: Command): void {
  command.option('--base-port <port>', 'use the ports from this one on (default: free ones)', toInteger(1024, 65_000));
  does<Own>(command, EXAMPLES, run);
}

const EXAMPLES = [
  ['hastls lab', 'start it, and read how to use it; Ctrl-C stops it'],
  ['hastls lab --json --base-port 20000', 'for a script: always on the same ports'],
] as const;

async function run({ basePort, json }: Own & Common): Promise<ExitStatus> {
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const directory = await mkdtemp(join(tmpdir(), 'hastls-lab-')).catch(explainFolder);
  try {
    const lab = await startLab(basePort === undefined ? {} : { basePort }).catch(explainPorts);
    try {
      const files = await writeFiles(lab, directory).catch(explainFolder);
      await say(json === true ? JSON.stringify(inventory(lab, files)) : guide(lab, files));
      await stopped;
    } finally {
      await lab.close();
    }
  } finally {
    await rm(directory, { recursive: true });
  }
  return EXIT.done;
}

function explainFolder({ message }: Error): never {
  throw new UsageError(`its files cannot be written: ${message}`, ['TMPDIR says where they go']);
}

function explainPorts(error: NodeJS.ErrnoException & { readonly port?: number }): never {
  if (error.code !== 'EADDRINUSE') throw error;
  throw new UsageError(`port ${error.port} is taken: choose another --base-port, or none`);
}

async function writeFiles(lab: Lab, directory: string): Promise<LabFiles> {
  const files = { anchors: join(directory, 'anchors'), authority: join(directory, 'ca.pem') };
  await writeFile(files.anchors, lab.anchors.map((line) => `${line}\n`).join(''));
  await writeFile(files.authority, lab.authority);
  return files;
}
