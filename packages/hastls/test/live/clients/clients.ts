/**
 * Clients that are not ours, each with the words that make it insist on TLS and on our authority's certificate for
 * `localhost`. A client that ends with another status than 0 has refused.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Need, OPENSSL, run, SWAKS } from '../peers/commands.ts';
import { onDisplay } from '../peers/desktops.ts';

/** What can be wrong with a certificate: who signed it, or for whom. */
export type Wrong = 'a stranger' | 'another host';
const EITHER: readonly Wrong[] = ['a stranger', 'another host'];

/** One client and one protocol. */
export interface Client {
  /** As in docs/INTEROP.md. */
  readonly peer: string;
  readonly need: Need;
  readonly protocol: string;
  /** Whose certificate it turns away from by itself. Some do not check for whom it is; some ask a person. */
  readonly turnsAway: readonly Wrong[];
  /** Goes to a port on localhost, from TLS to the end; `ca` is the file with the authority's certificate. */
  visit(to: { readonly port: number; readonly ca: string; readonly home: string }): Promise<string>;
}

/** What the program calls a protocol, where that is not what we do. */
const client = (
  peer: string,
  packages: string,
  command: string,
  protocols: Readonly<Record<string, string>>,
  words: (protocol: string, port: number, ca: string, home: string) => readonly string[] | Promise<readonly string[]>,
  turnsAway = EITHER,
): readonly Client[] =>
  Object.entries(protocols).map(([protocol, called]) => ({
    peer,
    need: { packages, commands: [command] },
    protocol,
    turnsAway,
    visit: async ({ port, ca, home }) => run(command, ...(await words(called, port, ca, home))),
  }));

const same = (...protocols: readonly string[]) => Object.fromEntries(protocols.map((each) => [each, each]));

const PYTHON: Readonly<Record<string, readonly string[]>> = {
  smtp: ['import smtplib', "c = smtplib.SMTP('localhost', port)", 'c.starttls(context=tls)', 'c.ehlo()', 'c.quit()'],
  imap: [
    'import imaplib',
    "c = imaplib.IMAP4('localhost', port)",
    'c.starttls(tls)',
    "c.login('joe', 'secret')",
    'c.logout()',
  ],
  pop3: ['import poplib', "c = poplib.POP3('localhost', port)", 'c.stls(tls)', "c.user('j')", 'c.quit()'],
  ftp: [
    'import ftplib',
    'c = ftplib.FTP_TLS(context=tls)',
    "c.connect('localhost', port)",
    'c.auth()',
    "c.login('j', 's')",
    'c.prot_p()',
    'c.quit()',
  ],
  nntp: ['import nntplib', "c = nntplib.NNTP('localhost', port)", 'c.starttls(tls)', 'c.date()', 'c.quit()'],
};

/** What xfreerdp ends with when a connection ends after TLS; when TLS does not come about it is another number. */
const HUNG_UP = 147;

/** As a file for ipptool, which asks no more of the answer than that all is well. */
const ASKS_IPP = `{
 OPERATION Get-Printer-Attributes
 GROUP operation-attributes-tag
 ATTR charset attributes-charset utf-8
 ATTR language attributes-natural-language en
 ATTR uri printer-uri $uri
 STATUS successful-ok
}`;

export const clients: readonly Client[] = [
  ...client(
    'openssl s_client',
    OPENSSL.packages,
    'openssl',
    {
      ...same('smtp', 'lmtp', 'imap', 'pop3', 'nntp', 'sieve', 'ftp', 'ldap', 'irc', 'mysql', 'xmpp-server', 'telnet'),
      submission: 'smtp',
      'xmpp-client': 'xmpp',
      postgresql: 'postgres',
    },
    (protocol, port, ca) => [
      ...['s_client', '-brief', '-starttls', protocol, '-connect', `localhost:${port}`, '-CAfile', ca],
      ...['-verify_return_error', '-verify_hostname', 'localhost'],
      ...(protocol.startsWith('xmpp') ? ['-xmpphost', 'localhost'] : []),
    ],
  ),
  ...client(
    'gnutls-cli',
    'gnutls-bin',
    'gnutls-cli',
    {
      ...same('smtp', 'lmtp', 'imap', 'pop3', 'nntp', 'sieve', 'ftp', 'ldap'),
      'xmpp-client': 'xmpp',
      postgresql: 'postgres',
    },
    (protocol, port, ca) => [`--starttls-proto=${protocol}`, `--port=${port}`, `--x509cafile=${ca}`, 'localhost'],
  ),
  // curl's LDAP comes to no handshake, neither with us nor with slapd.
  ...client('curl', 'curl', 'curl', same('smtp', 'imap', 'pop3', 'ftp'), (protocol, port, ca) => [
    ...['--silent', '--show-error', '--ssl-reqd', '--cacert', ca],
    ...(protocol === 'smtp' ? [] : ['--user', 'joe:secret']),
    ...(protocol === 'ftp' ? ['--head'] : []),
    `${protocol}://localhost:${port}/`,
  ]),
  ...client('python3', 'python3', '/usr/bin/python3', same(...Object.keys(PYTHON)), (protocol, port, ca) => [
    ...['-W', 'ignore', '-c'],
    [
      'import ssl, sys',
      `port = ${port}`,
      `tls = ssl.create_default_context(cafile='${ca}')`,
      ...(PYTHON[protocol] ?? []),
    ].join('\n'),
  ]),
  ...client(
    'swaks',
    SWAKS.packages,
    'swaks',
    same('submission', 'smtp', 'lmtp'),
    (protocol, port, ca) => [
      ...[
        '--server',
        `localhost:${port}`,
        '--protocol',
        protocol === 'lmtp' ? 'LMTP' : 'ESMTP',
        '--quit-after',
        'HELO',
      ],
      ...['--to', 'joe@localhost', '--tls', '--tls-verify', '--tls-ca-path', ca],
    ],
    ['a stranger'],
  ),
  ...client('msmtp', 'msmtp', 'msmtp', same('smtp', 'lmtp'), (protocol, port, ca) => [
    ...['--serverinfo', `--protocol=${protocol}`, '--host=localhost', `--port=${port}`],
    ...['--tls=on', '--tls-starttls=on', `--tls-trust-file=${ca}`],
  ]),
  ...client('mpop', 'mpop', 'mpop', same('pop3'), (_, port, ca) => [
    ...['--serverinfo', '--host=localhost', `--port=${port}`],
    ...['--tls=on', '--tls-starttls=on', `--tls-trust-file=${ca}`],
  ]),
  ...client('mbsync', 'isync', 'mbsync', same('imap'), async (_, port, ca, home) => {
    const config = join(home, `mbsyncrc-${port}`);
    const store = `IMAPStore far\nHost localhost\nPort ${port}\nUser joe\nPass secret\nSSLType STARTTLS\n`;
    const files = `CertificateFile ${ca}\nSystemCertificates no\nAuthMechs PLAIN\n\nMaildirStore near\nPath ${home}/mail/\n`;
    await mkdir(join(home, 'mail'), { recursive: true });
    await writeFile(config, `${store}${files}\nChannel all\nFar :far:\nNear :near:\nPatterns *\n`);
    return ['--config', config, '--list', 'all'];
  }),
  ...client('lftp', 'lftp', 'lftp', same('ftp'), (_, port, ca) => [
    '-c',
    [
      ...[`set ssl:ca-file ${ca}`, 'set ftp:ssl-force yes', 'set net:max-retries 1', 'set cmd:fail-exit yes'],
      ...[`open -u joe,secret -p ${port} ftp://localhost`, 'quote NOOP'],
    ].join('; '),
  ]),
  ...client('ldapsearch', 'ldap-utils', 'env', same('ldap'), (_, port, ca) => [
    ...[`LDAPTLS_CACERT=${ca}`, 'LDAPTLS_REQCERT=demand', 'ldapsearch', '-x', '-ZZ', '-H', `ldap://127.0.0.1:${port}`],
    ...['-b', '', '-s', 'base'],
  ]),
  ...client('psql', 'postgresql-client', 'psql', same('postgresql'), (_, port, ca) => [
    ...['--no-psqlrc', '--command', ';'],
    `host=localhost port=${port} user=joe dbname=joe gssencmode=disable sslmode=verify-full sslrootcert=${ca}`,
  ]),
  ...client('mariadb', 'mariadb-client', 'mariadb', same('mysql'), (_, port, ca) => [
    ...['--no-defaults', '--protocol=TCP', '--host=localhost', `--port=${port}`, '--user=joe', '--password=secret'],
    ...[`--ssl-ca=${ca}`, '--ssl-verify-server-cert', '--execute=DO 1'],
  ]),
  ...client('nbdinfo', 'libnbd-bin', 'nbdinfo', same('nbd'), (_, port, ca) => [
    '--size',
    `nbds://localhost:${port}/?tls-certificates=${join(ca, '..')}`,
  ]),
  ...client('nbd-client', 'nbd-client', 'nbd-client', same('nbd'), (_, port, ca) => [
    ...['-l', 'localhost', '-enable-tls', '-tlshostname', 'localhost', '-cacertfile', ca, `${port}`],
  ]),
  ...client('pymysql', 'python3-pymysql', '/usr/bin/python3', same('mysql'), (_, port, ca) => [
    '-c',
    [
      'import pymysql',
      `c = pymysql.connect(host='localhost', port=${port}, user='joe', password='secret', ssl={'ca': '${ca}'})`,
      'c.close()',
    ].join('\n'),
  ]),
  ...client('libnats', 'libnats3.4', '/usr/bin/python3', same('nats'), (_, port, ca) => [
    '-c',
    [
      'import ctypes, sys',
      "lib = ctypes.CDLL('libnats.so.3.4')",
      'options, connection = ctypes.c_void_p(), ctypes.c_void_p()',
      'def check(status): status and sys.exit(f"status {status}")',
      'check(lib.natsOptions_Create(ctypes.byref(options)))',
      `check(lib.natsOptions_SetURL(options, b'nats://localhost:${port}'))`,
      'check(lib.natsOptions_SetSecure(options, True))',
      'check(lib.natsOptions_SetAllowReconnect(options, False))',
      `check(lib.natsOptions_LoadCATrustedCertificates(options, b'${ca}'))`,
      "check(lib.natsOptions_SetExpectedHostname(options, b'localhost'))",
      'check(lib.natsConnection_Connect(ctypes.byref(connection), options))',
    ].join('\n'),
  ]),
  {
    peer: 'xfreerdp',
    need: { packages: 'freerdp2-x11 tigervnc-standalone-server', commands: ['xfreerdp', 'Xtigervnc'] },
    protocol: 'rdp',
    turnsAway: EITHER,
    async visit({ port, ca, home }) {
      await run('openssl', 'rehash', dirname(ca));
      const words = `HOME=${home} SSL_CERT_DIR=${dirname(ca)} xfreerdp /auth-only /sec:tls /cert:deny /u:joe /p:secret`;
      const then = `test $? -eq ${HUNG_UP}`;
      return onDisplay((display) => run('sh', '-c', `DISPLAY=${display} ${words} /v:localhost:${port}; ${then}`));
    },
  },
  {
    peer: 'xtigervncviewer',
    need: { packages: 'tigervnc-viewer tigervnc-standalone-server', commands: ['xtigervncviewer', 'Xtigervnc'] },
    protocol: 'vnc',
    turnsAway: [],
    visit: ({ port, ca, home }) =>
      onDisplay((display) =>
        run(
          ...(['env', `DISPLAY=${display}`, `HOME=${home}`, 'xtigervncviewer', '-SecurityTypes=X509None'] as const),
          ...[`-X509CA=${ca}`, '-AlertOnFatalError=0', '-ReconnectOnError=0', `localhost::${port}`],
        ),
      ),
  },
  ...client(
    'ipptool',
    'cups-ipp-utils',
    'ipptool',
    same('http-upgrade'),
    async (_, port, _ca, home) => {
      const asks = join(home, 'asks.test');
      await writeFile(asks, ASKS_IPP);
      return ['-E', '-t', `ipp://localhost:${port}/`, asks];
    },
    [],
  ),
];
