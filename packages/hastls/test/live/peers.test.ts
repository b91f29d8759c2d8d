/**
 * The peers before we meet them: clients that are not ours find each of them as the other live tests take them to be.
 * When this file is green and another is red, the fault is ours.
 */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { OPENSSL, run, SWAKS } from './peers/commands.ts';
import { judge } from './peers/delv.ts';
import { DNS, PARENTS, startDnsWorld } from './peers/dns-world.ts';
import { DOVECOT, DOVECOT_STRICT, startDovecot } from './peers/dovecot.ts';
import { NNRPD, prepareNews, startNnrpd } from './peers/nnrpd.ts';
import { freePorts } from './peers/peer.ts';
import { POSTFIX, startPostfix } from './peers/postfix.ts';
import { live } from './peers/stage.ts';
import { type Certificate, certify } from './peers/test-ca.ts';

live('Knot, BIND and Unbound, asked by dig and delv', DNS, async (stage) => {
  const { resolver, closedResolver, anchor } = await startDnsWorld(stage, [
    { name: 'mx', promises: { '_smtp._tcp': [[25, 25, 1]] } },
    { name: 'nothing', promises: {} },
  ]);
  const delv = await judge(stage.home, resolver, anchor);
  const rows = [
    ['mx', resolver, '', 'NOERROR ad 001900190001', 'secure'],
    ['nothing', resolver, '', 'NXDOMAIN ad', 'secure'],
    ['mx.unsigned', resolver, '', 'NOERROR 001900190001', 'insecure'],
    ['mx.bogus', resolver, '', 'SERVFAIL', 'failed'],
    ['mx.bogus', resolver, '+cd', 'NOERROR 001900190000', 'failed'],
    ['mx.bogus', closedResolver, '+cd', 'SERVFAIL', 'failed'],
  ] as const;
  for (const parent of PARENTS) {
    for (const [host, port, flag, expected, verdict] of rows) {
      await stage.check(`${host}.${parent} ${flag}: ${expected}, ${verdict}`, async () => {
        const question = [`_smtp._tcp.${host}.${parent}`, 'TYPE65400'] as const;
        const flags = ['+dnssec', '+time=5', '+tries=1', ...(flag === '' ? [] : [flag])];
        const answer = await run('dig', '@127.0.0.1', '-p', String(port), ...flags, ...question);
        const status = /status: (\w+)/.exec(answer)?.[1];
        const authenticated = /^;; flags:.* ad[ ;]/m.test(answer) ? 'ad' : undefined;
        const promise = /TYPE65400\s\\# 6 (\w+)/.exec(answer)?.[1];
        assert.equal([status, authenticated, promise].filter((each) => each !== undefined).join(' '), expected);
        assert.equal(await delv(...question), verdict);
      });
    }
  }
});

live('Postfix, met by openssl and swaks', [POSTFIX, OPENSSL, SWAKS], async (stage) => {
  const certificate = await certify(stage.home, ['mail.test']);
  const [may = 0, encrypt = 0, submission = 0, implicit = 0, none = 0] = await freePorts(5);
  await stage.keep(startPostfix(stage.home, certificate, { may, encrypt, submission, implicit, none }));
  const mail = (port: number, ...words: readonly string[]) =>
    run('swaks', '--server', `127.0.0.1:${port}`, '--from', 'a@mail.test', '--to', 'b@mail.test', ...words);

  for (const [name, port] of Object.entries({ may, encrypt, submission })) {
    await stage.check(`${name}: in-band`, () => verified(certificate, port, '-starttls', 'smtp'));
  }
  await stage.check('implicit: from the first byte', () => verified(certificate, implicit));
  await stage.check('takes mail in-band', async () =>
    assert.match(await mail(encrypt, '--tls'), /250 2\.0\.0 Ok: queued/),
  );
  await stage.check('takes mail implicitly', async () =>
    assert.match(await mail(implicit, '--tls-on-connect'), /250 2\.0\.0 Ok: queued/),
  );
  await stage.check('takes mail in clear where it may', async () =>
    assert.match(await mail(may), /250 2\.0\.0 Ok: queued/),
  );
  await stage.check('demands TLS where it must', () =>
    assert.rejects(mail(encrypt), /530 5\.7\.0 Must issue a STARTTLS command first/),
  );
  await stage.check('knows no TLS where it has none', () =>
    assert.rejects(mail(none, '--tls'), /did not advertise STARTTLS/),
  );
});

live('Dovecot, met by openssl', [DOVECOT, OPENSSL], async (stage) => {
  const certificate = await certify(stage.home, ['mail.test']);
  const [imap = 0, imaps = 0, pop3 = 0, pop3s = 0, lmtp = 0, lmtps = 0, sieve = 0] = await freePorts(7);
  await stage.keep(startDovecot(stage.home, certificate, { imap, imaps, pop3, pop3s, lmtp, lmtps, sieve }));
  for (const [protocol, port] of Object.entries({ imap, pop3, lmtp })) {
    await stage.check(`${protocol} in-band`, () => verified(certificate, port, '-starttls', protocol));
  }
  for (const [protocol, port] of Object.entries({ imaps, pop3s, lmtps })) {
    await stage.check(`${protocol} from the first byte`, () => verified(certificate, port));
  }
  await stage.check('imap goes on without TLS where it may', async () => {
    assert.match(await say('127.0.0.1', imap, 'a LOGIN joe secret\r\nb LOGOUT\r\n'), /^a OK .*Logged in/m);
  });
  await stage.check('imap demands TLS where it must', async () => {
    const heard = await say(DOVECOT_STRICT, imap, 'a LOGIN joe secret\r\nb LOGOUT\r\n');
    assert.match(heard, /LOGINDISABLED[\s\S]*^a NO \[PRIVACYREQUIRED\]/m);
  });
});

live('nnrpd, met by openssl', [NNRPD, OPENSSL], async (stage) => {
  const certificate = await certify(stage.home, ['mail.test']);
  const [inBand = 0, implicit = 0] = await freePorts(2);
  const config = await prepareNews(stage.home, certificate);
  await stage.keep(startNnrpd(config, { port: inBand, implicit: false }));
  await stage.keep(startNnrpd(config, { port: implicit, implicit: true }));
  await stage.check('in-band', () => verified(certificate, inBand, '-starttls', 'nntp'));
  await stage.check('from the first byte', () => verified(certificate, implicit));
  await stage.check('serves its newsgroup in clear', async () => {
    assert.match(await say('127.0.0.1', inBand, 'LIST\r\nQUIT\r\n'), /^local\.test /m);
  });
});

/** What openssl finds on this port is TLS with our CA's certificate. */
async function verified({ ca }: Certificate, port: number, ...starttls: readonly string[]): Promise<void> {
  const trust = ['-CAfile', ca, '-verify_hostname', 'mail.test', '-verify_return_error'];
  const said = await run('openssl', 's_client', '-connect', `127.0.0.1:${port}`, ...starttls, ...trust);
  assert.match(said, /^Verification: OK$/m);
}

/** All that a server answers to these lines, sent in clear, until it closes. */
async function say(address: string, port: number, lines: string): Promise<string> {
  const socket = connect(port, address)
    .setEncoding('latin1')
    .setTimeout(10_000, () => socket.destroy());
  socket.write(lines);
  return (await socket.toArray()).join('');
}
