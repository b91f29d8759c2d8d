import { once } from 'node:events';
import net from 'node:net';
import type { TestContext } from 'node:test';
import tls from 'node:tls';
import { type Authority, createAuthority } from 'hastls/testing';

/** For tests of who is not let in: whoever waits for what never comes has failed. */
export const DEADLINE = { timeout: 10_000 };

/** Signs for the servers of these tests. */
export const authority: Authority = createAuthority();
export const identity = authority.issue(['server.example']);
export const trust = { ca: authority.certificate, servername: 'server.example', host: 'server.example' };

/** Starts a server that ends with the test, and gives its port. */
export async function started(t: TestContext, server: net.Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as net.AddressInfo).port; // it listens on TCP
}

/** A client that says what it is told to, with no idea of what is wise. */
export interface Client {
  readonly socket: net.Socket;
  say(...pieces: readonly (string | Uint8Array)[]): void;
  /** All that was heard since, as soon as it ends with this. Fails when the connection ends before. */
  hear(ending: string): Promise<string>;
  /** All that was heard until the connection ended. */
  rest(): Promise<string>;
}

/** Connects one, from an address of this machine. */
export async function client(t: TestContext, port: number, localAddress = '127.0.0.1'): Promise<Client> {
  const socket = net.connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
  await once(socket, 'connect');
  return over(t, socket);
}

/** Begins TLS on a client's connection, as one that verifies. */
export async function secured(t: TestContext, { socket }: Client): Promise<Client> {
  const peer = tls.connect({ socket, ...trust });
  t.after(() => peer.destroy());
  await once(peer, 'secureConnect');
  return over(t, peer);
}

/** Speaks over a connection. */
export function over(t: TestContext, socket: net.Socket): Client {
  t.after(() => void setImmediate(() => socket.destroy())); // the socket beneath TLS goes last: else Node 20 crashes
  socket.on('error', () => {}); // a reset is an end
  return {
    socket,
    say(...pieces) {
      for (const piece of pieces) socket.write(piece);
    },
    async hear(ending) {
      let heard = '';
      while (!heard.endsWith(ending)) {
        const chunk: Buffer | null = socket.read();
        if (chunk !== null) heard += chunk.toString('latin1');
        else if (socket.readableEnded || socket.destroyed) throw new Error(`the end, after: ${heard}`);
        else await change(socket);
      }
      return heard;
    },
    async rest() {
      let heard = '';
      while (!socket.readableEnded && !socket.destroyed) {
        const chunk: Buffer | null = socket.read();
        if (chunk !== null) heard += chunk.toString('latin1');
        else await change(socket);
      }
      return heard;
    },
  };
}

/** Until something can be read, or never again. */
const change = (socket: net.Socket): Promise<void> =>
  new Promise((resolve) => {
    const changed = () => {
      for (const event of EVENTS) socket.off(event, changed);
      resolve();
    };
    for (const event of EVENTS) socket.on(event, changed);
  });
const EVENTS = ['readable', 'end', 'close'] as const;
