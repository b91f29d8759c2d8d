import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { type ConnectOptions, connect, HastlsError } from 'hastls';
import type { LiveService } from './peers/mail-and-news.ts';
import { OFFER } from './promises.ts';

/**
 * How it ends when we connect: `in-band @2525`, `plaintext @2525 after not-offered`, or the code of an error.
 * Where there is a connection, the server has said on it that it sees it the same way.
 */
export async function meet(url: string, options: ConnectOptions, service: LiveService): Promise<string> {
  const connection = await connect(url, options).catch(codeOf);
  if (typeof connection === 'string') return connection;
  const { how, security, socket, tried } = connection;
  const said = await answer(socket, service, how !== 'in-band');
  if (security === 'tls') assert.doesNotMatch(said, OFFER, 'the server still offers TLS: it believes to be in clear');
  const failures = tried.slice(0, -1).map(({ outcome }) => outcome);
  return [`${how} @${tried.at(-1)?.port}`, ...failures].join(' after ');
}

function codeOf(error: unknown): string {
  if (error instanceof HastlsError) return error.code;
  throw error;
}

/** What the server answers to the question that needs no login. */
async function answer(socket: Socket, { ask, answered }: LiveService, greets: boolean): Promise<string> {
  let heard = '';
  let asked = !greets;
  if (asked) socket.write(`${ask}\r\n`);
  for await (const text of socket.setEncoding('latin1')) {
    heard += text;
    if (asked && answered.test(heard)) return heard;
    if (asked || !heard.includes('\n')) continue;
    asked = true;
    heard = '';
    socket.write(`${ask}\r\n`);
  }
  throw new Error(`the server ends after "${heard}"`);
}
