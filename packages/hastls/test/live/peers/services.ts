import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ASIDE, type Need, pathOf, run } from './commands.ts';
import { listening, type Peer, start } from './peer.ts';
import type { Certificate } from './test-ca.ts';

/** A server with one port that begins in plaintext, and the certificate for what follows. */
export type StartService = (home: string, certificate: Certificate, port: number) => Promise<Peer>;

export const SLAPD: Need = { packages: 'slapd', commands: ['slapd'] };
export const startSlapd: StartService = async (home, { ca, chain, key }, port) => {
  const config = join(home, 'slapd.conf');
  await writeFile(config, `TLSCACertificateFile ${ca}\nTLSCertificateFile ${chain}\nTLSCertificateKeyFile ${key}\n`);
  return daemon('slapd', ['-d', '0', '-f', config, '-h', `ldap://127.0.0.1:${port}`], port);
};

export const PROSODY: Need = { packages: 'prosody', commands: ['prosody'] };
/** Prosody, for clients and servers: the second port is the next one's. */
export const startProsody = async (
  home: string,
  { chain, key }: Certificate,
  [clients, servers]: readonly [number, number],
): Promise<Peer> => {
  const [config, data] = [join(home, 'prosody.cfg.lua'), join(home, 'prosody')];
  await mkdir(data);
  await writeFile(
    config,
    `run_as_root = true
data_path = "${data}"
pidfile = "${data}/pid"
interfaces = { "127.0.0.1" }
modules_enabled = { "tls", "saslauth", "dialback" }
modules_disabled = { "posix" }
c2s_ports = { ${clients} }
s2s_ports = { ${servers} }
c2s_require_encryption = true
s2s_require_encryption = true
ssl = { certificate = "${chain}", key = "${key}" }
VirtualHost "mail.test"
`,
  );
  return start({
    name: 'Prosody',
    command: 'prosody',
    args: ['-F', '--config', config],
    isReady: () => listening([clients, servers]),
  });
};

export const VSFTPD: Need = { packages: 'vsftpd', commands: ['vsftpd'], root: true };
export const startVsftpd: StartService = (home, { chain, key }, port) =>
  vsftpd(
    home,
    port,
    `ssl_enable=YES
rsa_cert_file=${chain}
rsa_private_key_file=${key}
ssl_tlsv1=YES
allow_anon_ssl=YES
force_anon_data_ssl=YES
`,
  );

/** vsftpd for anonymous users, and with what it has of TLS. */
export async function vsftpd(home: string, port: number, ofTls = ''): Promise<Peer> {
  const [config, empty] = [join(home, 'vsftpd.conf'), join(home, 'vsftpd')];
  await mkdir(empty);
  const files = await filesIn(home);
  await writeFile(
    config,
    `listen=YES
listen_address=127.0.0.1
listen_port=${port}
background=NO
secure_chroot_dir=${empty}
anonymous_enable=YES
no_anon_password=YES
anon_root=${files}
write_enable=YES
anon_upload_enable=YES
anon_umask=022
${ofTls}`,
  );
  return daemon('vsftpd', [config], port);
}

export const PURE_FTPD: Need = {
  packages: 'pure-ftpd',
  commands: [`${ASIDE}/usr/sbin/pure-ftpd`, `${ASIDE}/usr/bin/pure-pw`],
  unpacked: true,
  root: true,
};
export const startPureFtpd: StartService = async (home, { chain, key }, port) => {
  const both = join(home, 'pure-ftpd.pem');
  await writeFile(both, `${await readFile(key, 'utf8')}${await readFile(chain, 'utf8')}`);
  return pureFtpd(home, port, ['-Y', '2', '-2', both]);
};

/** Pure-FTPd for `joe`, and with what it has of TLS. */
export async function pureFtpd(home: string, port: number, ofTls: readonly string[] = []): Promise<Peer> {
  const [files, users, known] = [await filesIn(home), join(home, 'pure-ftpd.passwd'), join(home, 'pure-ftpd.pdb')];
  const password = await run('openssl', 'passwd', '-6', 'secret');
  const ids = await Promise.all(['-u', '-g'].map((flag) => run('id', flag, 'ftp')));
  const joe = ['joe', password.trim(), ...ids.map((each) => each.trim()), '', `${files}/./`, ...Array(12).fill('')];
  await writeFile(users, `${joe.join(':')}\n`);
  await run(`${ASIDE}/usr/bin/pure-pw`, 'mkdb', known, '-f', users);
  const joeOnly = ['-E', '-l', `puredb:${known}`, '-u', '1'];
  return daemon(
    `${ASIDE}/usr/sbin/pure-ftpd`,
    ['-S', `127.0.0.1,${port}`, '-g', join(home, 'pure-ftpd.pid'), ...ofTls, ...joeOnly],
    port,
  );
}

/** A directory with one file in it, and one where files may be left. */
async function filesIn(home: string): Promise<string> {
  const files = join(home, 'files');
  await mkdir(join(files, 'in'), { recursive: true });
  await writeFile(join(files, 'hello.txt'), 'hello\n');
  await run('chown', 'ftp', join(files, 'in'));
  return files;
}

export const MARIADB: Need = { packages: 'mariadb-server', commands: ['mariadbd', 'mariadb-install-db'], root: true };
export const startMariadb: StartService = async (home, { ca, chain, key }, port) => {
  const [data, ownKey] = [join(home, 'mariadb'), join(home, 'mariadb.key')];
  await mkdir(data);
  await copyFile(key, ownKey);
  await run('chown', 'mysql:mysql', data, ownKey);
  await run('mariadb-install-db', '--no-defaults', '--user=mysql', `--datadir=${data}`, '--skip-test-db');
  const tls = [`--ssl-ca=${ca}`, `--ssl-cert=${chain}`, `--ssl-key=${ownKey}`];
  const place = [`--datadir=${data}`, `--socket=${data}/socket`, '--bind-address=127.0.0.1', `--port=${port}`];
  return daemon('mariadbd', ['--no-defaults', '--user=mysql', ...place, ...tls], port);
};

export const NATS: Need = { packages: 'nats-server', commands: ['nats-server'] };
export const startNats: StartService = (_home, { chain, key }, port) =>
  daemon('nats-server', ['-a', '127.0.0.1', '-p', `${port}`, '--tls', '--tlscert', chain, '--tlskey', key], port);

export const NBDKIT: Need = { packages: 'nbdkit', commands: ['nbdkit'] };
export const startNbdkit: StartService = async (home, { ca, chain, key }, port) => {
  const files = join(home, 'nbdkit');
  await mkdir(files);
  await copyFile(ca, join(files, 'ca-cert.pem'));
  await copyFile(chain, join(files, 'server-cert.pem'));
  await copyFile(key, join(files, 'server-key.pem'));
  const tls = ['--tls=require', `--tls-certificates=${files}`];
  return daemon('nbdkit', ['--foreground', '-i', '127.0.0.1', '-p', `${port}`, ...tls, 'memory', '1M'], port);
};

export const QEMU_NBD: Need = { packages: 'qemu-utils', commands: ['qemu-nbd'] };
export const startQemuNbd: StartService = async (home, { ca, chain, key }, port) => {
  const files = join(home, 'qemu-nbd');
  await mkdir(files);
  await copyFile(ca, join(files, 'ca-cert.pem'));
  await copyFile(chain, join(files, 'server-cert.pem'));
  await copyFile(key, join(files, 'server-key.pem'));
  const disk = join(files, 'disk');
  await writeFile(disk, new Uint8Array(1 << 20));
  const tls = ['--object', `tls-creds-x509,id=tls0,endpoint=server,verify-peer=no,dir=${files}`, '--tls-creds', 'tls0'];
  return daemon('qemu-nbd', ['-b', '127.0.0.1', '-p', `${port}`, '--persistent', '-f', 'raw', ...tls, disk], port);
};

export const POSTGRESQL: Need = { packages: 'postgresql', commands: ['postgres', 'initdb'], root: true };
/** PostgreSQL, which refuses to be root. */
export const startPostgresql: StartService = async (home, { chain, key }, port) => {
  const [data, ownKey] = [join(home, 'postgresql'), join(home, 'postgresql.key')];
  await mkdir(data);
  await copyFile(key, ownKey);
  await run('chmod', '600', ownKey);
  await run('chown', 'postgres:postgres', data, ownKey);
  await run('runuser', '-u', 'postgres', '--', pathOf('initdb'), '-D', data, '--no-sync');
  const tls = ['-c', 'ssl=on', '-c', `ssl_cert_file=${chain}`, '-c', `ssl_key_file=${ownKey}`];
  const place = ['-D', data, '-h', '127.0.0.1', '-p', `${port}`, '-k', data];
  return daemon('runuser', ['-u', 'postgres', '--', pathOf('postgres'), ...place, ...tls], port);
};

const daemon = (command: string, args: readonly string[], port: number): Promise<Peer> =>
  start({ name: command, command, args, isReady: () => listening([port]) });
