import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, createPublicKey } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createAuthority, selfSigned } from 'hastls/testing';
import { type HandshakeOptions, handshake } from '#node/handshake.js';
import { connected, listening, portOf } from './peers.ts';

const authority = createAuthority();
const ca = authority.certificate;
const names = ['server.example', '127.0.0.1'];
const good = authority.issue(names);
const expired = authority.issue(names, { notAfter: new Date(Date.now() - 60_000) });
const foreign = createAuthority('an authority nobody knows').issue(names);
const addressed = authority.issue(['192.0.2.1'], { commonName: 'server.example' });
const part = authority.issue(['ser*.mail.example', 's*r.mail.example']);
const right = { host: 'server.example', ca };

async function shake(t: TestContext, server: tls.TlsOptions, options: HandshakeOptions) {
  const { socket } = await dialled(t, tls.createServer(server));
  const result = await handshake(socket, options);
  if (result.kind !== 'failed') t.after(() => result.socket.destroy());
  return { socket, result };
}

async function dialled(t: TestContext, server: net.Server) {
  return { socket: await connected(portOf(await listening(t, server))) };
}

test('[R7] a chain that ends at a trusted root and the right name is secured, and the facts are told', async (t) => {
  const { result } = await shake(t, good, right);
  assert.ok(result.kind === 'secured');
  assert.equal(result.protocol, 'TLSv1.3');
  assert.match(result.cipher, /^TLS_/);
  assert.equal(result.alpn, undefined);
  assert.match(result.certificate?.names ?? '', /DNS:server\.example/);
  assert.match(result.certificate?.fingerprint ?? '', /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  assert.ok((result.certificate?.notBefore ?? 0) < (result.certificate?.notAfter ?? 0));
});

test('[R7] [V16] whatever is wrong with the certificate has a word, and the socket is gone', async (t) => {
  const rows: readonly (readonly [what: string, server: tls.TlsOptions, options: HandshakeOptions, cause: string])[] = [
    ['another name', good, { host: 'other.example', ca }, 'name-mismatch'],
    ['a name below ours', good, { host: 'a.server.example', ca }, 'name-mismatch'],
    ['an address it does not name', good, { host: '127.0.0.2', ca }, 'name-mismatch'],
    ['a common name, which names nobody [RFC9525 §6.3]', addressed, right, 'name-mismatch'],
    ['a star for a part of a label [RFC9525 §6.3]', part, { host: 'server.mail.example', ca }, 'name-mismatch'],
    ['a star for the only label', authority.issue(['*.example']), right, 'name-mismatch'],
    [
      'a star for two labels',
      authority.issue(['*.server.example']),
      { host: 'a.b.server.example', ca },
      'name-mismatch',
    ],
    ['nobody vouches for it', good, { host: 'server.example' }, 'untrusted'],
    ['an unknown authority', foreign, right, 'untrusted'],
    ['signed by itself', selfSigned(names), right, 'untrusted'],
    ['expired', expired, right, 'untrusted'],
    ['expired and another name', expired, { host: 'other.example', ca }, 'untrusted'],
  ];
  for (const [what, server, options, cause] of rows) {
    const { socket, result } = await shake(t, server, options);
    assert.ok(result.kind === 'failed', what);
    assert.equal(result.cause, cause, what);
    assert.ok(socket.destroyed, what);
  }
});

test('[R7] [A36] a star stands for one label, and letters are the same in either case', async (t) => {
  const star = authority.issue(['*.Server.example']);
  assert.equal((await shake(t, star, { host: 'a.server.example', ca })).result.kind, 'secured');
});

test('the environment cannot switch verification off', async (t) => {
  Object.assign(process.env, { NODE_TLS_REJECT_UNAUTHORIZED: '0' });
  t.after(() => Reflect.deleteProperty(process.env, 'NODE_TLS_REJECT_UNAUTHORIZED'));
  const { result } = await shake(t, foreign, right);
  assert.ok(result.kind === 'failed');
});

test('[R7] nor can it switch encryption off', async (t) => {
  const ciphers = 'ECDHE-ECDSA-NULL-SHA:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0';
  const port = portOf(await listening(t, tls.createServer({ ...good, ciphers, maxVersion: 'TLSv1.2' })));
  const [secured, inClear] = ['ECDHE-ECDSA-AES128-SHA', ciphers].map((list) =>
    elsewhere(port, JSON.stringify({ ca }), { NODE_OPTIONS: `--tls-cipher-list=${list}` }),
  );
  assert.deepEqual(await secured, ['secured']);
  assert.deepEqual(await inClear, ['handshake']);
});

test('[R7] an authority of whom nothing can be read is nobody, and not whoever Node trusts', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hastls-trust-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'ca.pem'), ca);
  const port = portOf(await listening(t, tls.createServer(good)));
  const trusts = "{}, { ca: '' }, { ca: Buffer.alloc(0) }, { ca: [] }";
  const environment = { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };
  assert.deepEqual(await elsewhere(port, trusts, environment), ['secured', 'untrusted', 'untrusted', 'untrusted']);
});

/** What comes of handshakes with these options in another process, and its environment. */
async function elsewhere(port: number, options: string, environment: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const script = `import net from 'node:net';
    import { handshake } from '#node/handshake.js';
    for (const each of [${options}]) {
      const socket = net.connect(${port}, '127.0.0.1');
      await new Promise((connected) => socket.once('connect', connected));
      const { kind, cause } = await handshake(socket, { host: 'server.example', ...each });
      console.log(cause ?? kind);
    }
    process.exit();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    env: { ...process.env, ...environment },
  });
  return stdout.trim().split('\n');
}

test('[A34] an address literal is checked as an address, and not sent as a server name', async (t) => {
  const asked: string[] = [];
  const SNICallback: tls.TlsOptions['SNICallback'] = (name, done) => {
    asked.push(name);
    done(null);
  };
  const server = { ...good, SNICallback };
  assert.equal((await shake(t, server, { host: '127.0.0.1', ca })).result.kind, 'secured');
  assert.deepEqual(asked, []);
  assert.equal((await shake(t, server, { host: 'server.example.', ca })).result.kind, 'secured');
  assert.deepEqual(asked, ['server.example'], 'a name is, without its final dot [A36]');
});

test('[V13] ALPN: agreed, not answered, or fatal', async (t) => {
  const offers = { ...right, alpn: ['imap'] };
  const agreed = await shake(t, { ...good, ALPNProtocols: ['imap', 'pop3'] }, offers);
  assert.ok(agreed.result.kind === 'secured');
  assert.equal(agreed.result.alpn, 'imap');
  const silent = await shake(t, good, offers);
  assert.ok(silent.result.kind === 'secured');
  assert.equal(silent.result.alpn, undefined, 'nothing answered is told, not punished');
  const other = await shake(t, { ...good, ALPNProtocols: ['pop3'] }, offers);
  assert.ok(other.result.kind === 'failed');
  assert.equal(other.result.cause, 'handshake');
});

test('[A28] no TLS at all, and TLS too old, are failures of the handshake', async (t) => {
  const old = await shake(t, { ...good, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' }, right);
  assert.ok(old.result.kind === 'failed');
  assert.equal(old.result.cause, 'handshake');
  const answers: readonly (readonly [what: string, answer: (socket: net.Socket) => void])[] = [
    ['plaintext', (socket) => socket.write('220 ready\r\n')],
    ['the end', (socket) => socket.end()],
    ['a reset', (socket) => socket.once('data', () => socket.resetAndDestroy())],
  ];
  for (const [what, answer] of answers) {
    const { socket } = await dialled(t, net.createServer(answer));
    const result = await handshake(socket, right);
    assert.ok(result.kind === 'failed', what);
    assert.equal(result.cause, 'handshake', what);
    assert.ok(socket.destroyed, what);
  }
});

test('a peer that never answers runs into the deadline', async (t) => {
  const { socket } = await dialled(t, net.createServer());
  const result = await handshake(socket, { ...right, timeoutMs: 20 });
  assert.ok(result.kind === 'failed');
  assert.equal(result.cause, 'timeout');
  assert.ok(socket.destroyed);
});

test('the caller can call it off, before and meanwhile', async (t) => {
  const first = await dialled(t, net.createServer());
  await assert.rejects(handshake(first.socket, { ...right, signal: AbortSignal.abort(new Error('no')) }), /no/);
  assert.ok(first.socket.destroyed);
  const { socket } = await dialled(t, net.createServer());
  const caller = new AbortController();
  const result = handshake(socket, { ...right, signal: caller.signal });
  caller.abort(new Error('changed my mind'));
  await assert.rejects(result, /changed my mind/);
  assert.ok(socket.destroyed);
});

test('[A29] unauthenticated TLS is never called secured, but a peer that proves itself still is', async (t) => {
  const stranger = await shake(t, foreign, { ...right, unauthenticatedTls: true });
  assert.ok(stranger.result.kind === 'unauthenticated');
  assert.match(stranger.result.why, /server\.example/);
  const misnamed = await shake(t, good, { host: 'other.example', ca, unauthenticatedTls: true });
  assert.ok(misnamed.result.kind === 'unauthenticated');
  assert.match(misnamed.result.why, /not for other\.example, but for DNS:server\.example/);
  assert.equal((await shake(t, good, { ...right, unauthenticatedTls: true })).result.kind, 'secured');
});

const pinOf = ({ cert }: { readonly cert: string }): string =>
  createHash('sha256')
    .update(createPublicKey(cert).export({ type: 'spki', format: 'der' }))
    .digest('base64');

test('a pinned key is wanted beside all other checks, and told when it is another', async (t) => {
  const pin = pinOf(good);
  const { result } = await shake(t, good, { ...right, pins: ['A'.repeat(43).concat('='), pin] });
  assert.equal(result.kind, 'secured');
  const { result: other, socket } = await shake(t, authority.issue(names), { ...right, pins: [pin] });
  assert.ok(other.kind === 'failed');
  assert.equal(other.cause, 'pinned');
  assert.match(other.why, /pin-sha256=[\w+/]{43}=$/);
  assert.ok(socket.destroyed);
  const { result: distrusted } = await shake(t, foreign, { ...right, pins: [pinOf(foreign)] });
  assert.equal(distrusted.kind === 'failed' && distrusted.cause, 'untrusted');
});

test('a list of pins without any lets nobody in', async (t) => {
  const { result } = await shake(t, good, { ...right, pins: [] });
  assert.ok(result.kind === 'failed');
  assert.equal(result.cause, 'pinned');
});

test('a server that asks who we are is shown the certificate we were given', async (t) => {
  const wants = { ...good, ca, requestCert: true, rejectUnauthorized: true };
  const server = tls.createServer(wants);
  const asked = new Promise<string>((resolve) =>
    server.once('secureConnection', (peer) => resolve(String(peer.getPeerX509Certificate()?.subjectAltName))),
  );
  const { socket } = await dialled(t, server);
  const result = await handshake(socket, { ...right, identity: authority.issue(['client.example']) });
  assert.equal(result.kind, 'secured');
  assert.equal(await asked, 'DNS:client.example');
  socket.destroy();
});
