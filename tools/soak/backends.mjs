// The servers behind the gateway: they hash whatever they take and give, so that both ends can be compared, and fail in
// the midst of things when their client asks them to.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { chanceOf } from '../../packages/hastls/.test/live/differential/chance.js';
import { anyMessage } from './contents.mjs';
import { talk } from './talk.mjs';

/** Starts them all: their ports, and the sockets that are open. */
export async function startBackends() {
  const sockets = new Set();
  const servers = await Promise.all(
    Object.entries({ mail, post, raw }).map(async ([name, serve]) => {
      const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
        sockets.add(socket);
        socket.on('error', () => {}).once('close', () => sockets.delete(socket));
        serve(socket).catch(() => socket.destroy()); // it was cut off, as happens here
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return [name, server];
    }),
  );
  return {
    sockets,
    ports: Object.fromEntries(servers.map(([name, server]) => [name, server.address().port])),
    stop: () => {
      for (const [, server] of servers) server.close();
      for (const each of sockets) each.destroy();
    },
  };
}

/** Takes messages: one from `slow@` in small bites, one from `drop@` not to its end. */
async function mail(socket) {
  const { say, line, until } = talk(socket);
  say('220 backend ready\r\n');
  let from = '';
  for (;;) {
    const command = await line();
    const word = command.slice(0, 4).toUpperCase();
    if (word === 'EHLO') say('250-backend\r\n250-STARTTLS\r\n250 8BITMIME\r\n');
    else if (word === 'DATA') {
      say('354 go\r\n');
      if (from.includes('drop@')) {
        await sleep(5);
        return socket.resetAndDestroy();
      }
      const hash = createHash('sha256');
      let length = 0;
      await until('\r\n.\r\n', async (piece) => {
        hash.update(piece);
        length += piece.length;
        if (from.includes('slow@')) await sleep(2);
      });
      say(`250 ${length} ${hash.digest('hex')}\r\n`);
    } else if (word === 'QUIT') return socket.end('221 bye\r\n');
    else {
      if (word === 'MAIL') from = command;
      say('250 ok\r\n');
    }
  }
}

/** Gives messages, each by the chance of its number, and says how long they are and what their hash is. */
async function post(socket) {
  const { say, line } = talk(socket);
  say('+OK ready\r\n');
  for (;;) {
    const command = await line();
    const [word, number] = command.split(' ');
    if (word === 'CAPA') say('+OK\r\nUSER\r\n.\r\n');
    else if (word === 'RETR') {
      const text = anyMessage(chanceOf(Number(number)));
      say(`+OK ${text.length} ${createHash('sha256').update(text).digest('hex')}\r\n`);
      socket.write(text);
    } else if (word === 'QUIT') return socket.end('+OK bye\r\n');
    else say('+OK\r\n');
  }
}

/** Sends back what comes, until its client has said all; or resets the connection, if the first octet asks for that. */
async function raw(socket) {
  for await (const piece of socket) {
    if (piece[0] === 0 && socket.bytesRead === piece.length) return socket.resetAndDestroy();
    if (!socket.write(piece)) await once(socket, 'drain');
  }
  socket.end();
}
