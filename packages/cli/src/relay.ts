import type { Duplex } from 'node:stream';
import { finished } from 'node:stream/promises';
import { write } from './terminal.ts';

/** A stdin that has said nothing for so long has nothing that is waiting to be sent. */
const PAUSE_MS = 1000;

/**
 * Makes stdin and stdout the two ends of a stream, each direction of which ends by itself: the end of stdin is passed
 * on, and what the peer still has to say after it is heard; a peer that has said all may still listen, so that stdin is
 * sent up to its end, or to the first pause in it, as a terminal has no end. Gives the error that broke the connection,
 * if one did.
 */
export async function relay(socket: Duplex): Promise<NodeJS.ErrnoException | undefined> {
  socket.allowHalfOpen = true;
  process.stdin.pipe(socket);
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) await write(chunk);
    await sendTheRest(socket);
    return undefined;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  } finally {
    process.stdin.destroy();
    socket.destroy();
  }
}

/** @throws what broke the connection before all was sent */
async function sendTheRest(socket: Duplex): Promise<void> {
  const pause = setTimeout(() => {
    if (socket.writableLength > 0) pause.refresh();
    else socket.end();
  }, PAUSE_MS);
  const busy = () => pause.refresh();
  process.stdin.on('data', busy);
  try {
    await finished(socket, { readable: false });
  } finally {
    process.stdin.removeListener('data', busy);
    clearTimeout(pause);
  }
}
