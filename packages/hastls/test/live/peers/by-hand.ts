/**
 * Starts one of the peers for whoever wants to try something by hand, as the tests do: `scripts/peers start NAME`. It says
 * where the peer listens and whom to trust, and stops the peer when it is stopped itself.
 */

import { INSPIRCD, startInspircd } from './chat.ts';
import { missing, type Need } from './commands.ts';
import { startTigervnc, startXrdp, TIGERVNC, XRDP } from './desktops.ts';
import { DOVECOT, startDovecot } from './dovecot.ts';
import { EXIM, startExim } from './mail-servers.ts';
import { directory, freePorts, type Peer } from './peer.ts';
import { POSTFIX, startPostfix } from './postfix.ts';
import * as services from './services.ts';
import { type Certificate, certify } from './test-ca.ts';

/** A peer, and what is to be had at each of its ports, as URLs of ours. */
interface ByHand {
  readonly need: Need;
  readonly ports: readonly string[];
  start(home: string, certificate: Certificate, ports: readonly number[]): Promise<Peer>;
}

const one = (scheme: string, need: Need, start: services.StartService): ByHand => ({
  need,
  ports: [scheme],
  start: (home, certificate, [port = 0]) => start(home, certificate, port),
});

const PEERS: Readonly<Record<string, ByHand>> = {
  dovecot: {
    need: DOVECOT,
    ports: ['imap', 'imaps', 'pop3', 'pop3s', 'lmtp', 'lmtps', 'sieve'],
    start: (home, certificate, [imap = 0, imaps = 0, pop3 = 0, pop3s = 0, lmtp = 0, lmtps = 0, sieve = 0]) =>
      startDovecot(home, certificate, { imap, imaps, pop3, pop3s, lmtp, lmtps, sieve }),
  },
  exim: one('smtp', EXIM, startExim),
  inspircd: one('irc', INSPIRCD, startInspircd),
  mariadb: one('mysql', services.MARIADB, services.startMariadb),
  nats: one('nats', services.NATS, services.startNats),
  nbdkit: one('nbd', services.NBDKIT, services.startNbdkit),
  postfix: {
    need: POSTFIX,
    ports: ['smtp', 'smtp (demands TLS)', 'submission', 'submissions', 'smtp (without TLS)'],
    start: (home, certificate, [may = 0, encrypt = 0, submission = 0, implicit = 0, none = 0]) =>
      startPostfix(home, certificate, { may, encrypt, submission, implicit, none }),
  },
  postgresql: one('postgresql', services.POSTGRESQL, services.startPostgresql),
  prosody: {
    need: services.PROSODY,
    ports: ['xmpp-client', 'xmpp-server'],
    start: (home, certificate, [clients = 0, servers = 0]) =>
      services.startProsody(home, certificate, [clients, servers]),
  },
  'pure-ftpd': one('ftp', services.PURE_FTPD, services.startPureFtpd),
  'qemu-nbd': one('nbd', services.QEMU_NBD, services.startQemuNbd),
  slapd: one('ldap', services.SLAPD, services.startSlapd),
  tigervnc: one('vnc', TIGERVNC, startTigervnc),
  vsftpd: one('ftp', services.VSFTPD, services.startVsftpd),
  xrdp: one('rdp', XRDP, startXrdp),
};

const [name = ''] = process.argv.slice(2);
const peer = Object.hasOwn(PEERS, name) ? PEERS[name] : undefined;
const hindrance = peer === undefined ? `start one of ${Object.keys(PEERS).join(', ')}` : missing(peer.need);
if (peer === undefined || hindrance !== undefined) {
  console.error(hindrance);
  process.exit(2);
}
const home = await directory();
const certificate = await certify(home, ['localhost', 'mail.test', '127.0.0.1']);
const ports = await freePorts(peer.ports.length);
await peer.start(home, certificate, ports);
for (const [index, what] of peer.ports.entries()) console.log(`${what.padEnd(20)} 127.0.0.1:${ports[index]}`);
console.log(`${'CA'.padEnd(20)} ${certificate.ca}\nStop it with Ctrl-C.`);
setInterval(() => {}, 1 << 30); // until a signal: what ends it then is in peer.ts
