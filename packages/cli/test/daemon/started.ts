import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { createAuthority } from 'hastls/testing';
import { freePort } from '../free-port.ts';
import { type Log, readLog } from './log.ts';

const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));
const authority = createAuthority();

/** `hastls gateway` at work, with the log that it writes. */
export interface Started extends Log {
  readonly child: ChildProcess;
  readonly directory: string;
  readonly port: number;
  readonly adminPort: number;
  /** Writes the configuration, with more of it before the gateway. */
  configure(head: string): void;
  /** Writes a certificate for this name, and its key. */
  certify(name: string, directory?: string): void;
  /** Asks the admin socket. */
  asked(path: string): Promise<{ readonly status: number; readonly text: string }>;
}

interface How {
  /** More of its gateway. */
  readonly own?: string;
  /** What it is a child of. */
  readonly before?: readonly string[];
  /** What is to happen before it starts. */
  readonly beforeIt?: (ports: Pick<Started, 'port' | 'adminPort'>) => Promise<void>;
}

/** Starts a gateway of implicit TLS in front of one that says hello, and then what it is told. */
export async function startGateway(
  t: TestContext,
  head: string,
  { own = '', before = [], beforeIt }: How = {},
): Promise<Started> {
  const backend = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {}).write('hello');
    socket.pipe(socket);
  });
  backend.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
  await once(backend, 'listening');
  const { port: behind } = backend.address() as net.AddressInfo; // it listens on TCP
  const [port, adminPort] = [await freePort(), await freePort()];
  const directory = mkdtempSync(join(tmpdir(), 'hastls-started-'));
  const configure = (more: string) =>
    writeFileSync(
      join(directory, 'gateway.toml'),
      `${more}\n[admin]\nlisten = "127.0.0.1:${adminPort}"\n[[gateway]]\nlisten = "127.0.0.1:${port}"\nmode = "implicit"\nbackend = "127.0.0.1:${behind}"\ncertificates = [{ cert = "live/chain.pem", key = "live/key.pem" }]\n${own}\n`,
    );
  const certify = (name: string, into = join(directory, 'live')) => {
    const { cert, key } = authority.issue([name]);
    writeFileSync(join(into, 'chain.pem'), cert);
    writeFileSync(join(into, 'key.pem'), key);
  };
  mkdirSync(join(directory, 'live'));
  certify('first.example');
  configure(head);
  await beforeIt?.({ port, adminPort });
  const [program = process.execPath, ...words] = [...before, process.execPath];
  const child = spawn(program, [...words, BIN, 'gateway', '-c', join(directory, 'gateway.toml')], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL'); // its workers end with it
      await once(child, 'exit');
    }
    backend.close();
    rmSync(directory, { recursive: true });
  });
  return {
    child,
    directory,
    port,
    adminPort,
    ...readLog(child),
    configure,
    certify,
    async asked(path) {
      const response = await fetch(`http://127.0.0.1:${adminPort}${path}`);
      return { status: response.status, text: await response.text() };
    },
  };
}

/** A client that was greeted. */
export async function greeted(
  t: TestContext,
  port: number,
  options: tls.ConnectionOptions & { readonly localAddress?: string } = {},
): Promise<tls.TLSSocket> {
  const trust = { ca: authority.certificate, checkServerIdentity: () => undefined };
  const socket = tls.connect({ port, host: '127.0.0.1', ...trust, ...options });
  t.after(() => socket.destroy());
  const [heard] = await once(socket, 'data');
  assert.equal(String(heard), 'hello');
  return socket.on('error', () => {});
}

/** Says something, and hears it again. */
export async function echoes(socket: tls.TLSSocket, words: string): Promise<void> {
  socket.write(words);
  let heard = '';
  while (heard.length < words.length) heard += String((await once(socket, 'data'))[0]);
  assert.equal(heard, words);
}
