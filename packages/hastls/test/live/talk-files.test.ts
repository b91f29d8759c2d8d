/** Files: a dialogue for commands, and for each transfer a connection of its own, which has to be as secure as that one. */
import assert from 'node:assert/strict';
import type { Transfer } from 'hastls';
import { ftp } from '#core/profiles/index.js';
import { connectAsSecureOnly } from './held.ts';
import { freePorts } from './peers/peer.ts';
import { PURE_FTPD, startPureFtpd, startVsftpd, VSFTPD } from './peers/services.ts';
import { live } from './peers/stage.ts';
import { certify } from './peers/test-ca.ts';

const ROWS = [
  ['vsftpd', VSFTPD, startVsftpd, ['USER ftp'], 'session'],
  ['pure-ftpd', PURE_FTPD, startPureFtpd, ['USER joe', 'PASS secret'], 'key'],
] as const;

for (const [peer, need, startServer, login, bound] of ROWS)
  live(`${peer}: our transfers`, [need], async (stage) => {
    const certificate = await certify(stage.home, ['mail.test']);
    const [port = 0] = await freePorts(1);
    await stage.keep(startServer(stage.home, certificate, port));
    const meeting = { peer, protocol: ftp.name, ours: 'client' } as const;
    await stage.shows({ ...meeting, shown: 'data over TLS, both ways' }, async () => {
      const connection = await connectAsSecureOnly(ftp, [port, port], certificate);
      const session = await connection.session();
      for (const command of login) assert.match(await session.command(command), /^(230|331) /);
      assert.match(await session.command('TYPE I'), /^200 /);

      assert.match(await fetched(await session.transfer('LIST'), bound), /hello\.txt/);
      assert.equal(await fetched(await session.transfer('RETR hello.txt'), bound), 'hello\n');

      const sent = await session.transfer('STOR in/answer.txt');
      assert.ok(sent.kind === 'begun');
      sent.socket.end('and to you\n');
      assert.match(await sent.finish(), /^226[ -]/);
      assert.equal(await fetched(await session.transfer('RETR in/answer.txt'), bound), 'and to you\n');

      const absent = await session.transfer('RETR nothing.txt');
      assert.ok(absent.kind === 'refused');
      assert.match(absent.reply, /^550[ -]/);
      assert.match(await session.command('QUIT'), /^221[ -]/);
      session.close();
    });
  });

/** All that a transfer brings; `bound`: what makes sure that it comes from the server. */
async function fetched(transfer: Transfer, bound: 'session' | 'key'): Promise<string> {
  assert.ok(transfer.kind === 'begun');
  assert.equal(transfer.socket.isSessionReused() ? 'session' : 'key', bound);
  const pieces = await transfer.socket.toArray();
  assert.match(await transfer.finish(), /^226[ -]/);
  return Buffer.concat(pieces).toString('latin1');
}
