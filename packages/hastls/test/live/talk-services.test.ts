/** Our conversations with the servers of directories, chat, files, databases, messages and disks. */
import { ftp, ldap, mysql, nats, nbd, postgresql, rdp, vnc, xmppClient, xmppServer } from '#core/profiles/index.js';
import { upgrades } from './held.ts';
import { startTigervnc, startXrdp, TIGERVNC, XRDP } from './peers/desktops.ts';
import { freePorts } from './peers/peer.ts';
import * as peers from './peers/services.ts';
import { live } from './peers/stage.ts';
import { certify } from './peers/test-ca.ts';

const ROWS = [
  ['slapd', peers.SLAPD, peers.startSlapd, ldap],
  ['vsftpd', peers.VSFTPD, peers.startVsftpd, ftp],
  ['pure-ftpd', peers.PURE_FTPD, peers.startPureFtpd, ftp],
  ['postgresql', peers.POSTGRESQL, peers.startPostgresql, postgresql],
  ['mariadb', peers.MARIADB, peers.startMariadb, mysql],
  ['nats', peers.NATS, peers.startNats, nats],
  ['nbdkit', peers.NBDKIT, peers.startNbdkit, nbd],
  ['qemu-nbd', peers.QEMU_NBD, peers.startQemuNbd, nbd],
  ['tigervnc', TIGERVNC, startTigervnc, vnc],
  ['xrdp', XRDP, startXrdp, rdp],
] as const;

for (const [name, need, startService, profile] of ROWS)
  live(`${name}: our conversation`, [need], async (stage) => {
    const certificate = await certify(stage.home, ['mail.test']);
    const [port = 0] = await freePorts(1);
    await stage.keep(startService(stage.home, certificate, port));
    await upgrades(stage, certificate, name, profile, port);
  });

live('Prosody: our conversations', [peers.PROSODY], async (stage) => {
  const certificate = await certify(stage.home, ['mail.test']);
  const [clients = 0, servers = 0] = await freePorts(2);
  await stage.keep(peers.startProsody(stage.home, certificate, [clients, servers]));
  await upgrades(stage, certificate, 'prosody', xmppClient, clients);
  await upgrades(stage, certificate, 'prosody', xmppServer, servers);
});
