import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { imap, smtp } from 'hastls/profiles';
import { createCensus, type GatewayOptions, type Visited } from 'hastls/serve';
import { mailBackend } from './backend.js';
import { authority, client, identity, secured, started, trust } from './client.js';
import { at, implicit, inBand, running } from './running.js';

// What a gateway and its clients agree on in TLS, and what is told of it.

/** A gateway of implicit TLS in front of one that says hello. */
async function greeting(t: TestContext, options: Partial<GatewayOptions> = {}) {
  const server = net.createServer((socket) => void socket.on('error', () => {}).write('220 hello\r\n'));
  const backend = at(await started(t, server));
  return running(t, { backend, mode: 'implicit', profile: undefined, ...options });
}

/** Connects, hears hello and leaves; what was agreed on, and a session to be resumed. */
async function visit(port: number, options: tls.ConnectionOptions = {}) {
  const socket = tls.connect({ ...trust, ...at(port), ...options });
  let session: Buffer | undefined;
  socket.on('session', (given: Buffer) => {
    session = given;
  });
  await once(socket, 'data');
  const resumed = socket.isSessionReused();
  socket.destroy();
  return { resumed, ...(session && { session }) };
}

// biome-ignore format: a table
const AGREED: readonly (readonly [what: string, offer: tls.ConnectionOptions, protocol: string, cipher: string, group: RegExp])[] = [
  ['X25519 over TLS 1.3', { ecdhCurve: 'X25519' }, 'TLSv1.3', 'TLS_AES_256_GCM_SHA384', /^X25519$/],
  ['P-256 over TLS 1.3', { ecdhCurve: 'P-256', ciphers: 'TLS_AES_128_GCM_SHA256' }, 'TLSv1.3', 'TLS_AES_128_GCM_SHA256', /^prime256v1$/],
  ['P-384 over TLS 1.2', { ecdhCurve: 'P-384:P-256', maxVersion: 'TLSv1.2' }, 'TLSv1.2', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', /^secp384r1$/],
  ['whatever both know', {}, 'TLSv1.3', 'TLS_AES_256_GCM_SHA384', /^X25519(MLKEM768)?$/],
];

for (const [what, offer, protocol, cipher, group] of AGREED)
  test(`a gateway tells protocol, cipher and group: ${what}`, async (t) => {
    const secured: Visited['tls'][] = [];
    const { port, ending } = await greeting(t, { onSecured: ({ tls: agreed }) => secured.push(agreed) });
    const over = ending();
    await visit(port, offer);
    const { tls: agreed } = await over;
    assert.deepEqual([agreed?.protocol, agreed?.cipher, agreed?.resumed], [protocol, cipher, false]);
    assert.match(String(agreed?.group), group);
    assert.deepEqual(secured, [agreed]);
  });

test('the group may be one that no quantum computer breaks, where the OpenSSL of Node has it', async (t) => {
  try {
    tls.createSecureContext({ ecdhCurve: 'X25519MLKEM768' });
  } catch {
    return t.skip(`OpenSSL ${process.versions.openssl} has none`);
  }
  const { port, ending } = await greeting(t);
  const over = ending();
  await visit(port);
  assert.equal((await over).tls?.group, 'X25519MLKEM768');
});

// biome-ignore format: a table
const REFUSED: readonly (readonly [what: string, offer: tls.ConnectionOptions])[] = [
  ['TLS 1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }],
  ['block ciphers', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' }],
  ['key exchange without forward secrecy', { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }],
];

for (const [what, offer] of REFUSED)
  test(`[S4] a gateway does not agree to ${what}`, async (t) => {
    const { port, ending } = await greeting(t);
    const over = ending();
    await assert.rejects(visit(port, offer), /alert|SSL/);
    const { ok, cause, tls: agreed } = await over;
    assert.deepEqual([ok, cause, agreed], [false, 'handshake', undefined]);
  });

test('gateways with the same key of tickets, the same names and the same protocol resume each other’s sessions', async (t) => {
  const ticketKeys = randomBytes(48);
  const one = await greeting(t, { ticketKeys });
  const others = [
    [true, await greeting(t, { ticketKeys })],
    [false, await greeting(t, { ticketKeys: randomBytes(48) })],
    [false, await greeting(t, { ticketKeys, certificates: [authority.issue(['server.example', 'b.example'])] })],
    [false, await greeting(t, { ticketKeys, profile: smtp })],
  ] as const;
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const)
    for (const [resumes, { port, ending }] of others) {
      const { session } = await visit(one.port, { maxVersion });
      const over = ending();
      assert.equal((await visit(port, { maxVersion, ...(session && { session }) })).resumed, resumes);
      assert.equal((await over).tls?.resumed, resumes);
    }
});

test('a new key of tickets makes old ones worthless, and does no other harm', async (t) => {
  const { port, gateway } = await greeting(t, { ticketKeys: randomBytes(48) });
  const { session = Buffer.of() } = await visit(port);
  assert.equal((await visit(port, { session })).resumed, true);
  gateway.renew([identity], randomBytes(48));
  assert.equal((await visit(port, { session })).resumed, false);
});

for (const clients of [undefined, { ca: authority.certificate, optional: true }])
  test(`[RFC6066 §8] what an authority says of a certificate is stapled to it, and to no other${clients ? ', also where clients have some' : ''}`, async (t) => {
    const [first, second, silent] = [['server.example'], ['second.example'], ['silent.example']].map((names) =>
      authority.issue(names),
    );
    assert.ok(first && second && silent);
    const { port } = await greeting(t, {
      certificates: [
        { ...first, ocsp: Buffer.from('of the first') },
        { ...second, ocsp: Buffer.from('of the second') },
        silent,
      ],
      ...(clients && { clients }),
    });
    const asked = async (servername: string) => {
      const offer = { ca: authority.certificate, ...at(port), servername, requestOCSP: true };
      const socket = tls.connect(offer);
      t.after(() => socket.destroy());
      const [response] = await once(socket, 'OCSPResponse');
      await once(socket, 'data');
      return response === null ? null : String(response);
    };
    assert.equal(await asked('server.example'), 'of the first');
    assert.equal(await asked('second.example'), 'of the second');
    assert.equal(await asked('silent.example'), null);
    await visit(port); // whoever does not ask hears nothing of it
  });

test('a gateway that takes the place of another one counts the other’s clients', async (t) => {
  const census = createCensus();
  const limits = { census, connections: 3, connectionsPerAddress: 2 };
  const [old, young] = [await greeting(t, limits), await greeting(t, limits)];
  const backend = old.port;
  await implicit(t, backend);
  await implicit(t, backend);
  const over = young.ending();
  await client(t, young.port);
  const { cause, id } = await over;
  assert.equal(cause, 'too-many');
  assert.ok(id > 2, 'the connections of all gateways are told apart');
  await client(t, young.port, '127.0.0.2'); // of another address
  const full = young.ending();
  await client(t, young.port, '127.0.0.3');
  assert.equal((await full).cause, 'too-many');
  old.gateway.cut();
  while (old.gateway.connections > 0) await new Promise((done) => setImmediate(done));
  assert.equal(await (await implicit(t, young.port)).hear('\r\n'), '220 hello\r\n');
});

// biome-ignore format: a table
const LATE: readonly (readonly [what: string, options: Partial<GatewayOptions>, secures: boolean, why: string])[] = [
  ['no TLS comes', { mode: 'require', handshakeMs: 60 }, false, 'no TLS within 60 ms'],
  ['nothing is said before TLS', { mode: 'prefer', idleMs: 60 }, false, 'nothing was said for 60 ms'],
  ['nothing is said over TLS', { mode: 'require', idleMs: 200 }, true, 'nothing was said for 200 ms'],
  ['a connection lasts too long', { mode: 'require', totalMs: 300 }, true, 'it lasted 300 ms'],
];

for (const [what, options, secures, why] of LATE)
  test(`a gateway says which time was over when ${what}`, async (t) => {
    const backend = await mailBackend(t);
    const { port, ending } = await running(t, { backend: at(backend.port), profile: smtp, ...options });
    const over = ending();
    await (secures ? inBand(t, port) : client(t, port));
    assert.deepEqual([(await over).cause, (await over).why], ['late', why]);
  });

test('who leaves instead of beginning with TLS is not waited for', async (t) => {
  const { port, ending } = await greeting(t);
  const over = ending();
  (await client(t, port)).socket.end();
  const { cause, durationMs } = await over;
  assert.equal(cause, 'handshake');
  assert.ok(durationMs < 10_000, 'as long as a handshake may take');
});

test('what broke a connection off is told in a word', async (t) => {
  const { port, ending } = await running(t, { backend: at(1), profile: imap, mode: 'require' });
  const injected = ending();
  const plain = await client(t, port);
  await plain.hear('ready\r\n');
  plain.say('a STARTTLS\r\na NOOP\r\n');
  assert.equal((await injected).cause, 'client');
  const unreachable = ending();
  const next = await client(t, port);
  await next.hear('ready\r\n');
  next.say('a STARTTLS\r\n');
  await next.hear('\r\n');
  (await secured(t, next)).say('a NOOP\r\n');
  assert.equal((await unreachable).cause, 'backend');
});
