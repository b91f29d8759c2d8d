import assert from 'node:assert/strict';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { imap, nntp1997, pop3, profiles, smtp } from 'hastls/profiles';
import { converse, type Profile } from 'hastls/talk';
import { createAuthority } from 'hastls/testing';
import { hold } from '#node/hold.js';
import { type Upgraded, type UpgradeOptions, upgrade } from '#node/upgrade.js';
import { wrappedHandshake } from '#node/wrapped-handshake.js';
import { connected, listening, portOf } from './peers.ts';

const authority = createAuthority();
const secureContext = tls.createSecureContext(authority.issue(['server.example']));
const OURS = { host: 'server.example', mode: 'require' } as const;
const right = { host: 'server.example', ca: authority.certificate };

/** A server that holds our side of the dialogue, then TLS; `slip` may add something in between. */
function serverOf(profile: Profile, slip?: (socket: net.Socket) => void): net.Server {
  return net.createServer(async (socket) => {
    const verdict = await hold(socket, converse(profile.server(OURS)), {});
    slip?.(socket);
    const { wrapping } = profile;
    const carrier = wrapping === undefined ? socket : wrappedHandshake(socket, wrapping);
    if (verdict.kind === 'start-tls')
      new tls.TLSSocket(carrier, { isServer: true, secureContext }).on('error', () => {});
    else socket.destroy();
  });
}

/** A server that says these things, one after each piece it hears. */
const scripted = (...lines: readonly string[]): net.Server =>
  net.createServer((socket) => {
    const [greeting = '', ...answers] = lines;
    socket.write(greeting);
    socket.on('data', () => socket.write(answers.shift() ?? ''));
  });

async function upgraded(t: TestContext, server: net.Server, profile: Profile, options: UpgradeOptions = right) {
  const socket = await connected(portOf(await listening(t, server)));
  const result = await upgrade(socket, profile, options);
  if ('socket' in result) t.after(() => result.socket.destroy());
  else assert.ok(socket.destroyed, 'whatever went wrong, the connection is gone [A30]');
  return result;
}

function assertGarbled(result: Upgraded, how: string) {
  assert.ok(result.kind === 'garbled');
  assert.equal(result.how, how);
}

for (const profile of profiles)
  test(`[S12] [V16] ${profile.name}: the upgrade ends in verified TLS`, async (t) => {
    const result = await upgraded(t, serverOf(profile), profile);
    assert.ok(result.kind === 'secured');
    assert.equal(result.protocol, profile.wrapping === undefined ? 'TLSv1.3' : 'TLSv1.2');
  });

test('[V16] the certificate is verified in-band as it is elsewhere', async (t) => {
  const misnamed = await upgraded(t, serverOf(smtp), smtp, { ...right, host: 'other.example' });
  assert.ok(misnamed.kind === 'failed');
  assert.equal(misnamed.cause, 'name-mismatch');
  const unknown = await upgraded(t, serverOf(smtp), smtp, { host: 'server.example' });
  assert.ok(unknown.kind === 'failed');
  assert.equal(unknown.cause, 'untrusted');
});

test('[S11] [V1] [V2] not offered, refused and nonsense are three words', async (t) => {
  const hello = '250-mx\r\n250 STARTTLS\r\n';
  const rows: readonly (readonly [profile: Profile, kind: string, lines: readonly string[]])[] = [
    [smtp, 'absent', ['220 mx\r\n', '250 mx\r\n']],
    [smtp, 'refused', ['220 mx\r\n', hello, '454 4.7.0 not now\r\n']],
    [smtp, 'garbled', ['220 mx\r\n', hello, '354 go ahead\r\n']],
    [smtp, 'closed', ['421 too busy\r\n']],
    [nntp1997, 'absent', ['200 news\r\n', '500 what?\r\n']],
    [imap, 'garbled', ['* PREAUTH welcome back\r\n']], // [V6]
  ];
  for (const [profile, kind, lines] of rows) assert.equal((await upgraded(t, scripted(...lines), profile)).kind, kind);
});

test('[V4] octets behind the go-ahead, in the same segment, are told by name', async (t) => {
  const server = scripted('+OK pop\r\n', '+OK\r\nSTLS\r\n.\r\n', '+OK go\r\n+OK you have new mail\r\n');
  assertGarbled(await upgraded(t, server, pop3), 'bytes-before-tls');
});

test('[V4] octets behind the go-ahead, in the next segment, never reach TLS as anything but nonsense', async (t) => {
  const slip = (socket: net.Socket) => socket.write('+OK you have new mail\r\n');
  const result = await upgraded(t, serverOf(pop3, slip), pop3);
  assert.notEqual(result.kind, 'secured');
});

test('[V12] a server that speaks first within TLS, where it is our turn, breaks the connection', async (t) => {
  const server = net.createServer(async (socket) => {
    await hold(socket, converse(smtp.server(OURS)), {});
    const peer = new tls.TLSSocket(socket, { isServer: true, secureContext }).on('error', () => {});
    peer.once('secure', () => peer.write('250 an answer to somebody else\r\n'));
  });
  const result = await upgraded(t, server, smtp);
  assert.ok(result.kind === 'secured');
  const broken = new Promise<NodeJS.ErrnoException>((resolve) => result.socket.once('error', resolve));
  result.socket.resume();
  assert.equal((await broken).code, 'ERR_HASTLS_GARBLED');
});

test('a server that answers, once asked, breaks nothing', async (t) => {
  const server = net.createServer(async (socket) => {
    await hold(socket, converse(smtp.server(OURS)), {});
    const peer = new tls.TLSSocket(socket, { isServer: true, secureContext }).on('error', () => {});
    peer.on('data', () => peer.write('250 mx\r\n'));
  });
  const result = await upgraded(t, server, smtp);
  assert.ok(result.kind === 'secured');
  result.socket.write('EHLO client.invalid\r\n');
  const [answer] = await result.socket.take(1).toArray();
  assert.equal(String(answer), '250 mx\r\n');
});

test('a server that sends octet by octet is understood', async (t) => {
  const server = net.createServer({ noDelay: true }, (socket) => {
    const answers = ['250-mx\r\n250 STARTTLS\r\n', '454 4.7.0 not now\r\n'];
    const say = (line: string) => {
      if (line === '') return;
      socket.write(line.slice(0, 1), () => setImmediate(say, line.slice(1)));
    };
    say('220 mx\r\n');
    socket.on('data', () => say(answers.shift() ?? ''));
  });
  assert.equal((await upgraded(t, server, smtp)).kind, 'refused');
});

test('[V17] a peer that is silent, or endlessly slow, runs into a deadline', async (t) => {
  const silent = await upgraded(t, net.createServer(), smtp, { ...right, timeoutMs: 20 });
  assert.ok(silent.kind === 'failed');
  assert.equal(silent.cause, 'timeout');
  const drip = net.createServer((socket) => {
    const timer = setInterval(() => socket.write('2'), 5);
    socket.once('close', () => clearInterval(timer));
  });
  const slow = await upgraded(t, drip, smtp, { ...right, timeoutMs: 40 });
  assert.ok(slow.kind === 'failed', 'octets that complete nothing win no time');
  assert.equal(slow.cause, 'timeout');
});

test('[V17] a greeting without end is cut', async (t) => {
  const endless = net.createServer((socket) => {
    const more = () => {
      while (!socket.destroyed && socket.write('220-and more\r\n'.repeat(50)));
    };
    socket.on('drain', more);
    more();
  });
  assertGarbled(await upgraded(t, endless, smtp), 'too-long');
});

test('a connection that is cut is never a success', async (t) => {
  for (const ending of ['end', 'resetAndDestroy'] as const) {
    const server = net.createServer((socket) => {
      socket.write('220 mx\r\n');
      socket.once('data', () => socket[ending]());
    });
    assertGarbled(await upgraded(t, server, smtp), 'cut-short');
  }
});

test('[V17] a peer that leaves in the midst of a frame leaves nothing behind that could break', async (t) => {
  const broken: Error[] = [];
  const server = await listening(
    t,
    net.createServer((socket) => socket.end('220 m')),
  );
  const socket = (await connected(portOf(server))).on('error', (error) => broken.push(error));
  assertGarbled(await upgrade(socket, smtp, right), 'cut-short');
  await new Promise(setImmediate);
  assert.deepEqual(broken, [], 'nobody listens to this any more: it would end the process');
});

test('the caller can call it off, before and meanwhile', async (t) => {
  const port = portOf(await listening(t, net.createServer()));
  const early = await connected(port);
  await assert.rejects(
    upgrade(early, smtp, { ...right, signal: AbortSignal.abort(new Error('never mind')) }),
    /never mind/,
  );
  assert.ok(early.destroyed);
  const socket = await connected(port);
  const caller = new AbortController();
  const result = upgrade(socket, smtp, { ...right, signal: caller.signal });
  caller.abort(new Error('changed my mind'));
  await assert.rejects(result, /changed my mind/);
  assert.ok(socket.destroyed);
});
