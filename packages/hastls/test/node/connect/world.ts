import { once } from 'node:events';
import net from 'node:net';
import type { TestContext } from 'node:test';
import tls from 'node:tls';
import { converse, type Profile } from 'hastls/talk';
import {
  type Attack,
  type Authority,
  attacked,
  createAuthority,
  createHierarchy,
  type Identity,
  startDnsServer,
} from 'hastls/testing';
import { hold } from '#node/hold.js';

/** What a server got in clear, and how many connections it took. */
export interface Server {
  readonly port: number;
  readonly heard: string[];
  readonly connections: () => number;
}

export const authority: Authority = createAuthority();
const now = () => Math.floor(Date.now() / 1000);

/** A signed zone `example.`, an unsigned one `plain.`, and a way to attack both. */
export async function resolving(t: TestContext, records: string, ...attacks: readonly Attack[]) {
  const hierarchy = createHierarchy({
    at: now(),
    zones: [
      { apex: '.', records: '' },
      { apex: 'example.', records },
      { apex: 'plain.', records: 'mail A 127.0.0.1\n_imap._tcp.mail HASTLS 0 993 1\nmx MX 10 mail.example.', keys: [] },
    ],
  });
  const server = await startDnsServer(attacked(hierarchy.answer, ...attacks));
  t.after(() => server.close());
  return { servers: [server.url], anchors: hierarchy.anchors, timeoutMs: 1500 };
}

/** A line server on loopback: in-band with an identity, in clear without one, from the first octet with `implicit`. */
export async function serving(
  t: TestContext,
  profile: Profile,
  {
    identity,
    implicit = false,
    says,
  }: { readonly identity?: Identity; readonly implicit?: boolean; readonly says?: (line: string) => string } = {},
): Promise<Server> {
  const heard: string[] = [];
  let connections = 0;
  const open = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    connections++;
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    void serve(socket);
  });
  async function serve(socket: net.Socket): Promise<void> {
    if (says !== undefined) return script(socket, says);
    if (implicit && identity !== undefined) return secure(socket, identity);
    const held = await hold(socket, converse(profile.server({ host: 'mail.example', mode: 'require' })), {});
    if (held.kind === 'start-tls' && identity !== undefined) secure(socket, identity);
    else socket.end();
  }
  function script(socket: net.Socket, answer: (line: string) => string): void {
    socket.write(answer(''));
    socket.on('data', (chunk) => {
      heard.push(chunk.toString('latin1'));
      socket.write(answer(chunk.toString('latin1').trimEnd()));
    });
  }
  function secure(socket: net.Socket, own: Identity): void {
    const session = new tls.TLSSocket(socket, { isServer: true, ...own });
    session.on('error', () => undefined).on('data', (chunk) => void session.write(`over TLS: ${chunk}`));
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return { port: (server.address() as net.AddressInfo).port, heard, connections: () => connections };
}
