import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What is left of a command when it has ended. */
export interface Run {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `hastls` as a shell does. Its input stays open: where the server takes leave, the command must end by itself. */
export function hastls(args: readonly string[], input = ''): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [BIN, ...args], { timeout: 30_000 }, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
    child.stdin?.on('error', () => {}); // it has refused, and reads no more
    child.stdin?.write(input);
  });
}

const BIN = fileURLToPath(new URL('../../../cli/dist/bin.js', import.meta.url));
