import type net from 'node:net';
import { latin1, text } from '../core/bytes/index.ts';
import type { Framer } from '../core/talk/index.ts';

/** Some replies carry whole messages; this much of one is kept. */
const MAX_REPLY = 1 << 20;

/** Says one line, if there is one, and gives the whole of the next reply, or `undefined` when it does not come. */
export async function exchange(
  socket: net.Socket,
  line: string | undefined,
  framer: Framer,
  timeoutMs = 30_000,
): Promise<string | undefined> {
  if (line !== undefined) socket.write(latin1(`${line}\r\n`));
  const reply = await frame(socket, framer, timeoutMs);
  return reply && text(reply);
}

/** One whole frame, or `undefined` when it does not come. What follows it stays in the socket. */
async function frame(socket: net.Socket, framer: Framer, timeoutMs: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    let held = Buffer.alloc(0);
    const finish = (result: Uint8Array | undefined): void => {
      clearTimeout(timer);
      socket.off('readable', read).off('end', lost).off('close', lost).off('error', lost);
      resolve(result);
    };
    const lost = () => finish(undefined);
    const timer = setTimeout(lost, timeoutMs);
    function read(): void {
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
        held = Buffer.concat([held, chunk]);
        const length = framer(held);
        if (length < 0 || held.length > MAX_REPLY) lost();
        else if (length === 0 || length > held.length) continue;
        else {
          if (held.length > length) socket.unshift(held.subarray(length));
          finish(held.subarray(0, length));
        }
        return;
      }
    }
    socket.on('readable', read).on('end', lost).on('close', lost).on('error', lost);
    if (socket.destroyed || socket.readableEnded) lost();
    else read();
  });
}
