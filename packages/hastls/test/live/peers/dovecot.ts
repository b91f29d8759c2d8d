import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Need, run } from './commands.ts';
import { listening, type Peer, start } from './peer.ts';
import type { Certificate } from './test-ca.ts';

export const DOVECOT: Need = {
  packages: 'dovecot-imapd dovecot-pop3d dovecot-lmtpd dovecot-managesieved',
  commands: ['dovecot'],
  root: true,
};

export const SUBMISSIOND: Need = {
  packages: 'dovecot-submissiond',
  commands: ['/usr/lib/dovecot/submission-login'],
  root: true,
};

/** Lines for its configuration that have it take mail too, in-band; it gets no further than the login. */
export const submissionAt = (port: number): string => `protocols = imap pop3 lmtp sieve submission
hostname = mail.test
submission_relay_host = 127.0.0.1
service submission-login {
  chroot =
  inet_listener submission {
    port = ${port}
  }
}
`;

/** Each service's two doors. */
export interface DovecotPorts {
  readonly imap: number;
  readonly imaps: number;
  readonly pop3: number;
  readonly pop3s: number;
  readonly lmtp: number;
  readonly lmtps: number;
  /** In-band only. */
  readonly sieve: number;
}

/**
 * Dovecot on two addresses: 127.0.0.1 offers TLS (`ssl = yes`), 127.0.0.2 demands it (`ssl = required`).
 * Only the second is strict for our connections: to Dovecot a peer with its own address is as good as secured.
 */
export const DOVECOT_STRICT = '127.0.0.2';

/**
 * Dovecot with one static password, `secret`, for every user.
 * @param more lines for its configuration
 */
export async function startDovecot(
  home: string,
  certificate: Certificate,
  ports: DovecotPorts,
  more = '',
): Promise<Peer> {
  const [base, mail, config] = [join(home, 'dovecot'), join(home, 'mail'), join(home, 'dovecot.conf')];
  for (const each of [base, mail]) await mkdir(each);
  await run('chown', 'mail:mail', mail);
  const listener = (name: string, port: number) =>
    `  inet_listener ${name} {\n    port = ${port}\n    ssl = ${name.endsWith('s') ? 'yes' : 'no'}\n  }\n`;
  await writeFile(
    config,
    `base_dir = ${base}
state_dir = ${base}
log_path = /dev/stderr
protocols = imap pop3 lmtp sieve
listen = 127.0.0.1, ${DOVECOT_STRICT}
ssl = yes
ssl_cert = <${certificate.chain}
ssl_key = <${certificate.key}
disable_plaintext_auth = no
local ${DOVECOT_STRICT} {
  ssl = required
  disable_plaintext_auth = yes
}
mail_location = mbox:${mail}
first_valid_uid = 1
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=mail gid=mail home=${mail}
}
service imap-login {
  chroot =
${listener('imap', ports.imap)}${listener('imaps', ports.imaps)}}
service pop3-login {
  chroot =
${listener('pop3', ports.pop3)}${listener('pop3s', ports.pop3s)}}
service managesieve-login {
  chroot =
${listener('sieve', ports.sieve)}}
service lmtp {
${listener('lmtp', ports.lmtp)}${listener('lmtps', ports.lmtps)}}
service anvil {
  chroot =
}
service stats {
  chroot =
}
${more}`,
  );
  return start({
    name: 'Dovecot',
    command: 'dovecot',
    args: ['-F', '-c', config],
    isReady: () => listening(Object.values(ports)),
  });
}
