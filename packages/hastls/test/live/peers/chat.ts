/** Servers for chat beside Prosody. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Need, pathOf } from './commands.ts';
import { listening, type Peer, start } from './peer.ts';
import type { StartService } from './services.ts';
import type { Certificate } from './test-ca.ts';

export const EJABBERD: Need = { packages: 'ejabberd', commands: ['erl'] };
/** ejabberd, as a node that no other can reach: the second port is the next one's. */
export async function startEjabberd(
  home: string,
  { chain, key }: Certificate,
  [clients, servers]: readonly [number, number],
): Promise<Peer> {
  const [config, data, both] = [join(home, 'ejabberd.yml'), join(home, 'ejabberd'), join(home, 'ejabberd.pem')];
  await mkdir(data);
  await writeFile(both, `${await readFile(key, 'utf8')}${await readFile(chain, 'utf8')}`);
  await writeFile(
    config,
    `hosts: [mail.test]
certfiles: ["${both}"]
acme: { auto: false }
auth_method: anonymous
s2s_use_starttls: required
modules: {}
listen:
  - { port: ${clients}, ip: "127.0.0.1", module: ejabberd_c2s, starttls_required: true }
  - { port: ${servers}, ip: "127.0.0.1", module: ejabberd_s2s_in }
`,
  );
  const erlang = (text: string) => `"${text}"`;
  const settings = ['-ejabberd', 'config', erlang(config), 'log_path', erlang(join(data, 'log'))];
  return start({
    name: 'ejabberd',
    command: 'erl',
    args: ['-noinput', '-mnesia', 'dir', erlang(data), ...settings, '-s', 'ejabberd'],
    env: { ERL_LIBS: '/usr/lib/x86_64-linux-gnu', ERL_CRASH_DUMP_BYTES: '0' },
    isReady: () => listening([clients, servers]),
    startMs: 60_000,
  });
}

export const INSPIRCD: Need = { packages: 'inspircd', commands: ['inspircd'] };
/** InspIRCd. With a second port it has TLS there from the first octet, and says so by STS. */
export const startInspircd = async (
  home: string,
  { chain, key }: Certificate,
  port: number,
  tlsPort?: number,
): Promise<Peer> => {
  const config = join(home, 'inspircd.conf');
  await writeFile(
    config,
    `<server name="mail.test" description="test" network="test">
<admin name="admin" nick="admin" email="admin@mail.test">
<bind address="127.0.0.1" port="${port}" type="clients">
<module name="cap">
<module name="ssl_gnutls">
<module name="starttls">
<sslprofile name="tls" provider="gnutls" certfile="${chain}" keyfile="${key}">
${tlsPort === undefined ? '' : sts(tlsPort)}<connect name="all" allow="*" resolvehostnames="no">
<path configdir="${home}" datadir="${home}" logdir="${home}">
<pid file="${home}/inspircd.pid">
`,
  );
  const inspircd = [pathOf('inspircd'), '--nofork', '--nolog', '--runasroot', '--config', config];
  const withoutCoreDump = ['--core=0', ...inspircd]; // it crashes when it is to end
  return start({ name: 'InspIRCd', command: 'prlimit', args: withoutCoreDump, isReady: () => listening([port]) });
};

const sts = (port: number): string => `<bind address="127.0.0.1" port="${port}" type="clients" sslprofile="tls">
<module name="ircv3_sts">
<sts host="*" duration="1h" port="${port}">
`;

export const NGIRCD: Need = { packages: 'ngircd', commands: ['ngircd'] };
/** ngIRCd, which has no upgrade: TLS from the first octet. */
export const startNgircd: StartService = async (home, { chain, key }, port) => {
  const config = join(home, 'ngircd.conf');
  await writeFile(
    config,
    `[Global]
  Name = mail.test
  Info = test
  Listen = 127.0.0.1
  Ports =
[Options]
  DNS = no
  Ident = no
  PAM = no
  ChrootDir =
[SSL]
  CertFile = ${chain}
  KeyFile = ${key}
  Ports = ${port}
`,
  );
  return start({ name: 'ngIRCd', command: 'ngircd', args: ['-n', '-f', config], isReady: () => listening([port]) });
};
