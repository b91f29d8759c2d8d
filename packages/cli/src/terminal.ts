import { once } from 'node:events';

/** Whoever reads us may have seen enough (`hastls … | head -1`): that is no fault, and ends the work. */
export function endQuietlyWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

let drained: Promise<void> | undefined;

/** Writes to stdout, and waits when its reader is slower than we are. */
export async function write(what: string | Uint8Array): Promise<void> {
  if (process.stdout.write(what)) return;
  drained ??= once(process.stdout, 'drain').then(() => {
    drained = undefined; // one listener, however many wait
  });
  await drained;
}

/** Writes a line to stdout. */
export const say = (line: string): Promise<void> => write(`${line}\n`);
