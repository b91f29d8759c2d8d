import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { ldap, smtp } from 'hastls/profiles';
import { client, secured, started, trust } from './client.js';
import { at, inBand, running } from './running.js';

// Whatever breaks, nothing is left of the connection on either side, and its line in the log says what broke.

/** A backend, and the connections that it has. */
async function backend(t: TestContext, serve: (socket: net.Socket) => void) {
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket)); // a reset is an end
    serve(socket);
  });
  t.after(() => {
    for (const each of sockets) each.destroy();
  });
  return { port: await started(t, server), sockets };
}

async function implicit(t: TestContext, port: number): Promise<tls.TLSSocket> {
  const socket = tls.connect({ ...trust, ...at(port) });
  t.after(() => socket.destroy());
  socket.on('error', () => {}); // it is cut off
  await once(socket, 'secureConnect');
  return socket;
}

const closed = async (socket: net.Socket) => {
  if (!socket.closed) await new Promise((gone) => socket.once('close', gone)); // however it ends
};
const gone = async (sockets: ReadonlySet<net.Socket>) => {
  for (const each of sockets) await closed(each);
};
const GREETING = '220 ready\r\n';
const UNBIND = '0\x05\x02\x01\x01B\x00'; // of LDAP
const MEGABYTES = Buffer.alloc(8 * 1024 * 1024, 7);

/** What the end of a connection looks like to the other side: all was said, or it was cut. */
const endOf = (socket: net.Socket): Promise<'whole' | 'cut'> =>
  new Promise((resolve) => {
    socket.resume().once('end', () => resolve('whole'));
    socket.once('close', (isBroken) => resolve(isBroken ? 'cut' : 'whole'));
  });

const ENDS = ['whole', 'cut'] as const;
const backendEnds = (socket: net.Socket, how: (typeof ENDS)[number]) =>
  how === 'cut' ? socket.resetAndDestroy() : socket.end();

for (const how of ENDS)
  for (const [what, options] of [
    ['without a protocol', { profile: undefined }],
    ['of mail', { profile: smtp }],
  ] as const)
    for (const mode of ['implicit', 'prefer'] as const)
      if (mode === 'implicit' || options.profile !== undefined)
        test(`what a backend ${what} has sent and ended is ${how} for its client too, ${mode === 'implicit' ? 'over TLS' : 'in clear'}`, async (t) => {
          const { port: behind } = await backend(t, (socket) => {
            socket.write(GREETING);
            socket.once('data', () => {
              socket.write('250 half of\r\n');
              socket.once('data', () => backendEnds(socket, how));
            });
          });
          const { port, ending } = await running(t, { backend: at(behind), mode, ...options });
          const ended = ending();
          const socket = mode === 'implicit' ? await implicit(t, port) : (await client(t, port)).socket;
          await once(socket, 'data');
          socket.write('NOOP\r\n');
          await once(socket, 'data');
          socket.write('NOOP\r\n');
          assert.equal(await endOf(socket), how);
          socket.destroy();
          assert.equal((await ended).ok, how === 'whole');
        });

test('a reset of a backend that comes together with its last words is no end', async (t) => {
  const { port: behind } = await backend(t, (socket) => {
    socket.write(GREETING);
    socket.once('data', () => socket.write('250 half', () => socket.resetAndDestroy()));
  });
  for (const mode of ['implicit', 'prefer'] as const) {
    const { port, ending } = await running(t, { backend: at(behind), mode });
    const ended = ending();
    const socket = mode === 'implicit' ? await implicit(t, port) : (await client(t, port)).socket;
    await once(socket, 'data');
    socket.resume().write('NOOP\r\n');
    assert.equal((await ended).why, 'the backend: its connection broke off (ECONNRESET)');
  }
});

for (const how of ENDS)
  for (const mode of ['implicit', 'prefer'] as const)
    test(`what a client has sent and ended ${mode === 'implicit' ? 'over TLS' : 'in clear'} is ${how} for the backend too`, async (t) => {
      const ends: Promise<'whole' | 'cut'>[] = [];
      const { port: behind } = await backend(t, (socket) => {
        socket.write(GREETING);
        socket.on('data', () => socket.write('250 ok\r\n'));
        ends.push(endOf(socket));
      });
      const { port, ending } = await running(t, { backend: at(behind), mode });
      const ended = ending();
      const beneath = net.connect(at(port));
      await once(beneath, 'connect');
      const socket = mode === 'prefer' ? beneath : tls.connect({ ...trust, socket: beneath });
      for (const each of [beneath, socket]) each.on('error', () => {});
      t.after(() => socket.destroy());
      await once(socket, 'data');
      socket.write('NOOP\r\n');
      await once(socket, 'data');
      if (how === 'cut') beneath.resetAndDestroy();
      else socket.end();
      assert.equal(await ends[0], how);
      if (how === 'cut') assert.match((await ended).why, /^the client: its connection broke off/);
    });

test('who stays for too long is cut off on both sides, in clear too', async (t) => {
  const ends: Promise<'whole' | 'cut'>[] = [];
  const { port: behind } = await backend(t, (socket) => {
    socket.write(GREETING);
    ends.push(endOf(socket));
  });
  for (const mode of ['implicit', 'prefer'] as const) {
    const { port } = await running(t, { backend: at(behind), mode, totalMs: 200 });
    const socket = mode === 'implicit' ? await implicit(t, port) : (await client(t, port)).socket;
    assert.equal(await endOf(socket), 'cut');
  }
  assert.deepEqual(await Promise.all(ends), ['cut', 'cut']);
});

test('a message whose client is killed before its end is no message, and the backend sees that it was cut', async (t) => {
  let heard = '';
  const ends: Promise<'whole' | 'cut'>[] = [];
  const { port: behind } = await backend(t, (socket) => {
    socket.write(GREETING);
    ends.push(endOf(socket));
    socket.on('data', (piece) => {
      heard += piece;
      if (/^(MAIL [^\n]*|DATA)\r\n$/.test(String(piece)))
        socket.write(/DATA/.test(String(piece)) ? '354 go\r\n' : '250 ok\r\n');
    });
  });
  const { port } = await running(t, { backend: at(behind) });
  const plain = await client(t, port);
  await plain.hear('ready\r\n');
  plain.say('STARTTLS\r\n');
  await plain.hear('TLS\r\n');
  const peer = await secured(t, plain);
  peer.say('MAIL FROM:<a@b>\r\n');
  await peer.hear('250 ok\r\n');
  peer.say('DATA\r\n');
  await peer.hear('354 go\r\n');
  await new Promise((sent) => peer.socket.write('Subject: half\r\n\r\nof a mes', sent));
  while (!heard.endsWith('mes')) await new Promise(setImmediate);
  plain.socket.resetAndDestroy();
  assert.equal(await ends.at(-1), 'cut');
  assert.ok(!heard.includes('\r\n.\r\n'));
});

test('a backend that reads nothing keeps its connection no longer than one may be idle, when its client has left', async (t) => {
  const path = `/tmp/hastls-mute-${process.pid}`; // a Unix socket holds little, and always the same
  const sockets: net.Socket[] = [];
  const mute = net.createServer({ pauseOnConnect: true }, (socket) => void sockets.push(socket.on('error', () => {})));
  mute.listen(path);
  await once(mute, 'listening');
  t.after(() => {
    for (const each of sockets) each.destroy();
    mute.close();
  });
  const { port, gateway, ending } = await running(t, {
    backend: { path },
    mode: 'implicit',
    profile: undefined,
    idleMs: 300,
  });
  const over = ending();
  const socket = await implicit(t, port);
  socket.end(MEGABYTES.subarray(0, 320 * 1024));
  assert.equal((await over).cause, 'late');
  assert.equal(gateway.connections, 0);
});

for (const [what, profile, mode] of [
  ['that should greet', smtp, 'prefer'],
  ['that should be spoken to', ldap, 'prefer'],
  ['of nobody knows what', undefined, 'implicit'],
] as const)
  test(`a backend ${what}, and hangs up before a word, is sick, and the next one serves`, async (t) => {
    const news: string[] = [];
    const { port: bad } = await backend(t, (socket) => socket.end());
    const { port: good } = await backend(t, (socket) => {
      if (profile === ldap) socket.once('data', (said) => socket.write(said));
      else socket.write(GREETING);
    });
    const { port } = await running(t, {
      backend: [at(bad), at(good)],
      mode,
      profile,
      onBackend: ({ backend: whose, state, why }) => news.push(`${whose} ${state}: ${why}`),
    });
    for (const _ of [1, 2]) {
      const socket = mode === 'implicit' ? await implicit(t, port) : (await client(t, port)).socket;
      if (profile === ldap) {
        while (news.length === 0) await new Promise(setImmediate);
        socket.write(UNBIND);
      }
      const [heard] = await once(socket, 'data');
      assert.equal(String(heard), profile === ldap ? UNBIND : GREETING);
      socket.destroy();
    }
    assert.deepEqual(news, [`127.0.0.1:${bad} sick: it hung up before it had said anything`]);
  });

test('a backend that is killed while it sends ends the client’s connection, and is named', async (t) => {
  const { port: behind, sockets } = await backend(t, (socket) => {
    socket.write(MEGABYTES);
    socket.once('data', () => socket.resetAndDestroy());
  });
  const { port, gateway, ending } = await running(t, { backend: at(behind), mode: 'implicit', profile: undefined });
  const over = ending();
  const socket = await implicit(t, port);
  await once(socket, 'data');
  socket.write('now');
  await closed(socket.resume());
  const { ok, why } = await over;
  assert.deepEqual([ok, why], [false, 'the backend: its connection broke off (ECONNRESET)']);
  await gone(sockets);
  assert.equal(gateway.connections, 0);
});

test('a backend that reads slowly has its client wait, and loses nothing', async (t) => {
  let heard = 0;
  const { port: behind, sockets } = await backend(t, (socket) => {
    socket.on('data', (piece) => {
      heard += piece.length;
      socket.pause();
      setImmediate(() => socket.resume());
    });
    socket.once('end', () => socket.end(String(heard)));
  });
  const { port, ending } = await running(t, { backend: at(behind), mode: 'implicit', profile: undefined });
  const over = ending();
  const socket = await implicit(t, port);
  socket.end(MEGABYTES);
  const [answer] = await once(socket, 'data');
  assert.equal(Number(answer), MEGABYTES.length);
  await closed(socket.resume());
  assert.deepEqual([(await over).ok, (await over).up], [true, MEGABYTES.length]);
  await gone(sockets);
});

test('a backend that has said all at once still hears all that its client says', async (t) => {
  let heard = 0;
  const { port: behind, sockets } = await backend(t, (socket) => {
    socket.end('all');
    socket.on('data', (piece) => {
      heard += piece.length;
    });
  });
  const { port, ending } = await running(t, { backend: at(behind), mode: 'implicit', profile: undefined });
  const over = ending();
  const beneath = net.connect({ ...at(port), allowHalfOpen: true });
  await once(beneath, 'connect');
  const socket = tls.connect({ ...trust, socket: beneath });
  t.after(() => socket.destroy());
  const [said] = await once(socket, 'data');
  assert.equal(String(said), 'all');
  await once(socket, 'end');
  socket.end(MEGABYTES);
  assert.deepEqual([(await over).ok, (await over).up], [true, MEGABYTES.length]);
  await gone(sockets);
  assert.equal(heard, MEGABYTES.length);
});

test('a client that comes to TLS and leaves without a word is over at once, and its backend is not sick for that', async (t) => {
  for (const [mode, profile] of [
    ['implicit', ldap],
    ['require', smtp],
  ] as const) {
    const { port: behind } = await backend(t, (socket) => {
      if (profile === smtp) socket.write(GREETING);
      socket.resume().once('end', () => socket.end());
    });
    const news: string[] = [];
    const { port, ending } = await running(t, {
      backend: at(behind),
      mode,
      profile,
      onBackend: ({ state }) => news.push(state),
    });
    const ended = ending();
    const socket = mode === 'implicit' ? await implicit(t, port) : (await inBand(t, port)).socket;
    socket.end();
    socket.resume();
    assert.equal((await ended).why, 'over');
    assert.deepEqual(news, []);
  }
});

test('a backend that refuses connections, in TLS and in clear, is named', async (t) => {
  for (const mode of ['prefer', 'implicit'] as const) {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port: nobody } = server.address() as net.AddressInfo; // it listens on TCP
    await once(server.close(), 'close');
    const { port, ending } = await running(t, { backend: at(nobody), mode });
    const over = ending();
    if (mode === 'prefer') await (await client(t, port)).rest();
    else await closed((await implicit(t, port)).resume());
    assert.match((await over).why, /^the backend: connect ECONNREFUSED/);
  }
});
