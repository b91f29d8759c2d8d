import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { connect, HastlsError } from 'hastls';
import { authority, resolving } from './world.js';

const identity = authority.issue(['mail.example']);
const ca = authority.certificate;

interface Script {
  /** In clear. `undefined` is the demand's end: what comes next is TLS, or the connection ends. */
  readonly plain: (line: string) => string;
  readonly over: (line: string) => string;
}

/** A news server of 1997 that follows a script, and whatever it was told, in both worlds. */
async function following(t: TestContext, { plain, over }: Script) {
  const heard: string[] = [];
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('200 ready\r\n');
    const listen = () =>
      socket.once('data', (chunk) => {
        const line = chunk.toString('latin1').trimEnd();
        if (chunk[0] === 0x16) {
          socket.pause();
          socket.unshift(chunk);
          const secured = new tls.TLSSocket(socket, { isServer: true, ...identity });
          secured.on('error', () => undefined);
          return void secured.on('data', (said) => {
            heard.push(`tls: ${String(said).trimEnd()}`);
            secured.write(over(String(said).trimEnd()));
          });
        }
        heard.push(`plain: ${line}`);
        socket.write(plain(line));
        listen();
      });
    listen();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as net.AddressInfo;
  const dns = await resolving(t, `mail A 127.0.0.1\n_nntp._tcp.mail HASTLS ${port} 0 0`);
  const open = async (options: object = {}) => {
    const connection = await connect('nntp-1997://mail.example', { dns, ca, stance: 'cfb', ...options });
    assert.equal(connection.security, 'plaintext');
    t.after(() => connection.socket.destroy());
    if (connection.security !== 'plaintext') throw new Error('unreachable');
    return connection.session();
  };
  return { open, heard };
}

const demanding: Script = {
  plain: (line) => (line.startsWith('GROUP') ? '401 please initiate TLS\r\n' : '111 19970210152346\r\n'),
  over: (line) => (line.startsWith('GROUP') ? '211 3 1 3 a.group\r\n' : '111 20261123000000\r\n'),
};

const refusedWith = (code: string) => (error: unknown) => error instanceof HastlsError && error.code === code;

test('[S14] [S9] example 4: the demand is followed by TLS at once, and the refused command said once more', async (t) => {
  const { open, heard } = await following(t, demanding);
  const session = await open();
  assert.equal(session.greeting, '200 ready');
  assert.match(await session.command('DATE'), /^111 1997/);
  assert.equal(session.security, 'plaintext');
  assert.match(await session.command('GROUP a.group'), /^211/);
  assert.equal(session.security, 'tls');
  assert.ok(session.socket instanceof tls.TLSSocket);
  assert.match(await session.command('DATE'), /^111 2026/);
  assert.deepEqual(heard, ['plain: DATE', 'plain: GROUP a.group', 'tls: GROUP a.group', 'tls: DATE']);
  session.close();
});

test('[S14] a server that demands TLS within TLS is left', async (t) => {
  const { open, heard } = await following(t, { ...demanding, over: () => '401 please initiate TLS\r\n' });
  await assert.rejects((await open()).command('GROUP a.group'), refusedWith('ERR_HASTLS_GARBLED'));
  assert.equal(heard.filter((line) => line.startsWith('tls:')).length, 1);
});

test('[S14] and so is one that does it later on: a dialogue takes to TLS once', async (t) => {
  const over = (line: string) => (line === 'DATE' ? '401 please initiate TLS\r\n' : '211 3 1 3 a.group\r\n');
  const { open, heard } = await following(t, { ...demanding, over });
  const session = await open();
  assert.match(await session.command('GROUP a.group'), /^211/);
  await assert.rejects(session.command('DATE'), refusedWith('ERR_HASTLS_GARBLED'));
  assert.deepEqual(heard.slice(1), ['tls: GROUP a.group', 'tls: DATE']);
});

test('[V4] plaintext behind the demand is an attack', async (t) => {
  const { open } = await following(t, { ...demanding, plain: () => '401 please initiate TLS\r\n211 injected\r\n' });
  await assert.rejects((await open()).command('GROUP a.group'), refusedWith('ERR_HASTLS_GARBLED'));
});

test('[A25] a client set to plaintext only, and to refuse the demand, leaves and says why', async (t) => {
  const { open, heard } = await following(t, demanding);
  const session = await open({ stance: 'cio', switches: { cioUpgrade: 'refuse' } });
  await assert.rejects(session.command('GROUP a.group'), refusedWith('ERR_HASTLS_UPGRADE_REFUSED'));
  assert.deepEqual(heard, ['plain: GROUP a.group']);
});

test('[V16] the certificate is checked in mid-dialogue as everywhere', async (t) => {
  const { open } = await following(t, demanding);
  const session = await open({ ca: undefined });
  await assert.rejects(session.command('GROUP a.group'), refusedWith('ERR_HASTLS_UNTRUSTED'));
});

test('[S18] 401 with a capability for its first word is not the demand of 1997', async (t) => {
  const { open } = await following(t, { ...demanding, plain: () => '401 MODE-READER\r\n' });
  const session = await open();
  assert.match(await session.command('GROUP a.group'), /^401 MODE-READER/);
  assert.equal(session.security, 'plaintext');
});

test('a command is one line', async (t) => {
  const { open } = await following(t, demanding);
  await assert.rejects((await open()).command('DATE\r\nGROUP a'), refusedWith('ERR_HASTLS_OPTION'));
});
