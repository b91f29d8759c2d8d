import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { concatBytes, latin1, text } from '../../core/bytes/index.ts';
import type { Identity } from './certificate.ts';
import { edit, type WireEdit } from './edits.ts';

/** What an attacker in the middle can do with one connection. */
export interface Grip {
  /** Says a line to the client, in the server's name. */
  toClient(line: string): void;
  /** Says a line to the server, in the client's name. */
  toServer(line: string): void;
  /** Ends the connection on both sides at once. */
  cut(): void;
  /** Takes the server's place for good, over TLS with a certificate of one's own. */
  impersonate(identity: Identity): void;
}

/** What an attacker makes of each line that is said before TLS. A line that is not passed on is lost. */
export interface Ears {
  fromClient(line: string): void;
  fromServer(line: string): void;
}

/** Called for each connection; what it does not listen to is passed on as it is. */
export type Interference = (grip: Grip) => Partial<Ears>;

/** Between which ends a wire runs, and who sits on it. */
export interface WireOptions {
  /** The port on 127.0.0.1 that this wire leads to. */
  readonly to: number;
  /** The port on 127.0.0.1 that it begins at. Default 0: any free one. */
  readonly port?: number;
  /** Default: nobody interferes. */
  readonly interference?: Interference;
  /** What is done to the dialogue instead, in protocols of any kind: a script of edits. */
  readonly edits?: readonly WireEdit[];
}

/** A stretch of network with a tap on it, and possibly with somebody who does more than listen. */
export interface Wire {
  readonly port: number;
  /** What clients sent since the last `forget()`, as it stood on the wire or in the attacker's hands: the first MiB of it. */
  heard(): Uint8Array;
  forget(): void;
  close(): Promise<void>;
}

/** Lays a wire to a port on loopback. */
export async function startWire({ to, port = 0, interference, edits }: WireOptions): Promise<Wire> {
  const sockets = new Set<Socket>();
  let heard: Uint8Array[] = [];
  let room = TAPE;
  const tap = (bytes: Uint8Array) => {
    heard.push(bytes.slice(0, room));
    room = Math.max(0, room - bytes.length);
  };
  // half-open, as networks are: who has said all may still listen
  const entrance = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect({ port: to, host: LOOPBACK, allowHalfOpen: true });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('end', () => other.end());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroySoon();
      });
    }
    client.on('data', tap);
    if (edits !== undefined) edit(client, server, edits);
    else if (interference === undefined) client.pipe(server).pipe(client);
    else meddle(client, server, interference, tap);
  });
  entrance.listen(port, LOOPBACK);
  await once(entrance, 'listening');
  return {
    port: (entrance.address() as AddressInfo).port, // a TCP server's address is never a path
    heard: () => concatBytes(...heard),
    forget() {
      heard = [];
      room = TAPE;
    },
    close: () =>
      new Promise((done) => {
        entrance.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const LOOPBACK = '127.0.0.1';
const TAPE = 1 << 20;
const HANDSHAKE = 0x16; // the first octet of a ClientHello, and of no line

function meddle(client: Socket, server: Socket, interference: Interference, tap: (bytes: Uint8Array) => void): void {
  const state: { stage: 'lines' | 'octets' | 'impersonated' } = { stage: 'lines' };
  const grip: Grip = {
    toClient: (line) => void client.write(latin1(`${line}\r\n`)),
    toServer: (line) => void server.write(latin1(`${line}\r\n`)),
    cut() {
      client.destroy();
      server.destroy();
    },
    impersonate(identity) {
      state.stage = 'impersonated';
      client.removeAllListeners('data').pause();
      const secured = new TLSSocket(client, { isServer: true, ...identity });
      secured.on('data', tap).on('error', () => client.destroy());
    },
  };
  const ears: Ears = { fromClient: grip.toServer, fromServer: grip.toClient, ...interference(grip) };
  if (state.stage === 'impersonated') return;

  const fromClient = lineSplitter(ears.fromClient);
  const fromServer = lineSplitter(ears.fromServer);
  client.on('data', (bytes) => {
    if (state.stage === 'lines' && bytes[0] === HANDSHAKE) state.stage = 'octets';
    if (state.stage === 'octets') server.write(bytes);
    else if (state.stage === 'lines') fromClient(bytes);
  });
  server.on('data', (bytes) => {
    if (state.stage === 'octets') client.write(bytes);
    else if (state.stage === 'lines') fromServer(bytes);
  });
}

/** Gives each whole line, without its end. */
function lineSplitter(take: (line: string) => void): (bytes: Uint8Array) => void {
  let held = '';
  return (bytes) => {
    const lines = (held + text(bytes)).split('\n');
    held = lines.pop() ?? '';
    for (const line of lines) take(line.replace(/\r$/, ''));
  };
}
