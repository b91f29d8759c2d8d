/**
 * Servers as they stand behind a gateway: each serves in clear, and those that know TLS offer an upgrade of their own, with
 * a certificate of their own, that no client should ever hear of. Everybody is `joe`, with the password `secret`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './commands.ts';
import { listening, type Peer, start } from './peer.ts';
import { startMariadb, startPostgresql } from './services.ts';
import type { Certificate } from './test-ca.ts';

type StartBackend = (home: string, theirs: Certificate, port: number) => Promise<Peer>;

/** A directory with an administrator, `cn=joe,dc=test`. */
export const startDirectory: StartBackend = async (home, { chain, key }, port) => {
  const [config, data] = [join(home, 'directory.conf'), join(home, 'directory')];
  await mkdir(data);
  await writeFile(
    config,
    `TLSCertificateFile ${chain}
TLSCertificateKeyFile ${key}
include /etc/ldap/schema/core.schema
database ldif
suffix "dc=test"
directory ${data}
rootdn "cn=joe,dc=test"
rootpw secret
`,
  );
  return daemon('slapd', ['-d', '0', '-f', config, '-h', `ldap://127.0.0.1:${port}`], port);
};

/** Chat for clients on the first port, and for servers on the second. */
export async function startChat(
  home: string,
  { chain, key }: Certificate,
  [clients, servers]: readonly [number, number],
): Promise<Peer> {
  const [config, data] = [join(home, 'chat.cfg.lua'), join(home, 'chat')];
  const accounts = join(data, 'localhost', 'accounts');
  await mkdir(accounts, { recursive: true });
  await writeFile(join(accounts, 'joe.dat'), 'return { ["password"] = "secret"; };\n');
  await writeFile(
    config,
    `run_as_root = true
data_path = "${data}"
pidfile = "${data}/pid"
interfaces = { "127.0.0.1" }
modules_enabled = { "roster", "tls", "saslauth", "dialback", "disco" }
modules_disabled = { "posix" }
c2s_ports = { ${clients} }
s2s_ports = { ${servers} }
c2s_require_encryption = false
s2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
ssl = { certificate = "${chain}", key = "${key}" }
VirtualHost "localhost"
`,
  );
  return start({
    name: 'Prosody',
    command: 'prosody',
    args: ['-F', '--config', config],
    isReady: () => listening([clients, servers]),
  });
}

/** PostgreSQL, where nobody needs a password. */
export const startDatabase: StartBackend = async (home, theirs, port) => {
  const peer = await startPostgresql(home, theirs, port);
  const at = `host=127.0.0.1 port=${port} user=postgres dbname=postgres sslmode=disable`;
  await run('psql', '--no-psqlrc', '--command', 'CREATE ROLE joe LOGIN', '--command', 'CREATE DATABASE joe', at);
  return peer;
};

/** MariaDB. */
export const startMysql: StartBackend = async (home, theirs, port) => {
  const peer = await startMariadb(home, theirs, port);
  const socket = `--socket=${join(home, 'mariadb', 'socket')}`;
  await run('mariadb', '--no-defaults', socket, '--execute', "CREATE USER joe@'%' IDENTIFIED BY 'secret'");
  return peer;
};

/** NATS and a disk of a megabyte know no TLS at all: if they did, they would insist on it. */
export const startMessages: StartBackend = (_home, _theirs, port) =>
  daemon('nats-server', ['-a', '127.0.0.1', '-p', `${port}`, '--user', 'joe', '--pass', 'secret'], port);
export const startDisk: StartBackend = (_home, _theirs, port) =>
  daemon('nbdkit', ['--foreground', '-i', '127.0.0.1', '-p', `${port}`, '--tls=off', 'memory', '1M'], port);

const daemon = (command: string, args: readonly string[], port: number): Promise<Peer> =>
  start({ name: command, command, args, isReady: () => listening([port]) });
