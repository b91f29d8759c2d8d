// What clients do: visits that have to go well, each octet hashed at both ends, and others that are meant to go wrong.
// Chance says what they carry.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { anyMessage, anyOctets } from './contents.mjs';
import { talk } from './talk.mjs';

const sha256 = (octets) => createHash('sha256').update(octets).digest('hex');

/** Visits by what they are called. Each takes a chance, and gives how many octets it compared. */
export function visits({ doors, ca }) {
  async function plain(port) {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    socket.on('error', () => {});
    return socket;
  }

  async function overTls(socket) {
    const peer = tls.connect({ socket, ca, servername: 'mx.soak.test', allowHalfOpen: true });
    await once(peer, 'secureConnect');
    return peer.on('error', () => {});
  }

  /** The socket, once a line with this beginning was said; nothing may follow yet. */
  async function heard(socket, start) {
    for (let said = ''; ; ) {
      const piece = socket.read();
      if (piece === null) await Promise.race([once(socket, 'readable'), closed(socket).then(brokeOff)]);
      else said += piece.toString('latin1');
      if (!said.endsWith('\r\n')) continue;
      assert.ok(said.startsWith(start), said);
      return socket;
    }
  }

  async function upgraded(port, greeting, ask) {
    const socket = await heard(await plain(port), greeting);
    socket.write(ask);
    return overTls(await heard(socket, greeting));
  }

  async function handIn(socket, from, chance) {
    const { say, reply, drained } = talk(socket);
    const text = anyMessage(chance);
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

  async function fetch(socket, chance) {
    const { say, line, until } = talk(socket);
    say(`RETR ${chance.below(2 ** 32)}\r\n`);
    const [, sent, hash] = (await line()).split(' ');
    const hashed = createHash('sha256');
    let length = 0;
    await until('\r\n.\r\n', (piece) => {
      hashed.update(piece);
      length += piece.length;
    });
    compare(Number(sent), hash, length, hashed.digest('hex'));
    say('QUIT\r\n');
    await line();
    socket.end();
    return length;
  }

  async function echo(socket, chance) {
    const sent = anyOctets(chance);
    sent[0] = 1;
    socket.end(sent);
    const hashed = createHash('sha256');
    let length = 0;
    for await (const piece of socket) {
      hashed.update(piece);
      length += piece.length;
    }
    compare(sent.length, sha256(sent), length, hashed.digest('hex'));
    return 2 * sent.length;
  }

  const inBand = (port) => upgraded(port, '220 ', 'STARTTLS\r\n');
  const implicit = async (port) => overTls(await plain(port));
  const gone = async (socket) => {
    socket.resume().end();
    await closed(socket);
    return 0;
  };

  return {
    good: {
      'mail, in-band, TLS required': async (chance) => handIn(await inBand(doors.require), 'a', chance),
      'mail, in-band, to a slow backend': async (chance) => handIn(await inBand(doors.require), 'slow', chance),
      'mail, in-band, TLS preferred': async (chance) => handIn(await inBand(doors.prefer), 'a', chance),
      'mail, in clear, TLS preferred': async (chance) =>
        handIn(await heard(await plain(doors.prefer), '220 '), 'a', chance),
      'mail, in-band, through the tunnel': async (chance) =>
        handIn(await heard(await plain(doors.mailTunnel), '220 '), 'a', chance),
      'post, in-band': async (chance) => fetch(await upgraded(doors.secrets, '+OK', 'STLS\r\n'), chance),
      'post, in clear': async (chance) => fetch(await heard(await plain(doors.secrets), '+OK'), chance),
      'post, implicit': async (chance) => fetch(await heard(await implicit(doors.posts), '+OK'), chance),
      'post, implicit, through the tunnel': async (chance) =>
        fetch(await heard(await plain(doors.postTunnel), '+OK'), chance),
      'octets, implicit, one side ends first': async (chance) => echo(await implicit(doors.implicit), chance),
    },
    bad: {
      'the client vanishes': async () => {
        const socket = await implicit(doors.implicit);
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
      'the backend is killed, in a message': async (chance) => {
        const socket = await inBand(doors.require);
        await assert.rejects(handIn(socket, 'drop', chance));
        socket.destroy();
        return 0;
      },
      'the backend is killed, in the midst of octets': async () => {
        const socket = await implicit(doors.implicit);
        socket.write(Buffer.alloc(200_000));
        socket.resume();
        await closed(socket);
        return 0;
      },
      'the backend refuses': async () => gone(await heard(await plain(doors.refused), '421 ')),
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
