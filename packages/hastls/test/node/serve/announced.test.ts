import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { createGateway } from 'hastls/serve';
import { latin1 } from '#core/bytes/index.js';
import { proxyLine, proxyOctets } from '#core/proxy/index.js';
import { announcedBy } from '#node/serve/origin.js';
import { mailBackend } from './backend.js';
import { client, identity, over, secured } from './client.js';
import { at, running } from './running.js';

const origin = { from: { address: '192.0.2.1', port: 4711 }, to: { address: '192.0.2.25', port: 25 } };

for (const [what, header] of [
  ['a line', proxyLine(origin)],
  ['octets', proxyOctets(origin)],
] as const)
  for (const mode of ['implicit', 'prefer', 'require'] as const)
    test(`a client that is announced by ${what} is known by its own address with ${mode}`, async (t) => {
      const backend = await mailBackend(t);
      const { port, ending } = await running(t, { backend: at(backend.port), mode, announcedBy: ['127.0.0.1'] });
      const ended = ending();
      const plain = await client(t, port);
      plain.say(header);
      if (mode !== 'implicit') {
        await plain.hear('ready\r\n');
        plain.say('STARTTLS\r\n');
        await plain.hear('TLS\r\n');
      }
      const peer = await secured(t, plain);
      peer.say('QUIT\r\n');
      await peer.rest();
      assert.deepEqual([(await ended).from, (await ended).ok], ['192.0.2.1', true]);
    });

test('a header and a ClientHello in one piece are told apart', async (t) => {
  const backend = await mailBackend(t);
  const { port, ending } = await running(t, {
    backend: at(backend.port),
    mode: 'implicit',
    announcedBy: ['127.0.0.1'],
  });
  const ended = ending();
  // a relay that sends the header with the first octets of the client's
  const between = net.createServer((from) => {
    const to = net.connect(port, '127.0.0.1').on('error', () => from.destroy());
    from
      .on('error', () => to.destroy())
      .once('data', (first) => {
        to.write(Buffer.concat([proxyOctets(origin), first]));
        from.pipe(to).pipe(from);
      });
  });
  between.listen(0, '127.0.0.1');
  await once(between, 'listening');
  t.after(() => between.close());
  const peer = await secured(t, await client(t, (between.address() as net.AddressInfo).port)); // it listens on TCP
  await peer.hear('ready\r\n');
  peer.say('QUIT\r\n');
  await peer.rest();
  assert.equal((await ended).from, '192.0.2.1');
});

test('a balancer that speaks for itself is served as itself', async (t) => {
  const backend = await mailBackend(t);
  const { port, ending } = await running(t, { backend: at(backend.port), announcedBy: ['127.0.0.0/8'] });
  const ended = ending();
  const plain = await client(t, port);
  plain.say(latin1('PROXY UNKNOWN\r\n'));
  await plain.hear('ready\r\n');
  plain.say('QUIT\r\n');
  await plain.rest();
  assert.equal((await ended).from, '127.0.0.1');
});

test('[V14] who has to announce and does not is not heard; who may not announce is, and its header is just words', async (t) => {
  const backend = await mailBackend(t);
  const listed = await running(t, { backend: at(backend.port), announcedBy: ['127.0.0.1'] });
  for (const words of ['EHLO x\r\n', 'PROXY TCP4 nonsense\r\n']) {
    const ended = listed.ending();
    const plain = await client(t, listed.port);
    plain.say(words);
    assert.equal(await plain.rest(), '');
    assert.deepEqual([(await ended).ok, (await ended).why], [false, '127.0.0.1: nobody was announced']);
  }
  const unlisted = await running(t, { backend: at(backend.port), announcedBy: ['192.0.2.0/24', '::1', 'unix:'] });
  const ended = unlisted.ending();
  const plain = await client(t, unlisted.port);
  plain.say(proxyLine(origin));
  assert.match(await plain.hear('first\r\n').catch(() => plain.hear('command\r\n')), /^220 [^\r]*\r\n530 /);
  plain.say('QUIT\r\n');
  await plain.rest();
  assert.equal((await ended).from, '127.0.0.1');
  assert.deepEqual(backend.sessions, []);
});

test('limits count the clients that are announced, not their balancer', async (t) => {
  const backend = await mailBackend(t);
  const { port, ending } = await running(t, {
    backend: at(backend.port),
    connectionsPerAddress: 1,
    announcedBy: ['127.0.0.1'],
  });
  const come = async (address: string) => {
    const plain = await client(t, port);
    plain.say(proxyLine({ ...origin, from: { address, port: 1 } }));
    return plain;
  };
  await (await come('192.0.2.1')).hear('ready\r\n');
  await (await come('192.0.2.2')).hear('ready\r\n');
  const ended = ending();
  assert.equal(await (await come('192.0.2.1')).rest(), '');
  assert.deepEqual([(await ended).why, (await ended).from], ['there are too many connections', '192.0.2.1']);
});

test('whoever connects to a Unix socket can be listed, too', async (t) => {
  const backend = await mailBackend(t);
  const { gateway, ending } = await running(t, { backend: at(backend.port), announcedBy: ['unix:'] });
  const path = `/tmp/hastls-announced-${process.pid}`;
  const server = gateway.createServer().listen(path);
  await once(server, 'listening');
  t.after(() => server.close());
  const ended = ending();
  const plain = over(t, net.connect(path));
  plain.say(proxyLine(origin), 'QUIT\r\n');
  await plain.rest();
  assert.equal((await ended).from, '192.0.2.1');
});

test('what is no address and no network is refused before anybody listens', () => {
  for (const source of ['nonsense', '192.0.2.0/33', '192.0.2.0/x', '::/129', '192.0.2.1/', ''])
    assert.throws(
      () => createGateway({ mode: 'implicit', certificates: [identity], backend: at(1), announcedBy: [source] }),
      { code: 'ERR_HASTLS_OPTION' },
      source,
    );
  const isListed = announcedBy(['2001:db8::/32', '192.0.2.0/24']);
  const from = (remoteAddress: string) => isListed({ remoteAddress } as net.Socket); // as: it asks for nothing else
  assert.deepEqual(['2001:db8::1', '::ffff:192.0.2.9', '192.0.3.1'].map(from), [true, true, false]);
});
