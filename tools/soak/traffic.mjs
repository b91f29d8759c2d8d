// What clients do: visits that have to go well, each octet hashed at both ends, and others that are meant to go wrong.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { message } from './messages.mjs';
import { talk } from './talk.mjs';

const HOST = '127.0.0.1';
const NAME = 'mx.soak.test';
const sizes = [200, 5_000, 60_000, 400_000];
const anySize = () => sizes[Math.floor(Math.random() * sizes.length)];
const sha256 = (octets) => createHash('sha256').update(octets).digest('hex');

/** Visits by what they are called. Each gives how many octets it compared. */
export function visits({ doors, ca }) {
  const trust = { ca, servername: NAME };

  async function plain(port) {
    const socket = net.connect({ port, host: HOST, noDelay: true });
    await once(socket, 'connect');
    socket.on('error', () => {});
    return socket;
  }

  async function overTls(socket) {
    const peer = tls.connect({ socket, ...trust, allowHalfOpen: true });
    await once(peer, 'secureConnect');
    return peer.on('error', () => {});
  }

  /** Upgrades; whatever was read before is done with. */
  async function upgraded(port, ask, greeting, goAhead) {
    const socket = await plain(port);
    await read(socket, greeting);
    socket.write(`${ask}\r\n`);
    await read(socket, goAhead);
    return overTls(socket);
  }

  async function read(socket, start) {
    for (let said = ''; ; ) {
      const piece = socket.read();
      if (piece === null) await Promise.race([once(socket, 'readable'), closed(socket).then(brokeOff)]);
      else said += piece.toString('latin1');
      if (!said.endsWith('\r\n')) continue;
      assert.ok(said.startsWith(start), said);
      return;
    }
  }

  async function handIn(socket, from) {
    const { say, reply, drained } = talk(socket);
    const text = message(anySize());
    say('EHLO soak.test\r\n');
    await reply('250');
    say(`MAIL FROM:<${from}@soak.test>\r\nRCPT TO:<b@soak.test>\r\nDATA\r\n`);
    await reply('250');
    await reply('250');
    await reply('354');
    for (let at = 0; at < text.length; at += 50_000) {
      say(text.slice(at, at + 50_000));
      await drained();
    }
    const [, length, hash] = (await reply('250')).split(' ');
    compare(text.length, sha256(text), Number(length), hash);
    say('QUIT\r\n');
    await reply('221');
    socket.end();
    return text.length;
  }

  async function fetch(socket, isGreeted) {
    const { say, line, until } = talk(socket);
    if (!isGreeted) assert.match(await line(), /^\+OK/);
    say(`RETR ${anySize()}\r\n`);
    const [, sent, hash] = (await line()).split(' ');
    const heard = createHash('sha256');
    let length = 0;
    await until('\r\n.\r\n', (piece) => {
      heard.update(piece);
      length += piece.length;
    });
    compare(Number(sent), hash, length, heard.digest('hex'));
    say('QUIT\r\n');
    await line();
    socket.end();
    return length;
  }

  async function echo(socket) {
    const sent = randomBytes(anySize());
    sent[0] = 1;
    socket.end(sent);
    const heard = createHash('sha256');
    let length = 0;
    for await (const piece of socket) {
      heard.update(piece);
      length += piece.length;
    }
    compare(sent.length, sha256(sent), length, heard.digest('hex'));
    return 2 * sent.length;
  }

  const inBand = () => upgraded(doors.require, 'STARTTLS', '220 ', '220 ');
  const implicit = async () => overTls(await plain(doors.implicit));
  const gone = async (socket) => {
    socket.resume().end();
    await closed(socket);
    return 0;
  };

  return {
    good: {
      'mail, in-band, TLS required': async () => handIn(await inBand(), 'a'),
      'mail, in-band, to a slow backend': async () => handIn(await inBand(), 'slow'),
      'mail, in-band, TLS preferred': async () => handIn(await upgraded(doors.prefer, 'STARTTLS', '220 ', '220 '), 'a'),
      'mail, in clear, TLS preferred': async () => {
        const socket = await plain(doors.prefer);
        await read(socket, '220 ');
        return handIn(socket, 'a');
      },
      'mail, through the tunnel': async () => {
        const socket = await plain(doors.tunnel);
        await read(socket, '220 ');
        return handIn(socket, 'a');
      },
      'post, in-band': async () => fetch(await upgraded(doors.secrets, 'STLS', '+OK', '+OK'), true),
      'post, in clear': async () => fetch(await plain(doors.secrets), false),
      'post, implicit': async () => fetch(await overTls(await plain(doors.posts)), false),
      'octets, implicit, one side ends first': async () => echo(await implicit()),
    },
    bad: {
      'the client vanishes': async () => {
        const socket = await implicit();
        socket.write(Buffer.alloc(100_000, 1));
        await once(socket, 'readable');
        socket.destroy();
        return 0;
      },
      'the client vanishes in the handshake': async () => {
        const socket = await plain(doors.implicit);
        socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1]), () => socket.resetAndDestroy());
        await closed(socket);
        return 0;
      },
      'no TLS where TLS has to be': async () => {
        const socket = await plain(doors.implicit);
        socket.write('GET / HTTP/1.0\r\n\r\n');
        return gone(socket);
      },
      'commands injected behind the upgrade': async () => {
        const socket = await plain(doors.require);
        socket.write('STARTTLS\r\nMAIL FROM:<injected@soak.test>\r\n');
        return gone(socket);
      },
      'the backend is killed, in a message': async () => {
        const socket = await inBand();
        await assert.rejects(handIn(socket, 'drop'));
        socket.destroy();
        return 0;
      },
      'the backend is killed, in the midst of octets': async () => {
        const socket = await implicit();
        socket.write(Buffer.alloc(200_000));
        socket.resume();
        await closed(socket);
        return 0;
      },
      'the backend refuses': async () => {
        const socket = await plain(doors.refused);
        await read(socket, '421 ');
        return gone(socket);
      },
    },
  };
}

/** Until a connection is over, however that comes: a reset is an end. */
const closed = (socket) => new Promise((resolve) => (socket.closed ? resolve() : socket.once('close', resolve)));

const brokeOff = () => {
  throw new Error('it broke off');
};

/** What arrived has to be what was sent. */
function compare(sent, hash, arrived, hashThere) {
  assert.equal(arrived, sent, `of ${sent} octets ${arrived} arrived`);
  assert.equal(hashThere, hash, `${sent} octets arrived, but not those that were sent`);
}
