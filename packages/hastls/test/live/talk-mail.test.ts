/** Our conversations with mail servers that do the same as Postfix and Dovecot, in their own words. */
import { imap, lmtp, managesieve, nntp, pop3, smtp } from '#core/profiles/index.js';
import { upgrades } from './held.ts';
import * as peers from './peers/mail-servers.ts';
import { freePorts } from './peers/peer.ts';
import { live } from './peers/stage.ts';
import { certify } from './peers/test-ca.ts';

live('Exim: our conversation', [peers.EXIM], async (stage) => {
  const certificate = await certify(stage.home, ['mail.test']);
  const [port = 0] = await freePorts(1);
  await stage.keep(peers.startExim(stage.home, certificate, port));
  await upgrades(stage, certificate, 'exim', smtp, port);
});

live('Cyrus: our conversations', [peers.CYRUS], async (stage) => {
  const certificate = await certify(stage.home, ['mail.test']);
  const [imapPort = 0, pop3Port = 0, nntpPort = 0, lmtpPort = 0, sieve = 0] = await freePorts(5);
  const ports = { imap: imapPort, pop3: pop3Port, nntp: nntpPort, lmtp: lmtpPort, sieve };
  await stage.keep(peers.startCyrus(stage.home, certificate, ports));
  await upgrades(stage, certificate, 'cyrus', imap, ports.imap);
  await upgrades(stage, certificate, 'cyrus', pop3, ports.pop3);
  await upgrades(stage, certificate, 'cyrus', nntp, ports.nntp);
  await upgrades(stage, certificate, 'cyrus', lmtp, ports.lmtp);
  await upgrades(stage, certificate, 'cyrus', managesieve, ports.sieve);
});
