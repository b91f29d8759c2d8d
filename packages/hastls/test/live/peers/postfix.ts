import { readFileSync } from 'node:fs';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Need, run } from './commands.ts';
import { listening, type Peer, start } from './peer.ts';
import type { Certificate } from './test-ca.ts';

export const POSTFIX: Need = { packages: 'postfix', commands: ['master'], root: true };

/** Where Postfix listens, and how it takes TLS there. */
export interface PostfixPorts {
  /** Offers STARTTLS, and goes on without it. */
  readonly may: number;
  /** Refuses mail before STARTTLS. */
  readonly encrypt: number;
  /** Submission: STARTTLS demanded, and its own service name in the log. */
  readonly submission: number;
  /** TLS from the first byte. */
  readonly implicit: number;
  /** Knows no TLS. */
  readonly none: number;
}

// `postfix check` would make them, and take a second for it.
const QUEUE = ['active', 'bounce', 'defer', 'deferred', 'incoming', 'maildrop', 'private', 'public'];

/**
 * Postfix from a private configuration and queue; what it accepts is thrown away.
 * @param more ports where it listens with settings of their own
 */
export async function startPostfix(
  home: string,
  certificate: Certificate,
  ports: PostfixPorts,
  more: Readonly<Record<number, readonly string[]>> = {},
): Promise<Peer> {
  const [config, queue] = [join(home, 'postfix-etc'), join(home, 'postfix-queue')];
  const [data, logFile] = [join(home, 'postfix-data'), join(home, 'postfix.log')];
  await mkdir(config);
  const owned = [data, ...QUEUE.map((each) => join(queue, each))];
  for (const each of [join(queue, 'pid'), ...owned]) await mkdir(each, { recursive: true });
  await writeFile(logFile, '');
  await run('chown', 'postfix', logFile, ...owned);
  await writeFile(
    join(config, 'main.cf'),
    `compatibility_level = 3.6
queue_directory = ${queue}
data_directory = ${data}
maillog_file = ${logFile}
maillog_file_prefixes = ${home}
inet_protocols = ipv4
myhostname = mail.test
mydestination = mail.test
message_size_limit = 0
local_recipient_maps =
local_transport = discard
default_transport = discard
alias_maps =
smtpd_recipient_restrictions = permit
smtpd_peername_lookup = no
smtpd_tls_cert_file = ${certificate.chain}
smtpd_tls_key_file = ${certificate.key}
`,
  );
  const listen = (port: number, ...settings: readonly string[]) =>
    `127.0.0.1:${port} inet n - n - - smtpd ${settings.map((setting) => `-o ${setting}`).join(' ')}`;
  await writeFile(
    join(config, 'master.cf'),
    `${listen(ports.may, 'smtpd_tls_security_level=may')}
${listen(ports.encrypt, 'smtpd_tls_security_level=encrypt')}
${listen(ports.submission, 'smtpd_tls_security_level=encrypt', 'syslog_name=postfix/submission')}
${listen(ports.implicit, 'smtpd_tls_wrappermode=yes')}
${listen(ports.none, 'smtpd_tls_security_level=none')}
${Object.entries(more)
  .map(([port, settings]) => `${listen(Number(port), ...settings)}\n`)
  .join('')}cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
anvil unix - - n - 1 anvil
discard unix - - n - - discard
lmtp unix - - n - - lmtp
bounce unix - - n - 0 bounce
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
`,
  );
  // Postfix waits until its files are two seconds old, lest somebody still writes them
  for (const each of ['main.cf', 'master.cf']) await utimes(join(config, each), 0, 0);
  const peer = await start({
    name: 'Postfix',
    command: 'master',
    args: ['-d', '-c', config],
    isReady: () => listening([...Object.values(ports), ...Object.keys(more).map(Number)]),
  });
  return { ...peer, log: () => `${peer.log()}${readFileSync(logFile, 'utf8')}` };
}
