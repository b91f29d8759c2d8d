import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createTriggerServer, type TriggerServerOptions } from 'hastls/serve';
import { handover, line, type Profile, say } from 'hastls/talk';
import type { Identity } from 'hastls/testing';
import type { Application } from './application.ts';
import type { PlainDoor } from './kinds.ts';

export interface DoorOptions {
  readonly profile: Profile;
  readonly application: Application;
  readonly door: PlainDoor | 'tls';
  readonly identity: Identity;
  /** What the server calls itself. */
  readonly host: string;
}

export interface Door {
  readonly port: number;
  close(): Promise<void>;
}

const MODES: Readonly<Record<DoorOptions['door'], TriggerServerOptions['mode']>> = {
  'no-tls': 'prefer',
  'tls-possible': 'prefer',
  'tls-first': 'require',
  tls: 'implicit',
};

/** Opens one port of a server on loopback. */
export async function openDoor({ profile, application, door, identity, host }: DoorOptions): Promise<Door> {
  const server = createTriggerServer({
    profile: door === 'no-tls' ? withoutUpgrade(application) : profile,
    mode: MODES[door],
    tls: identity,
    host,
    application({ socket, security }) {
      const answer = application.session();
      const upgradable = security === 'plaintext' && door === 'tls-possible';
      return (command) => {
        const { lines, end = false } = answer(command, upgradable);
        if (lines.length > 0) socket.write(lines.map((each) => `${each}\r\n`).join(''), 'latin1');
        if (end) socket.end();
      };
    },
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port, // a TCP server's address is never a path
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A server that never heard of TLS: the upgrade is a command like any other, and the application does not know it. */
const withoutUpgrade = ({ greeting }: Application): Pick<Profile, 'server'> => ({
  *server({ host, greeted }) {
    if (greeted !== true) yield* say(greeting.replace('{host}', host));
    return handover(yield* line());
  },
});
