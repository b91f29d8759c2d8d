import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { converse, type Profile } from 'hastls/talk';
import type { Identity } from 'hastls/testing';
import type { Application, Said } from './application.ts';
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

/** Opens one port of a server on loopback. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const sockets = new Set<Socket>();
  const secureContext = createSecureContext(options.identity); // costs as much as a handshake: once is enough
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    welcome(socket, { ...options, secureContext });
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

interface Opened extends DoorOptions {
  readonly secureContext: SecureContext;
}

function welcome(socket: Socket, options: Opened): void {
  switch (options.door) {
    case 'no-tls':
      attend(socket, options, { greet: true, secured: false });
      break;
    case 'tls':
      attend(secure(socket, options), options, { greet: true, secured: true });
      break;
    case 'tls-possible':
    case 'tls-first':
      guard(socket, options);
  }
}

function secure(socket: Socket, { secureContext }: Opened): TLSSocket {
  return new TLSSocket(socket, { isServer: true, secureContext }).on('error', () => socket.destroy());
}

/** The application alone, line by line. */
function attend(
  stream: Duplex,
  { application, host }: DoorOptions,
  { greet, secured }: { greet: boolean; secured: boolean },
): void {
  const answer = application.session();
  if (greet) tell(stream, { lines: [application.greeting.replace('{host}', host)] });
  createInterface({ input: stream }).on('line', (command) =>
    tell(stream, answer(command, { secured, upgradable: false })),
  );
}

/** The application behind the profile's guard of the line between plaintext and TLS. */
function guard(socket: Socket, options: Opened): void {
  const { profile, application, door, host } = options;
  const mode = door === 'tls-first' ? 'require' : 'prefer';
  const answer = application.session();
  let machine = converse(profile.server({ host, mode }));

  const listen = (bytes: Uint8Array) => {
    machine.feed(bytes);
    act();
  };
  function act(): void {
    for (const bytes of machine.output.splice(0)) socket.write(bytes);
    const { verdict, leftover } = machine;
    if (verdict === undefined) return;
    if (verdict.kind === 'plaintext') {
      tell(socket, answer(verdict.heard, { secured: false, upgradable: true }));
      machine = converse(profile.server({ host, mode, greeted: true }));
      listen(leftover);
    } else if (verdict.kind === 'start-tls') {
      socket.off('data', listen).pause();
      if (leftover.length > 0) socket.unshift(leftover);
      attend(secure(socket, options), options, { greet: false, secured: true });
    } else socket.end();
  }

  socket.on('data', listen);
  act();
}

function tell(stream: Duplex, { lines, end = false }: Said): void {
  if (lines.length > 0) stream.write(lines.map((line) => `${line}\r\n`).join(''), 'latin1');
  if (end) stream.end();
}
