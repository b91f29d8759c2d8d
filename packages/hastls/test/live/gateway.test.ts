/** Real servers behind a gateway, real clients in front of it, and a large message from one end to the other. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { imap, lmtp, pop3, smtp, submission } from 'hastls/profiles';
import { createGateway, type GatewayOptions } from 'hastls/serve';
import { type Need, OPENSSL, run, SWAKS } from './peers/commands.ts';
import { DOVECOT, startDovecot } from './peers/dovecot.ts';
import { freePorts } from './peers/peer.ts';
import { POSTFIX, startPostfix } from './peers/postfix.ts';
import { live, type Stage } from './peers/stage.ts';
import { certify } from './peers/test-ca.ts';

const CURL: Need = { packages: 'curl', commands: ['curl'] };
const GNUTLS: Need = { packages: 'gnutls-bin', commands: ['gnutls-cli'] };
const MBSYNC: Need = { packages: 'isync', commands: ['mbsync'] };
const HOST = 'mail.test';

interface Front {
  readonly port: number;
  close(): void;
}

/** Postfix and Dovecot, which offer an upgrade of their own, and gateways that have another certificate than they. */
async function startWorld(stage: Stage) {
  const certificate = await certify(stage.home, [HOST, 'localhost']);
  const [may = 0, encrypt = 0, handIn = 0, implicit = 0, none = 0, ...more] = await freePorts(13);
  const [mailbox = 0, imaps = 0, post = 0, pop3s = 0, local = 0, lmtps = 0, sieve = 0, through = 0] = more;
  const theirs = { ...certificate, chain: join(stage.home, 'theirs.pem'), key: join(stage.home, 'theirs.key') };
  const pair = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=backend'];
  await run('openssl', 'req', '-x509', ...pair, '-keyout', theirs.key, '-out', theirs.chain);
  await Promise.all([
    stage.keep(
      startPostfix(
        stage.home,
        theirs,
        { may, encrypt, submission: handIn, implicit, none },
        { [through]: ['smtpd_tls_security_level=may', `content_filter=lmtp:inet:127.0.0.1:${local}`] },
      ),
    ),
    stage.keep(
      startDovecot(stage.home, theirs, { imap: mailbox, imaps, pop3: post, pop3s, lmtp: local, lmtps, sieve }),
    ),
  ]);
  const [cert, key] = await Promise.all([readFile(certificate.chain), readFile(certificate.key)]);
  const front = async (
    profile: GatewayOptions['profile'],
    mode: GatewayOptions['mode'],
    port: number,
  ): Promise<Front> => {
    const backend = { host: '127.0.0.1', port };
    const server = createGateway({ profile, mode, backend, certificates: [{ cert, key }], host: HOST }).createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { port: (server.address() as net.AddressInfo).port, close: () => server.close() }; // it listens on TCP
  };
  return { ca: certificate.ca, ports: { may, through, mailbox, post, local }, front };
}

live(
  'clients that are not ours, and servers that are not ours, with a gateway between them',
  [POSTFIX, DOVECOT, OPENSSL, GNUTLS, SWAKS, CURL, MBSYNC],
  async (stage) => {
    const { ca, ports, front } = await startWorld(stage);
    const fronts = {
      smtp: await front(smtp, 'require', ports.may),
      prefer: await front(smtp, 'prefer', ports.may),
      submission: await front(submission, submission.middle?.secrets ?? [], ports.may),
      lmtp: await front(lmtp, 'require', ports.local),
      imap: await front(imap, 'require', ports.mailbox),
      imaps: await front(imap, 'implicit', ports.mailbox),
      pop3: await front(pop3, pop3.middle?.secrets ?? [], ports.post),
    };
    const verified = ['-verify_return_error', '-verify_hostname', HOST, '-servername', HOST, '-CAfile', ca];
    for (const scheme of ['smtp', 'lmtp', 'imap', 'pop3'] as const)
      await stage.check(`openssl s_client -starttls ${scheme}`, async () => {
        const at = ['-starttls', scheme, '-connect', `127.0.0.1:${fronts[scheme].port}`];
        assert.match(await run('openssl', 's_client', '-brief', ...at, ...verified), /Verification: OK/);
      });
    for (const scheme of ['smtp', 'lmtp', 'imap', 'pop3'] as const)
      await stage.check(`gnutls-cli --starttls-proto=${scheme}`, async () => {
        const at = [`--starttls-proto=${scheme}`, `--port=${fronts[scheme].port}`, `--x509cafile=${ca}`, 'localhost'];
        assert.match(await run('gnutls-cli', ...at), /The certificate is trusted[\s\S]*Handshake was completed/);
      });

    const mail = ['--from', 'a@mail.test', '--to', 'joe@mail.test'];
    const overTls = ['--tls', '--tls-verify', '--tls-ca-path', ca, '--tls-sni', HOST];
    const swaks = ({ port }: Front, ...more: readonly string[]) =>
      run('swaks', '--server', `127.0.0.1:${port}`, ...mail, ...more);
    for (const name of ['smtp', 'submission', 'prefer'] as const)
      await stage.check(`swaks --tls by ${name}`, async () => {
        const said = await swaks(fronts[name], ...overTls);
        assert.match(said, /TLS started/);
        assert.match(said, /<~ {2}250 2\.0\.0 Ok: queued/);
        assert.doesNotMatch(said, /<~ {2}250.STARTTLS/, 'the upgrade of the backend is offered over TLS');
      });
    for (const name of ['submission', 'prefer'] as const)
      await stage.check(`swaks in clear by ${name}`, async () => {
        assert.match(await swaks(fronts[name]), /<- {2}250 2\.0\.0 Ok: queued/);
      });
    await stage.check('swaks in clear is refused where TLS is required', async () => {
      await assert.rejects(swaks(fronts.smtp), /530 5\.7\.0/);
    });

    const letter = join(stage.home, 'letter.txt');
    const dots = 'Subject: dots\r\n\r\n.\r\n..\r\nSTARTTLS\r\nend\r\n';
    await writeFile(letter, dots);
    const curl = (port: number, url: string, ...more: readonly string[]) =>
      run('curl', '-sS', '--cacert', ca, '--connect-to', `${HOST}:${port}:127.0.0.1:${port}`, url, ...more);
    const at = (scheme: string, { port }: Front, path = '') => `${scheme}://${HOST}:${port}${path}`;
    const envelope = ['--mail-from', 'a@mail.test', '--mail-rcpt', 'joe@mail.test'];
    await stage.check('curl hands a message in', async () => {
      await curl(fronts.smtp.port, at('smtp', fronts.smtp), '--ssl-reqd', ...envelope, '-T', letter);
    });
    const user = ['-u', 'joe:secret'];
    await stage.check('curl appends one to a mailbox, in-band, and reads it, implicit', async () => {
      await curl(fronts.imap.port, at('imap', fronts.imap, '/INBOX'), '--ssl-reqd', ...user, '-T', letter);
      const read = await curl(fronts.imaps.port, at('imaps', fronts.imaps, '/INBOX;MAILINDEX=1'), ...user);
      assert.ok(read.endsWith(dots), read);
    });
    await stage.check('mbsync fetches the mailbox', async () => {
      const [config, inbox] = [join(stage.home, 'mbsyncrc'), join(stage.home, 'fetched')];
      await mkdir(inbox);
      const far = `IMAPAccount far\nHost localhost\nPort ${fronts.imap.port}\nUser joe\nPass secret\nAuthMechs PLAIN`;
      const trust = `SSLType STARTTLS\nCertificateFile ${ca}\nSystemCertificates no\n\nIMAPStore far\nAccount far`;
      const near = `MaildirStore near\nInbox ${inbox}\n\nChannel all\nFar :far:\nNear :near:\nCreate Near\nSyncState *\n`;
      await writeFile(config, `${far}\n${trust}\n\n${near}`);
      await run('mbsync', '--config', config, '--pull', 'all');
      const name = (await readdir(inbox, { recursive: true })).find((path) => /^(new|cur)\/./.test(path)) ?? '';
      const fetched = await readFile(join(inbox, name), 'latin1');
      assert.ok(fetched.endsWith('\n.\n..\nSTARTTLS\nend\n'), fetched);
    });
    await stage.check('curl fetches it by another protocol', async () => {
      const read = await curl(fronts.pop3.port, at('pop3', fronts.pop3, '/1'), '--ssl-reqd', ...user);
      assert.ok(read.replaceAll('\n..', '\n.').includes('STARTTLS\r\nend\r\n'), read);
    });
    await stage.check('and not in clear', async () => {
      await assert.rejects(curl(fronts.pop3.port, at('pop3', fronts.pop3, '/1'), ...user));
      await assert.rejects(curl(fronts.imap.port, at('imap', fronts.imap, '/INBOX'), ...user));
    });
    for (const each of Object.values(fronts)) each.close();
  },
);

live(
  'a message of 25 MB with commands and dots in it arrives unchanged, pipelined',
  [DOVECOT, POSTFIX, OPENSSL],
  async (stage) => {
    const { ca, ports, front } = await startWorld(stage);
    const inward = {
      Dovecot: { hello: 'LHLO', ...(await front(lmtp, 'require', ports.local)) },
      Postfix: { hello: 'EHLO', ...(await front(smtp, 'prefer', ports.through)) },
    };
    const outward = await front(imap, 'require', ports.mailbox);
    const lines = `STARTTLS\r\n.\r\n..\r\n.STARTTLS\r\nQUIT\r\na STARTTLS\r\n${randomBytes(420).toString('base64').replace(/.{70}/g, '$&\r\n')}\r\n`;
    const body = lines.repeat(Math.ceil(25e6 / lines.length));
    const trust = { ca: await readFile(ca), servername: HOST };
    for (const [by, { hello, port }] of Object.entries(inward))
      for (const how of ['DATA', 'BDAT'])
        await stage.check(`by ${how} through ${by}`, async () => {
          const message = `Subject: ${how} ${by}\r\n\r\n${body}`;
          const sender = await upgraded(port, 'STARTTLS', trust);
          sender.write(`${hello} client.test\r\n`);
          assert.match(await heard(sender, /^250 [^\r]*\r\n$/m), /^250[- ]CHUNKING/m);
          sender.write('MAIL FROM:<a@b.test>\r\nRCPT TO:<joe@mail.test>\r\n');
          if (how === 'DATA') {
            sender.write('DATA\r\n');
            await heard(sender, /^354 [^\r]*\r\n$/m);
            sender.write(`${message.replaceAll('\n.', '\n..')}.\r\nNOOP\r\nQUIT\r\n`);
          } else {
            const half = message.length >> 1;
            sender.write(
              `BDAT ${half}\r\n${message.slice(0, half)}BDAT ${message.length - half} LAST\r\n${message.slice(half)}NOOP\r\nQUIT\r\n`,
            );
          }
          const taken =
            /250 2\.0\.0 (?:<[^>]+> [^\r]* Saved|Ok: queued as \w+|Ok: \d+ bytes queued as \w+)\r\n250 [^\r]*\r\n221 /;
          assert.match(await heard(sender, /^221 [^\r]*\r\n$/m), taken);
          const number = await found(() => upgraded(outward.port, 'x STARTTLS', trust), `${how} ${by}`);
          const reader = await upgraded(outward.port, 'x STARTTLS', trust);
          reader.write(
            `a LOGIN joe@mail.test secret\r\nb SELECT INBOX\r\nc FETCH ${number} BODY.PEEK[TEXT]\r\nd LOGOUT\r\n`,
          );
          const said = await heard(reader, /^d OK [^\r]*\r\n$/m);
          const [whole = '', length] = /BODY\[TEXT\] \{(\d+)\}\r\n/.exec(said) ?? [];
          assert.equal(Number(length), body.length, said.slice(0, 2000));
          const from = said.indexOf(whole) + whole.length;
          assert.ok(said.slice(from, from + body.length) === body, 'it is another message');
        });
    for (const each of [...Object.values(inward), outward]) each.close();
  },
);

/** The number of a message with this subject, as soon as it is in the mailbox. */
async function found(connect: () => Promise<tls.TLSSocket>, subject: string): Promise<string> {
  for (;;) {
    const reader = await connect();
    reader.write(`a LOGIN joe@mail.test secret\r\nb SELECT INBOX\r\nc SEARCH SUBJECT "${subject}"\r\nd LOGOUT\r\n`);
    const [, number] = /^\* SEARCH (\d+)/m.exec(await heard(reader, /^d OK [^\r]*\r\n$/m)) ?? [];
    if (number !== undefined) return number;
    await new Promise((soon) => setTimeout(soon, 200));
  }
}

/** A connection that has come to TLS. */
async function upgraded(port: number, trigger: string, trust: tls.ConnectionOptions): Promise<tls.TLSSocket> {
  const socket = net.connect(port, '127.0.0.1');
  await heard(socket, /\r\n$/);
  socket.write(`${trigger}\r\n`);
  await heard(socket, /\r\n$/);
  const secured = tls.connect({ ...trust, socket });
  await once(secured, 'secureConnect');
  return secured;
}

/** All that is heard up to this ending; a character for each octet. */
function heard(socket: net.Socket, ending: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    const all = () => Buffer.concat(pieces).toString('latin1');
    const end = () => reject(new Error(`it ended after: ${all().slice(-500)}`));
    const read = (piece: Buffer) => {
      pieces.push(piece);
      if (!ending.test(Buffer.concat(pieces.slice(-3)).subarray(-300).toString('latin1'))) return;
      socket.off('data', read).off('end', end).pause();
      resolve(all());
    };
    socket.on('data', read).once('end', end).resume();
  });
}
