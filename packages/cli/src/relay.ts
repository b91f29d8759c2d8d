import type { Duplex } from 'node:stream';
import { write } from './terminal.ts';

/**
 * Makes stdin and stdout the two ends of a stream. The end of stdin is passed on, and what the peer still has to say
 * after it is heard; the end of the peer ends all. Gives the error that broke the connection, if one did.
 */
export async function relay(socket: Duplex): Promise<NodeJS.ErrnoException | undefined> {
  process.stdin.pipe(socket);
  try {
    for await (const chunk of socket) await write(chunk);
    return undefined;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  } finally {
    process.stdin.destroy();
    socket.destroy();
  }
}
