import { once } from 'node:events';
import net from 'node:net';
import type { TestContext } from 'node:test';
import { started } from './client.js';

/** A file server without TLS. */
export interface FilesBackend {
  readonly port: number;
  /** What it made of each connection for data: all that came, and whether it came to its end. */
  readonly taken: readonly { readonly octets: Buffer; readonly isWhole: boolean }[];
}

/** Starts one that ends with the test, and whose only file has these octets. */
export async function filesBackend(t: TestContext, file: Buffer): Promise<FilesBackend> {
  const taken: { octets: Buffer; isWhole: boolean }[] = [];
  const server = net.createServer((control) => {
    let data: Promise<net.Socket> | undefined;
    const say = (words: string) => control.write(`${words}\r\n`);

    async function open(): Promise<void> {
      const door = net.createServer({ allowHalfOpen: true });
      const port = await started(t, door);
      data = once(door, 'connection').then(([socket]) => (socket as net.Socket).on('error', () => {})); // as: it is one
      say(`229 Entering Extended Passive Mode (|||${port}|)`);
    }

    async function take(socket: net.Socket): Promise<void> {
      const pieces: Buffer[] = [];
      socket.on('data', (piece) => pieces.push(piece)).once('end', () => socket.end());
      await new Promise((over) => socket.once('close', over));
      taken.push({ octets: Buffer.concat(pieces), isWhole: socket.readableEnded });
    }

    async function obey(command: string): Promise<void> {
      if (command === 'EPSV') return open();
      if (command !== 'RETR file' && command !== 'STOR file') return void say('200 ok');
      const socket = await data;
      say('150 go');
      if (command === 'RETR file') socket?.end(file);
      if (socket !== undefined) await take(socket);
      say('226 done');
    }

    say('220 ready');
    control
      .on('error', () => {})
      .on('data', (said) => {
        for (const each of said.toString('latin1').split('\r\n')) if (each !== '') void obey(each);
      });
  });
  return { port: await started(t, server), taken };
}
