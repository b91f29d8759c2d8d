import type net from 'node:net';

/** Until a client says something, or has left. */
export const stirs = (socket: net.Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed || socket.readableLength > 0) resolve();
    else socket.once('readable', resolve).once('close', resolve);
  });
