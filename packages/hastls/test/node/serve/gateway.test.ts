import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { ldap, mysql, pop3, postgresql, smtp, vnc } from 'hastls/profiles';
import { createGateway } from 'hastls/serve';
import { mailBackend } from './backend.js';
import { authority, type Client, client, DEADLINE, identity, over, secured, started, trust } from './client.js';
import { at, implicit, inBand, running } from './running.js';

test('[R1] [R5] [A37] with `require` nothing is said to the backend before TLS, and over TLS everything', async (t) => {
  const backend = await mailBackend(t);
  const { port, ending } = await running(t, { backend: at(backend.port) });
  const over = ending();
  const plain = await client(t, port);
  assert.equal(await plain.hear('ready\r\n'), '220 localhost ready\r\n');
  plain.say('MAIL FROM:<a@b>\r\n');
  assert.match(await plain.hear('\r\n'), /^530 /);
  assert.deepEqual(backend.sessions, []);
  plain.say('STARTTLS\r\n');
  await plain.hear('TLS\r\n');
  const peer = await secured(t, plain);
  peer.say('EHLO x\r\n');
  assert.equal(await peer.hear('CHUNKING\r\n'), '250-backend\r\n250-AUTH PLAIN\r\n250 CHUNKING\r\n');
  peer.say('STARTTLS\r\n');
  assert.match(await peer.hear('\r\n'), /^503 /);
  peer.say('QUIT\r\n');
  assert.equal(await peer.rest(), '221 bye\r\n');
  assert.deepEqual(backend.sessions, [['EHLO x', 'QUIT']]);
  const { how, ok, tls: agreed, up, down } = await over;
  assert.deepEqual([how, ok, agreed?.protocol, agreed?.serverName], ['in-band', true, 'TLSv1.3', 'server.example']);
  assert.equal(up, 'EHLO x\r\nQUIT\r\n'.length);
  assert.ok(down > 50);
});

test('[V10] with `prefer` the backend that hears a client over TLS is not the one that heard it before', async (t) => {
  const backend = await mailBackend(t);
  const { port } = await running(t, { backend: at(backend.port), mode: 'prefer' });
  const plain = await client(t, port);
  assert.equal(await plain.hear('ready\r\n'), '220 backend ready\r\n');
  plain.say('EHLO before\r\n');
  assert.equal(await plain.hear(' STARTTLS\r\n'), '250-backend\r\n250-AUTH PLAIN\r\n250-CHUNKING\r\n250 STARTTLS\r\n');
  plain.say('STARTTLS\r\n');
  await plain.hear('TLS\r\n');
  const peer = await secured(t, plain);
  peer.say('NOOP\r\n');
  assert.equal(await peer.hear('\r\n'), '250 ok\r\n'); // no greeting again [RFC3207 §4.2]
  assert.deepEqual(backend.sessions, [['EHLO before'], ['NOOP']]);
});

test('[V3] commands that are pipelined behind the upgrade reach nobody', async (t) => {
  const backend = await mailBackend(t);
  for (const mode of ['require', 'prefer', ['AUTH']] as const) {
    const { port, ending } = await running(t, { backend: at(backend.port), mode });
    const over = ending();
    const plain = await client(t, port);
    await plain.hear('ready\r\n');
    plain.say('STARTTLS\r\nMAIL FROM:<injected@b>\r\n');
    assert.equal(await plain.rest(), '');
    assert.deepEqual([(await over).ok, (await over).why], [false, 'the client: bytes-before-tls']);
  }
  assert.ok(backend.sessions.every((commands) => commands.length === 0));
});

test('with a list of commands these wait for TLS, and everything else does not', async (t) => {
  const backend = await mailBackend(t);
  const { port } = await running(t, { backend: at(backend.port), mode: ['AUTH'] });
  const plain = await client(t, port);
  await plain.hear('ready\r\n');
  plain.say('EHLO x\r\nAUTH PLAIN AGpvZQBzZWNyZXQ=\r\nMAIL FROM:<a@b>\r\n');
  const heard = await plain.hear('250 ok\r\n');
  assert.match(heard, /^250-backend\r\n250-CHUNKING\r\n250 STARTTLS\r\n538 [^\r]*\r\n250 ok\r\n$/);
  assert.deepEqual(backend.sessions, [['EHLO x', 'MAIL FROM:<a@b>']]);
});

test('with `implicit` the backend greets within TLS', async (t) => {
  const backend = await mailBackend(t);
  const { port, ending } = await running(t, { backend: at(backend.port), mode: 'implicit' });
  const over = ending();
  const peer = await implicit(t, port);
  assert.equal(await peer.hear('ready\r\n'), '220 backend ready\r\n');
  peer.say('EHLO x\r\nQUIT\r\n');
  assert.equal(await peer.rest(), '250-backend\r\n250-AUTH PLAIN\r\n250 CHUNKING\r\n221 bye\r\n');
  assert.equal((await over).how, 'implicit');
});

for (const how of ['DATA', 'BDAT'] as const)
  for (const tlsFirst of [true, false])
    test(`a message of 5 MB with commands and dots in it arrives unchanged by ${how}, ${tlsFirst ? 'over TLS' : 'in clear'}, pipelined`, async (t) => {
      const backend = await mailBackend(t);
      const { port } = await running(t, { backend: at(backend.port), mode: tlsFirst ? 'require' : 'prefer' });
      const peer = tlsFirst ? await inBand(t, port) : await client(t, port);
      if (!tlsFirst) await peer.hear('ready\r\n');
      const line = `STARTTLS\r\n..\r\n.. dots\r\nQUIT\r\n${randomBytes(300).toString('base64')}\r\n`;
      const message = line.repeat(12_000);
      if (how === 'DATA') {
        peer.say('EHLO x\r\n');
        await peer.hear(tlsFirst ? 'CHUNKING\r\n' : 'STARTTLS\r\n');
        peer.say('MAIL FROM:<a@b>\r\nDATA\r\n');
        await peer.hear('354 go\r\n');
        peer.say(`${message}.\r\nNOOP\r\nQUIT\r\n`);
      } else {
        peer.say(`EHLO x\r\nMAIL FROM:<a@b>\r\nBDAT ${message.length} LAST\r\n${message}NOOP\r\nQUIT\r\n`);
      }
      assert.match(await peer.rest(), /250 (queued|chunk)\r\n250 ok\r\n221 bye\r\n$/);
      assert.deepEqual(backend.sessions.at(-1), [
        'EHLO x',
        'MAIL FROM:<a@b>',
        ...(how === 'DATA' ? ['DATA'] : [`BDAT ${message.length} LAST`]),
        'NOOP',
        'QUIT',
      ]);
      assert.equal(backend.messages.length, 1);
      assert.ok(backend.messages[0]?.equals(Buffer.from(how === 'DATA' ? `${message}.\r\n` : message)));
    });

test('octets that are not read are carried unchanged, eight connections at once, to readers slow and fast', async (t) => {
  const echo = net.createServer({ allowHalfOpen: true }, (socket) => void socket.on('error', () => {}).pipe(socket));
  const backend = at(await started(t, echo));
  const { port } = await running(t, { backend, mode: 'implicit', profile: undefined });
  await Promise.all(
    Array.from({ length: 8 }, async (_, index) => {
      const sent = randomBytes(6 * 1024 * 1024);
      const socket = tls.connect({ ...trust, ...at(port) });
      t.after(() => socket.destroy());
      socket.end(sent);
      const heard: Buffer[] = [];
      for await (const chunk of socket) {
        heard.push(chunk);
        if (index % 2 === 0 && heard.length % 20 === 0) await new Promise((soon) => setTimeout(soon, 1));
      }
      assert.ok(Buffer.concat(heard).equals(sent), `connection ${index}`);
    }),
  );
});

test('a mailbox that is fetched in clear arrives unchanged, four at once, at readers that are slow', async (t) => {
  const boxes = new Map<string, Buffer>();
  const server = net.createServer((socket) => {
    socket.on('error', () => {}).on('data', (said) => socket.write(boxes.get(String(said).trimEnd()) ?? '-ERR\r\n'));
    socket.write('+OK ready\r\n');
  });
  const { port } = await running(t, { backend: at(await started(t, server)), mode: 'prefer', profile: pop3 });
  await Promise.all(
    [1, 2, 3, 4].map(async (number) => {
      const lines = randomBytes(4 * 1024 * 1024)
        .toString('base64')
        .replace(/.{76}/g, '$&\r\n');
      const box = Buffer.from(`+OK\r\n${lines}\r\n.\r\n`);
      boxes.set(`RETR ${number}`, box);
      const { socket, hear, say } = await client(t, port);
      await hear('ready\r\n');
      say(`RETR ${number}\r\n`);
      const heard: Buffer[] = [];
      for (let length = 0; length < box.length; ) {
        await new Promise((soon) => setTimeout(soon, 2));
        const chunk: Buffer | null = socket.read();
        if (chunk !== null) heard.push(chunk);
        length += chunk?.length ?? 0;
      }
      assert.ok(Buffer.concat(heard).equals(box), `box ${number}`);
    }),
  );
});

test('a client that has said all still hears all', async (t) => {
  const late = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('end', () => setTimeout(() => socket.end('the rest'), 20)).resume();
  });
  const { port, ending } = await running(t, {
    backend: at(await started(t, late)),
    mode: 'implicit',
    profile: undefined,
  });
  const over = ending();
  const peer = await implicit(t, port);
  peer.socket.end('a question');
  assert.equal(await peer.rest(), 'the rest');
  assert.equal((await over).ok, true);
});

test('a client that pipelines and hangs up has all its commands answered, and nobody waits for more', async (t) => {
  const backend = await mailBackend(t);
  for (const mode of ['prefer', 'implicit'] as const) {
    const { port, ending } = await running(t, { backend: at(backend.port), mode });
    const over = ending();
    const peer = mode === 'prefer' ? await client(t, port) : await implicit(t, port);
    peer.socket.end('EHLO x\r\nNOOP\r\nMAIL FROM:<a@b>\r\nNO');
    assert.match(await peer.rest(), /^220 [\s\S]*CHUNKING\r\n[\s\S]*250 ok\r\n250 ok\r\n$/);
    assert.equal((await over).ok, true);
    assert.deepEqual(backend.sessions.at(-1), ['EHLO x', 'NOOP', 'MAIL FROM:<a@b>']);
  }
});

test('a client that leaves as soon as TLS stands is not waited for', async (t) => {
  const backend = await mailBackend(t);
  const { port, ending } = await running(t, { backend: at(backend.port), mode: 'implicit' });
  const over = ending();
  const socket = tls.connect({ ...trust, ...at(port) }, () => socket.end());
  t.after(() => socket.destroy());
  socket.resume();
  assert.equal((await over).ok, true);
});

test('a backend that is not there makes the protocol’s own apology: at once, or to what a client says first', async (t) => {
  const gone = { path: '/nonexistent/socket' };
  const { port, ending } = await running(t, { backend: gone, mode: 'prefer' });
  const over = ending();
  assert.match(await (await client(t, port)).rest(), /^421 [^\r]+\r\n$/);
  assert.match((await over).why, /^the backend: .*ENOENT/);
  const greeted = await running(t, { backend: gone });
  const peer = await inBand(t, greeted.port);
  peer.say('EHLO x\r\n');
  assert.match(await peer.rest(), /^421 [^\r]+\r\n$/);
});

test('a backend that greets with a refusal, or hangs up, is not passed on', async (t) => {
  const grumpy = await mailBackend(t, '554 go away');
  const mute = await started(
    t,
    net.createServer((socket) => void socket.end()),
  );
  for (const backend of [grumpy.port, mute]) {
    const { port, ending } = await running(t, { backend: at(backend), mode: 'prefer' });
    const over = ending();
    const plain = await client(t, port);
    assert.match(await plain.rest(), /^421 [^\r]+\r\n$/);
    assert.equal((await over).ok, false);
  }
});

test('a Unix socket is as good a backend', async (t) => {
  const path = `/tmp/hastls-gateway-${process.pid}`;
  const server = net.createServer((socket) => void socket.end('hello'));
  server.listen(path);
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = await running(t, { backend: { path }, mode: 'implicit', profile: undefined });
  assert.equal(await (await implicit(t, port)).rest(), 'hello');
});

test('a client gets the certificate for the name that it asks for, and a new one when there is one', async (t) => {
  const server = net.createServer((socket) => void socket.end('hello'));
  const others = authority.issue(['other.example', '*.wild.example']);
  const { port, gateway } = await running(t, {
    backend: at(await started(t, server)),
    mode: 'implicit',
    profile: undefined,
    certificates: [identity, others],
  });
  const named = async (servername: string) => {
    const socket = tls.connect({ ...at(port), ca: trust.ca, servername, checkServerIdentity: () => undefined });
    await once(socket, 'secureConnect');
    const { subjectaltname } = socket.getPeerCertificate();
    socket.destroy();
    return subjectaltname;
  };
  assert.equal(await named('server.example'), 'DNS:server.example');
  assert.match(String(await named('other.example')), /other/);
  assert.match(String(await named('a.wild.example')), /other/);
  assert.equal(await named('unknown.example'), 'DNS:server.example');
  assert.throws(() => gateway.renew([{ cert: 'nonsense', key: identity.key }]));
  assert.equal(await named('server.example'), 'DNS:server.example');
  gateway.renew([authority.issue(['new.example'])]);
  assert.equal(await named('server.example'), 'DNS:new.example');
});

test('there are no more connections than may be, in all and of one address', async (t) => {
  const backend = await mailBackend(t);
  for (const limit of [{ connections: 2 }, { connectionsPerAddress: 2 }]) {
    const { port, ending, gateway } = await running(t, { backend: at(backend.port), ...limit });
    const [first, second] = [await client(t, port), await client(t, port)];
    await first.hear('ready\r\n');
    await second.hear('ready\r\n');
    const over = ending();
    assert.equal(await (await client(t, port)).rest(), '');
    assert.equal((await over).why, 'there are too many connections');
    const left = ending();
    first.say('QUIT\r\n');
    await first.rest();
    await left;
    assert.equal(gateway.connections, 1);
    await (await client(t, port)).hear('ready\r\n');
  }
});

for (const [title, limit] of [
  ['who does not come to TLS', { handshakeMs: 100 }],
  ['who says nothing', { idleMs: 100 }],
  ['who stays for too long', { totalMs: 100 }],
] as const)
  test(`[V17] ${title} is shown out`, async (t) => {
    const backend = await mailBackend(t);
    const { port, ending } = await running(t, { backend: at(backend.port), ...limit });
    const over = ending();
    const plain = await client(t, port);
    assert.match(await plain.rest(), /^220 [^\r]*\r\n$/);
    await over;
  });

test('a connection can be cut at any time, in the midst of a handshake too', async (t) => {
  const backend = await mailBackend(t);
  const { gateway, server, port, ending } = await running(t, { backend: at(backend.port), mode: 'implicit' });
  const plain = await client(t, port);
  plain.say(Uint8Array.of(0x16, 3, 1, 2, 0, 1)); // the head of a ClientHello
  const peer = await implicit(t, port);
  await peer.hear('ready\r\n');
  const overs = [ending(), ending()];
  assert.equal(gateway.connections, 2);
  gateway.cut();
  await Promise.all(overs);
  assert.equal(gateway.connections, 0);
  await new Promise((closed) => server.close(closed));
});

test('what is no protocol, and no TLS, ends the connection and nothing else', async (t) => {
  const backend = await mailBackend(t);
  const { server, port, ending } = await running(t, { backend: at(backend.port), mode: 'implicit' });
  const over = ending();
  const plain = await client(t, port);
  plain.say('EHLO x\r\n');
  await plain.rest();
  assert.match((await over).why, /^no TLS came about \(ERR_SSL_/);
  await new Promise((closed) => server.close(closed)); // no connection is left
  assert.deepEqual(backend.sessions, []);
});

test('a protocol that cannot be followed has implicit TLS only', () => {
  const options = { certificates: [identity], backend: at(1) };
  for (const profile of [vnc, undefined])
    assert.throws(() => createGateway({ profile, mode: 'require', ...options }), { code: 'ERR_HASTLS_OPTION' });
  createGateway({ profile: vnc, mode: 'implicit', ...options });
});

/** A backend that says back what it hears, and says first what it is given to say. */
async function parrot(t: TestContext, greeting?: Uint8Array): Promise<number> {
  const server = net.createServer((socket) => {
    socket.on('error', () => {}).pipe(socket);
    if (greeting !== undefined) socket.write(greeting);
  });
  return started(t, server);
}
const SSL_REQUEST = Uint8Array.of(0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f);
const STARTUP = Uint8Array.of(0, 0, 0, 9, 0, 3, 0, 0, 0);

test('both forms of TLS on one port, and plaintext where it may be: the first octets tell, however they come', async (t) => {
  const backend = at(await parrot(t));
  const { port, ending } = await running(t, { backend, profile: postgresql, mode: 'prefer', implicitToo: true });
  const said = async (peer: Client) => {
    peer.say(STARTUP);
    return Buffer.from(await peer.hear('\0'), 'latin1');
  };
  const asks = await client(t, port);
  for (const octet of SSL_REQUEST) {
    asks.say(Uint8Array.of(octet));
    await new Promise((soon) => setTimeout(soon, 2));
  }
  await asks.hear('S');
  assert.deepEqual(await said(await secured(t, asks)), Buffer.from(STARTUP));
  const direct = tls.connect({ ...trust, ...at(port), ALPNProtocols: ['postgresql'] });
  await once(direct, 'secureConnect');
  assert.deepEqual(await said(over(t, direct)), Buffer.from(STARTUP));
  assert.deepEqual(await said(await client(t, port)), Buffer.from(STARTUP));
  const left = [ending(), ending(), ending()];
  for (const { socket } of [asks, over(t, direct)]) socket.destroy();
  assert.deepEqual([(await left[0])?.how, (await left[1])?.how].sort(), ['implicit', 'in-band']);
});

test('behind a balancer too, whose announcement comes in one piece with what the client begins with', async (t) => {
  const { port } = await running(t, {
    backend: at(await parrot(t)),
    profile: postgresql,
    mode: 'prefer',
    implicitToo: true,
    announcedBy: ['127.0.0.1'],
  });
  const peer = await client(t, port);
  peer.say(Buffer.concat([Buffer.from('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n'), STARTUP]));
  assert.deepEqual(Buffer.from(await peer.hear('\0'), 'latin1'), Buffer.from(STARTUP));
});

test(
  '[V13] who begins with TLS at once names the protocol in it, where the servers of the service demand that',
  DEADLINE,
  async (t) => {
    const backend = at(await parrot(t));
    const { port, ending } = await running(t, { backend, profile: postgresql, mode: 'require', implicitToo: true });
    const over = ending();
    const direct = tls.connect({ ...trust, ...at(port) });
    direct.on('error', () => {}).on('secureConnect', () => direct.write(STARTUP));
    await once(direct, 'close');
    assert.equal((await over).ok, false);
  },
);

test('with both forms a client that says nothing is shown out, and one that leaves leaves nothing behind', async (t) => {
  const backend = at(await parrot(t));
  const { port, gateway, ending } = await running(t, {
    backend,
    profile: ldap,
    mode: 'prefer',
    implicitToo: true,
    idleMs: 100,
  });
  const overs = [ending(), ending()];
  (await client(t, port)).socket.destroy();
  assert.equal(await (await client(t, port)).rest(), '');
  await Promise.all(overs);
  assert.equal(gateway.connections, 0);
});

test('where the server greets nobody can be waited for: both forms on one port are refused', () => {
  const options = { certificates: [identity], backend: at(1), mode: 'require', implicitToo: true } as const;
  for (const profile of [smtp, pop3, mysql])
    assert.throws(() => createGateway({ profile, ...options }), { code: 'ERR_HASTLS_OPTION' });
  createGateway({ profile: ldap, ...options });
});

/** Without TLS: version, number, salt in two parts around the capabilities, the plugin. */
const MYSQL_WORDS = Buffer.concat([
  Buffer.from('\x0a8.0.0\0\x01\0\0\0saltsalt\0\xff\xf7\x21\x02\0\x08\0\x15', 'latin1'),
  Buffer.alloc(10),
  Buffer.from('saltsaltsalt\0mysql_native_password\0'),
]);
const MYSQL_GREETING = Buffer.concat([Buffer.from([MYSQL_WORDS.length, 0, 0, 0]), MYSQL_WORDS]);

test('a backend that greets only once is the same before TLS and over it, and hears nothing of what leads there', async (t) => {
  const heard: Buffer[] = [];
  let connections = 0;
  const server = net.createServer((socket) => {
    connections++;
    socket.on('error', () => {}).write(MYSQL_GREETING);
    socket.on('data', (piece) => {
      heard.push(piece);
      socket.write(Buffer.from('0700000200000002000000', 'hex'));
    });
  });
  const { port } = await running(t, { backend: at(await started(t, server)), profile: mysql, mode: 'require' });
  const plain = await client(t, port);
  const greeting = Buffer.from(await plain.hear('password\0'), 'latin1');
  assert.equal((greeting[4 + 1 + 6 + 4 + 8 + 1 + 1] ?? 0) & 0x08, 0x08, 'the capability is ours');
  const request = Buffer.from(`2000000185ae7f000000000121${'00'.repeat(23)}`, 'hex');
  plain.say(request);
  const peer = await secured(t, plain);
  peer.say(Buffer.from('240000028dae7f000000000121', 'hex'), Buffer.alloc(23), Buffer.from('joe\0'));
  assert.equal(Buffer.from(await peer.hear('\0\0\0'), 'latin1').toString('hex'), '0700000300000002000000');
  assert.equal(connections, 1);
  const login = Buffer.concat(heard);
  assert.deepEqual([login[3], (login[5] ?? 0) & 0x08], [1, 0], 'counted without our request, and without TLS');
});

test('[A37] a client that logs in without TLS where it is required is refused by the number for it', async (t) => {
  const { port } = await running(t, {
    backend: at(await parrot(t, MYSQL_GREETING)),
    profile: mysql,
    mode: 'require',
  });
  const plain = await client(t, port);
  await plain.hear('password\0');
  plain.say(Buffer.from('2400000185a67f000000000121', 'hex'), Buffer.alloc(23), Buffer.from('joe\0'));
  assert.match(await plain.rest(), /\xff\x57\x0c#HY000/); // 3159
});
