import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';

/**
 * A port on which nobody listens, for a daemon that has to be told one. It lies below those that the system hands out by
 * itself, so that no other test's connection comes to have it first.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = net.createServer().listen(randomInt(24_000, 32_000), '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    const { port } = server.address() as net.AddressInfo; // it listens on TCP
    await once(server.close(), 'close');
    return port;
  }
}
