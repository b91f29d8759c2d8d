import { once } from 'node:events';
import net from 'node:net';
import type { Listen } from './schema.ts';

/** One address that is listened on for as long as the daemon runs, whoever serves its clients meanwhile. */
export interface Front {
  /** From now on these serve new clients; old ones stay with whom they are. */
  serve(server: net.Server): void;
  /** Nobody is let in any more. */
  close(): void;
}

/** @throws what the system says, when the address cannot be had */
export async function openFront(listen: Listen): Promise<Front> {
  let serving: net.Server | undefined;
  const door = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) =>
    serving?.emit('connection', client),
  );
  door.listen(listen);
  await once(door, 'listening');
  return {
    serve(server) {
      serving = server;
    },
    close: () => void door.close(),
  };
}
