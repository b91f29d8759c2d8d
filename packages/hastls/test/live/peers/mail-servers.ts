/** Mail servers beside Postfix and Dovecot, each with a configuration of its own and no mail. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ASIDE, type Need, run } from './commands.ts';
import { listening, type Peer, start } from './peer.ts';
import type { StartService } from './services.ts';
import type { Certificate } from './test-ca.ts';

const exim = `${ASIDE}/usr/sbin/exim4`;
export const EXIM: Need = { packages: 'exim4-daemon-light', commands: [exim], unpacked: true, root: true };
/** Exim, which logs to stderr as long as it stays in front. */
export const startExim: StartService = async (home, { chain, key }, port) => {
  const [config, spool, ownKey] = [join(home, 'exim.conf'), join(home, 'exim'), join(home, 'exim.key')];
  await mkdir(spool);
  await copyFile(key, ownKey);
  await run('chown', 'mail:mail', spool, ownKey);
  await writeFile(
    config,
    `exim_path = ${exim}
primary_hostname = mail.test
spool_directory = ${spool}
log_file_path = ${spool}/%slog
pid_file_path = ${spool}/pid
exim_user = mail
exim_group = mail
keep_environment =
local_interfaces = <; 127.0.0.1
daemon_smtp_ports = ${port}
tls_advertise_hosts = *
tls_certificate = ${chain}
tls_privatekey = ${ownKey}
`,
  );
  return start({ name: 'Exim', command: exim, args: ['-bdf', '-C', config], isReady: () => listening([port]) });
};

const binaries = `${ASIDE}/usr/lib/cyrus/bin`;
export const CYRUS: Need = {
  packages: 'cyrus-common cyrus-imapd cyrus-pop3d cyrus-nntpd',
  commands: ['cyrmaster', `${binaries}/imapd`, `${binaries}/pop3d`, `${binaries}/nntpd`],
  unpacked: true,
  root: true,
};

/** A port for each of Cyrus' services. */
export type CyrusPorts = Readonly<Record<'imap' | 'pop3' | 'nntp' | 'lmtp' | 'sieve', number>>;

/** Cyrus, which logs to syslog only. */
export async function startCyrus(home: string, { chain, key }: Certificate, ports: CyrusPorts): Promise<Peer> {
  const [config, services] = [join(home, 'imapd.conf'), join(home, 'cyrus.conf')];
  const [directory, ownKey] = [join(home, 'cyrus'), join(home, 'cyrus', 'key.pem')];
  for (const each of ['db', 'spool', 'socket', 'proc']) await mkdir(join(directory, each), { recursive: true });
  await copyFile(key, ownKey);
  await run('chown', '-R', 'cyrus:mail', directory);
  await writeFile(
    config,
    `configdirectory: ${directory}
defaultpartition: default
partition-default: ${directory}/spool
proc_path: ${directory}/proc
mboxname_lockpath: ${directory}/lock
servername: mail.test
allowplaintext: no
sasl_mech_list: PLAIN
tls_server_cert: ${chain}
tls_server_key: ${ownKey}
`,
  );
  const service = (name: keyof CyrusPorts, program: string) =>
    `  ${name} cmd="${program} -C ${config}" listen="127.0.0.1:${ports[name]}"`;
  await writeFile(
    services,
    `START {
  recover cmd="ctl_cyrusdb -C ${config} -r"
}
SERVICES {
${service('imap', `${binaries}/imapd`)}
${service('pop3', `${binaries}/pop3d`)}
${service('nntp', `${binaries}/nntpd`)}
${service('lmtp', 'lmtpd')}
${service('sieve', 'timsieved')}
}
EVENTS {
}
`,
  );
  return start({
    name: 'Cyrus',
    command: 'cyrmaster',
    args: ['-D', '-C', config, '-M', services, '-p', join(directory, 'pid')],
    isReady: () => listening(Object.values(ports)),
  });
}
