import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { connect } from 'hastls';
import { ftp } from 'hastls/profiles';
import { createTriggerServer } from 'hastls/serve';
import { createAuthority } from 'hastls/testing';
import { authority, resolving } from './world.js';

// Data that move on connections of their own, and somebody who would like to have them. [V9] [V15] [V16]

const identity = authority.issue(['mail.example']);

/** How the connection for data goes on. */
type Data = (socket: net.Socket) => void;
const overTls =
  (own: tls.SecureContextOptions): Data =>
  (socket) =>
    void new tls.TLSSocket(socket, { isServer: true, ...own }).on('error', () => {}).end('a file');
const inClear: Data = (socket) => void socket.end('a file');

/** What the server of commands says to one of them, where that is not what a good one says. */
type Says = Readonly<Record<string, string>>;

/** A session with a server like this, and what it was told over TLS. */
async function session(t: TestContext, data: Data, says: Says = {}, stance: 'cso' | 'cio' = 'cso') {
  const heard: string[] = [];
  const files = net.createServer((socket) => data(socket.on('error', () => {}))).listen(0, '127.0.0.1');
  await once(files, 'listening');
  t.after(() => files.close());
  const { port } = files.address() as net.AddressInfo; // as: it listens on TCP
  const answers: Says = {
    FEAT: '211-Features\r\n AUTH TLS\r\n211 End',
    'PBSZ 0': '200 OK',
    'PROT P': '200 OK',
    EPSV: `229 Entering extended passive mode (|||${port}|)`,
    'RETR file': '150 Here it comes\r\n226 Done',
    ...says,
  };
  const server = createTriggerServer({
    profile: ftp,
    mode: 'prefer',
    tls: identity,
    application:
      ({ socket }) =>
      (command) => {
        if (command !== 'FEAT') heard.push(command);
        socket.write(`${answers[command] ?? '502 What?'}\r\n`);
      },
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const own = (server.address() as net.AddressInfo).port; // as: it listens on TCP
  const dns = await resolving(t, `mail A 127.0.0.1\n_ftp._tcp.mail HASTLS ${own} ${own} 0`);
  const connection = await connect('ftp://mail.example', { dns, ca: authority.certificate, stance, timeoutMs: 5000 });
  t.after(() => connection.socket.destroy());
  assert.ok(connection.security !== 'unauthenticated');
  return { heard, opened: await connection.session() };
}

test('data come over TLS, once it was agreed that they shall', async (t) => {
  const { opened, heard } = await session(t, overTls(identity));
  for (let turn = 0; turn < 2; turn++) {
    const transfer = await opened.transfer('RETR file');
    assert.ok(transfer.kind === 'begun');
    await assert.rejects(opened.command('NOOP'), { code: 'ERR_HASTLS_OPTION' }, 'the server’s last word comes first');
    assert.equal(String(Buffer.concat(await transfer.socket.toArray())), 'a file');
    assert.equal(await transfer.finish(), '226 Done\r\n');
  }
  assert.deepEqual(heard, ['PBSZ 0', 'PROT P', 'EPSV', 'RETR file', 'EPSV', 'RETR file']);
});

test('what the server will not move is no error, and the dialogue goes on', async (t) => {
  const { opened } = await session(t, overTls(identity), { 'RETR file': '550 No such file' });
  assert.deepEqual(await opened.transfer('RETR file'), { kind: 'refused', reply: '550 No such file\r\n' });
  assert.equal(await opened.command('PBSZ 0'), '200 OK\r\n');
});

// biome-ignore format: a table
const ROWS = [
  ['come in clear', inClear, {}, 'ERR_HASTLS_HANDSHAKE', 'RETR file'],
  ['come by another key, though for the same host and by the same authority',
    overTls(authority.issue(['mail.example'])), {}, 'ERR_HASTLS_PINNED', 'RETR file'],
  ['come by a certificate for another host',
    overTls(authority.issue(['other.example'])), {}, 'ERR_HASTLS_NAME_MISMATCH', 'RETR file'],
  ['come by a certificate of a stranger',
    overTls(createAuthority().issue(['mail.example'])), {}, 'ERR_HASTLS_UNTRUSTED', 'RETR file'],
  ['are not to be protected', inClear, { 'PROT P': '536 In clear or not at all' }, 'ERR_HASTLS_UPGRADE_REFUSED', 'PROT P'],
  ['are said to wait on another host', overTls(identity),
    { EPSV: '229 There (|1|192.0.2.1|21|)' }, 'ERR_HASTLS_GARBLED', 'EPSV'],
  ['are said to wait by an answer to another question', overTls(identity),
    { EPSV: '227 There (192,0,2,1,0,21)' }, 'ERR_HASTLS_GARBLED', 'EPSV'],
] as const;

for (const [what, data, says, code, last] of ROWS)
  test(`data that ${what}: ${code}`, async (t) => {
    const { opened, heard } = await session(t, data, says);
    await assert.rejects(opened.transfer('RETR file'), { code });
    assert.equal(heard.at(-1), last);
  });

test('[V15] a client of ours says no word that leads out of TLS', async (t) => {
  const { opened, heard } = await session(t, overTls(identity));
  for (const line of ['CCC', 'ccc', 'PROT C', 'prot e', 'REIN'])
    await assert.rejects(opened.command(line), { code: 'ERR_HASTLS_OPTION' });
  assert.deepEqual(heard, []);
});

test('where the dialogue is in clear no data are moved', async (t) => {
  const { opened, heard } = await session(t, inClear, {}, 'cio');
  assert.equal(opened.security, 'plaintext');
  await assert.rejects(opened.transfer('RETR file'), { code: 'ERR_HASTLS_OPTION' });
  assert.deepEqual(heard, []);
});
