import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { connect, TLSSocket } from 'node:tls';
import { nntp1997, profiles } from 'hastls/profiles';
import { createTriggerServer, frameServer, type TriggerServerOptions } from 'hastls/serve';
import { trigger97 } from 'hastls/talk';
import { handshake } from '#node/handshake.js';
import { openSession } from '#node/session.js';
import { upgrade } from '#node/upgrade.js';
import { type Client, client, identity, secured, started, trust } from './client.ts';

/** Remembers who said it is what, so that forgetting can be seen. */
const remembering: TriggerServerOptions['application'] = ({ socket, security }) => {
  let user = 'nobody';
  return (command) => {
    if (command.startsWith('USER ')) user = command.slice(5);
    socket.write(command === 'QUIT' ? '' : `200 ${user}, by ${security}\r\n`);
    if (command === 'QUIT') socket.end('200 bye\r\n');
  };
};

const words = { greetings: ['200 ready'], ok: '200 go ahead', required: '401 TLS first', unknown: '500 what?' };
const profile = trigger97({ name: 'clock', service: 'clock', ports: { plain: [7777], tls: [] }, ...words });

async function served(t: TestContext, options: Partial<TriggerServerOptions> = {}) {
  const dropped: string[] = [];
  const onDropped = (why: string) => void dropped.push(why);
  const server = createTriggerServer({
    profile,
    mode: 'prefer',
    tls: identity,
    application: remembering,
    onDropped,
    ...options,
  });
  const port = await started(t, server);
  return { dropped, server, port, connect: () => client(t, port) };
}

/** A client that was greeted. */
async function greeted(t: TestContext, options: Partial<TriggerServerOptions> = {}) {
  const { connect, ...rest } = await served(t, options);
  const peer = await connect();
  assert.equal(await peer.hear('\r\n'), '200 ready\r\n');
  return { ...rest, peer };
}

async function exchange(peer: Client, command: string): Promise<string> {
  peer.say(`${command}\r\n`);
  return peer.hear('\r\n');
}

test('[S11] example 1: a client that needs TLS leaves a server that does not know the word', async (t) => {
  const deaf: TriggerServerOptions['profile'] = {
    *server(as) {
      if (!as.greeted) yield { do: 'send', bytes: Buffer.from('200 ready\r\n') };
      const line = yield { do: 'take', frame: (buffer) => buffer.indexOf(10) + 1 };
      return { kind: 'plaintext', heard: Buffer.from(line).toString('latin1') };
    },
  };
  const heard: string[] = [];
  const { connect } = await served(t, {
    profile: deaf,
    application:
      ({ socket }) =>
      (command) => {
        heard.push(command);
        socket.write('500 what?\r\n');
      },
  });
  const { socket } = await connect();
  const result = await upgrade(socket, profile, trust);
  assert.equal(result.kind, 'absent');
  assert.ok(socket.destroyed, 'nothing more is said [S16]');
  assert.deepEqual(heard, ['TLS\r\n']);
});

test('[S12] example 2: the word, go ahead, and a handshake', async (t) => {
  for (const mode of ['prefer', 'require'] as const) {
    const { peer } = await greeted(t, { mode });
    assert.equal(await exchange(peer, 'TLS'), '200 go ahead\r\n');
    const over = await secured(t, peer);
    assert.equal(await exchange(over, 'DATE'), '200 nobody, by tls\r\n');
  }
});

test('[S13] [S10] example 3: a client that does not understand the demand is ended at its next command', async (t) => {
  const { peer, dropped } = await greeted(t, { mode: 'require' });
  assert.equal(await exchange(peer, 'GROUP misc'), '401 TLS first\r\n');
  peer.say('LIST\r\n');
  assert.equal(await peer.rest(), '');
  assert.deepEqual(dropped, ['not-the-protocol']);
});

test('[S14] [S9] example 4: the demand, a handshake, and the refused command again', async (t) => {
  const { peer } = await greeted(t, { mode: ['GROUP'] });
  assert.equal(await exchange(peer, 'USER alice'), '200 alice, by plaintext\r\n');
  assert.equal(await exchange(peer, 'GROUP misc'), '401 TLS first\r\n');
  const over = await secured(t, peer);
  assert.equal(await exchange(over, 'GROUP misc'), '200 nobody, by tls\r\n', 'who alice was is forgotten');
});

for (const keepDialogue of [false, true])
  test(`[S14] the application is told who the peer was before TLS only if its profile keeps the dialogue: ${keepDialogue}`, async (t) => {
    const users = new WeakMap<object, string>();
    const { peer } = await greeted(t, {
      profile: trigger97({
        name: 'clock',
        service: 'clock',
        ports: { plain: [7777], tls: [] },
        ...words,
        keepDialogue,
      }),
      application: (self) => {
        const known = self.continues && users.get(self.continues);
        return (command) => {
          users.set(self, command);
          self.socket.write(`200 ${known ?? 'nobody'}\r\n`);
        };
      },
    });
    await exchange(peer, 'alice');
    await exchange(peer, 'TLS');
    const over = await secured(t, peer);
    assert.equal(await exchange(over, 'DATE'), `200 ${keepDialogue ? 'alice' : 'nobody'}\r\n`);
  });

test('[S14] example 4, by our own client: openSession hears the demand and says the command once more', async (t) => {
  const { connect } = await served(t, { profile: nntp1997, mode: ['GROUP'] });
  const { socket } = await connect();
  assert.ok(nntp1997.session);
  const session = await openSession({ how: 'plaintext', socket }, nntp1997.session, {
    ...trust,
    speaksFirst: 'client',
  });
  assert.match(await session.command('DATE'), /^200 nobody, by plaintext/);
  assert.match(await session.command('GROUP misc'), /^200 nobody, by tls/);
  session.close();
});

for (const each of profiles)
  test(`[S12] ${each.name}: our client and our server upgrade together`, async (t) => {
    const { connect } = await served(t, { profile: each, mode: 'require' });
    const { socket } = await connect();
    const result = await upgrade(socket, each, trust);
    assert.ok(result.kind === 'secured');
    t.after(() => result.socket.destroy());
  });

test('[V14] TLS within TLS is refused, and so is the word', async (t) => {
  const { peer } = await greeted(t);
  await exchange(peer, 'TLS');
  const over = await secured(t, peer);
  assert.equal(await exchange(over, 'TLS'), '500 what?\r\n');
  assert.equal(await exchange(over, 'DATE'), '200 nobody, by tls\r\n');
});

test('[V14] a ClientHello in place of a command ends the connection without a word', async (t) => {
  const { peer, dropped } = await greeted(t);
  peer.say(Uint8Array.of(0x16, 0x03, 0x01, 0x01, 0x6a, 0x01));
  assert.equal(await peer.rest(), '');
  assert.deepEqual(dropped, ['not-the-protocol']);
});

test('[V3] what is pipelined behind the word, or behind a command that is refused, ends it without a word', async (t) => {
  for (const command of ['TLS', 'GROUP misc']) {
    const { peer, dropped } = await greeted(t, { mode: ['GROUP'] });
    peer.say(`${command}\r\nUSER mallory\r\n`);
    assert.equal(await peer.rest(), '', command);
    assert.deepEqual(dropped, ['bytes-before-tls'], command);
  }
});

test('[V3] [S10] what comes in the next segment is no ClientHello either', async (t) => {
  const { peer } = await greeted(t);
  assert.equal(await exchange(peer, 'TLS'), '200 go ahead\r\n');
  peer.say('USER mallory\r\n');
  assert.equal(await peer.rest(), '');
});

test('commands pipelined before the word are answered in order', async (t) => {
  const { peer } = await greeted(t);
  peer.say('USER alice\r\nDATE\r\nTLS\r\n');
  assert.equal(
    await peer.hear('go ahead\r\n'),
    '200 alice, by plaintext\r\n200 alice, by plaintext\r\n200 go ahead\r\n',
  );
  assert.equal(await exchange(await secured(t, peer), 'DATE'), '200 nobody, by tls\r\n');
});

test('a client that sends octet by octet is understood, its ClientHello included', async (t) => {
  const { peer } = await greeted(t, { mode: 'require' });
  const { socket } = peer;
  const trickle = async (bytes: Buffer) => {
    for (const octet of bytes) {
      await new Promise((written) => socket.write(Uint8Array.of(octet), written));
      await new Promise(setImmediate);
    }
  };
  await trickle(Buffer.from('DATE\r\n'));
  assert.equal(await peer.hear('\r\n'), '401 TLS first\r\n');
  const slow = new Duplex({
    read() {},
    write: (chunk, _, done) => void trickle(chunk).then(() => done(), done),
  });
  socket.on('data', (chunk) => slow.push(chunk));
  const over = connect({ socket: slow, ...trust });
  await once(over, 'secureConnect');
  over.write('DATE\r\n');
  const [answer] = await once(over, 'data');
  assert.equal(String(answer), '200 nobody, by tls\r\n');
  over.destroy();
});

test('a client that says nothing for too long is dropped', async (t) => {
  const { peer, dropped } = await greeted(t, { timeoutMs: 20 });
  assert.equal(await peer.rest(), '');
  assert.match(dropped.join(), /no answer within 20 ms/);
});

test('[S10] a client that was told to go ahead, and sends half a ClientHello at most, is dropped', async (t) => {
  const { peer, dropped } = await greeted(t, { timeoutMs: 30 });
  await exchange(peer, 'TLS');
  peer.say(Uint8Array.of(0x16, 0x03));
  assert.equal(await peer.rest(), '');
  assert.match(dropped.join(), /no answer within 30 ms/);
});

test('a client that breaks off costs nothing', async (t) => {
  const { server, peer } = await greeted(t);
  peer.socket.resetAndDestroy();
  await new Promise((closed) => server.close(closed)); // it waits for all of its connections
});

test('[R7] implicit TLS: the greeting, and all else, are inside', async (t) => {
  const { connect } = await served(t, { mode: 'implicit' });
  const { socket } = await connect();
  const result = await handshake(socket, trust);
  assert.ok(result.kind === 'secured');
  t.after(() => result.socket.destroy());
  result.socket.write('DATE\r\n');
  let heard = '';
  for await (const chunk of result.socket) {
    heard += String(chunk);
    if (heard.endsWith('by tls\r\n')) break;
  }
  assert.equal(heard, '200 ready\r\n200 nobody, by tls\r\n');
});

test('plaintext on a port of implicit TLS is dropped', async (t) => {
  const { connect, dropped } = await served(t, { mode: 'implicit' });
  const peer = await connect();
  peer.say('DATE\r\n');
  await peer.rest();
  assert.match(dropped.join(), /^no TLS came about \(ERR_SSL_/);
});

test('an application that wants the secured socket to itself gets it', async (t) => {
  const { peer } = await greeted(t, {
    mode: 'require',
    application: ({ socket, how }) => {
      assert.ok(socket instanceof TLSSocket);
      assert.equal(how, 'in-band');
      socket.pipe(socket);
      return undefined;
    },
  });
  await exchange(peer, 'TLS');
  const over = await secured(t, peer);
  over.say('any octets at all');
  assert.equal(await over.hear('at all'), 'any octets at all');
});

test('an application that takes its time is given the next command when it is done', async (t) => {
  const { peer } = await greeted(t, {
    application:
      ({ socket }) =>
      async (command) => {
        await new Promise(setImmediate);
        socket.write(`200 ${command}\r\n`);
      },
  });
  peer.say('one\r\ntwo\r\n');
  assert.equal(await peer.hear('two\r\n'), '200 one\r\n200 two\r\n');
});

const octets = (hex: string) => Buffer.from(hex, 'hex');
const frames = frameServer({
  frame: (buffer) => (buffer.length === 0 ? 0 : 1 + (buffer[0] as number)),
  trigger: octets('0154'),
  ok: octets('014f'),
  required: octets('0152'),
  again: octets('0145'),
  command: (frame) => String.fromCharCode(frame[1] ?? 0),
});
const echo: TriggerServerOptions['application'] =
  ({ socket }) =>
  (frame) =>
    void socket.write(frame, 'latin1');

test('[S4] a binary protocol has a trigger of its own', async (t) => {
  const { connect } = await served(t, { profile: frames, mode: ['P'], application: echo });
  const peer = await connect();
  peer.say(octets('0141'));
  assert.equal(await peer.hear('A'), '\x01A', 'what needs no TLS is answered');
  peer.say(octets('0150'));
  assert.equal(await peer.hear('R'), '\x01R', 'what does is not');
  const over = await secured(t, peer);
  over.say(octets('0150'), octets('0154'));
  assert.equal(await over.hear('E'), '\x01P\x01E', 'and TLS does not begin twice');
});

test('[S12] [V3] [V14] the rules of a binary protocol are the same', async (t) => {
  const { connect, dropped } = await served(t, { profile: frames, mode: 'require', application: echo });
  const good = await connect();
  good.say(octets('0154'));
  assert.equal(await good.hear('O'), '\x01O');
  assert.ok((await secured(t, good)).socket instanceof TLSSocket);
  for (const [sent, why] of [
    ['01540141', 'bytes-before-tls'],
    ['01410141', 'bytes-before-tls'],
    ['160301016a01', 'not-the-protocol'],
  ] as const) {
    const bad = await connect();
    bad.say(octets(sent));
    assert.equal(await bad.rest(), '', sent);
    assert.equal(dropped.pop(), why, sent);
  }
});
