import net from 'node:net';
import type { TestContext } from 'node:test';
import { started } from './client.js';

/** A mail server without TLS, or with one of its own that nobody should hear of. */
export interface Backend {
  readonly port: number;
  /** All commands it was given, one list a connection. */
  readonly sessions: readonly (readonly string[])[];
  /** Messages it took, as they came: dots and all. */
  readonly messages: readonly Buffer[];
}

/** Starts one that ends with the test. */
export async function mailBackend(
  t: TestContext,
  greeting = '220 backend ready',
  extensions: readonly string[] = [],
): Promise<Backend> {
  const sessions: string[][] = [];
  const messages: Buffer[] = [];
  const server = net.createServer((socket) => {
    const commands: string[] = [];
    sessions.push(commands);
    let waiting: Buffer[] = [];
    let chunk: number | undefined;
    let isMessage = false;
    const say = (...lines: readonly string[]) => socket.write(lines.map((each) => `${each}\r\n`).join(''));

    /** Takes what is whole; gives what is left. */
    function take(held: Buffer): Buffer {
      if (isMessage) {
        const end = held.subarray(0, 3).equals(DOT) ? 3 : held.indexOf(END) + END.length;
        if (end < END.length && !held.subarray(0, 3).equals(DOT)) return held;
        isMessage = false;
        messages.push(held.subarray(0, end));
        say('250 queued');
        return take(held.subarray(end));
      }
      if (chunk !== undefined) {
        if (held.length < chunk) return held;
        messages.push(held.subarray(0, chunk));
        const rest = held.subarray(chunk);
        chunk = undefined;
        say('250 chunk');
        return take(rest);
      }
      const end = held.indexOf('\r\n');
      if (end < 0) return held;
      obey(held.subarray(0, end).toString('latin1'));
      return take(held.subarray(end + 2));
    }

    function obey(command: string): void {
      commands.push(command);
      const [word = '', size] = command.toUpperCase().split(' ');
      if (word === 'EHLO')
        say(
          '250-backend',
          '250-STARTTLS',
          ...extensions.map((each) => `250-${each}`),
          '250-AUTH PLAIN',
          '250 CHUNKING',
        );
      else if (word === 'XCLIENT') say(greeting);
      else if (word === 'DATA') isMessage = say('354 go') || true;
      else if (word === 'BDAT') chunk = Number(size);
      else if (word === 'QUIT') socket.end('221 bye\r\n');
      else say('250 ok');
    }

    socket.on('error', () => {});
    socket.on('data', (piece) => {
      waiting.push(piece);
      // a message is looked at when there may be an end in it: many pieces make one
      if (isMessage && !piece.includes('.')) return;
      waiting = [take(Buffer.concat(waiting))];
    });
    say(greeting);
  });
  return { port: await started(t, server), sessions, messages };
}

const END = '\r\n.\r\n';
const DOT = Buffer.from('.\r\n');
