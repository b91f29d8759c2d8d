/** Clients that know no TLS, and servers that want it: who can be at the two ends of a tunnel. */
import { type Need, SWAKS } from './peers/commands.ts';
import { DOVECOT, startDovecot } from './peers/dovecot.ts';
import { NNRPD, prepareNews, startNnrpd } from './peers/nnrpd.ts';
import { freePorts } from './peers/peer.ts';
import { POSTFIX, startPostfix } from './peers/postfix.ts';
import { POSTGRESQL, SLAPD, startPostgresql, startSlapd } from './peers/services.ts';
import type { Stage } from './peers/stage.ts';
import type { Certificate } from './peers/test-ca.ts';

/** A client that knows no TLS. */
export interface Client {
  readonly command: (port: number) => readonly [command: string, ...args: string[]];
  /** What only the server may hear. */
  readonly secret: RegExp;
  /** What the client hears when it comes through. */
  readonly well: RegExp;
  /** What it hears before the code of the error when it may not: the protocol's "not now". */
  readonly sorry: string;
}

const swaks: Client = {
  command: (port) => ['swaks', '--server', '127.0.0.1', '--port', `${port}`, '--to', 'b@mail.test', '--body', 'psst'],
  secret: /psst/,
  well: /250 2\.0\.0 Ok: queued/,
  sorry: '421 4\\.7\\.0 ',
};
const curl = (scheme: string, well: RegExp, sorry: string): Client => ({
  command: (port) => ['curl', `${scheme}://127.0.0.1:${port}/`, '-sSv', '-m', '15', '-u', 'joe:secret'],
  secret: /secret|c2VjcmV0|AGpvZQBzZWNyZXQ/,
  well,
  sorry,
});
const ldapsearch: Client = {
  command: (port) => ['ldapsearch', '-x', '-H', `ldap://127.0.0.1:${port}`, '-b', '', '-s', 'base', '(uid=joe)'],
  secret: /joe/,
  well: /result: 0 Success/,
  sorry: 'Server is unavailable \\(52\\)\\s+additional info: ',
};
const psql: Client = {
  command: (port) => ['psql', `host=127.0.0.1 port=${port} user=postgres sslmode=disable`, '-c', "select 'pss' || 't'"],
  secret: /pss/,
  well: /psst/,
  sorry: 'FATAL: +',
};

const nntplib: Client = {
  command: (port) => [
    'python3',
    '-W',
    'ignore',
    '-c',
    [
      'import nntplib',
      `news = nntplib.NNTP('127.0.0.1', ${port})`,
      "try: news.group('psst.test')",
      'except nntplib.NNTPTemporaryError as error: print(error)',
      'news.quit()',
    ].join('\n'),
  ],
  secret: /psst/,
  well: /^411 /m,
  sorry: 'NNTP[A-Za-z]*Error: 400 ',
};

/** A server, and its clients by the service that each speaks. */
export interface Row {
  readonly name: string;
  readonly needs: readonly Need[];
  readonly clients: Readonly<Record<string, Client>>;
  /** Starts the server, and gives the port of each scheme. */
  start(stage: Stage, certificate: Certificate): Promise<Readonly<Record<string, number>>>;
}

export const ROWS: readonly Row[] = [
  {
    name: 'swaks and Postfix',
    needs: [POSTFIX, SWAKS],
    clients: { smtp: swaks, submission: swaks },
    async start(stage, certificate) {
      const [may = 0, smtp = 0, submission = 0, implicit = 0, none = 0] = await freePorts(5);
      await stage.keep(startPostfix(stage.home, certificate, { may, encrypt: smtp, submission, implicit, none }));
      return { smtp, submission };
    },
  },
  {
    name: 'curl and Dovecot',
    needs: [DOVECOT, { packages: 'curl', commands: ['curl'] }],
    clients: {
      imap: curl('imap', /^< A\d+ OK .*Logged in/m, '\\* BYE \\[UNAVAILABLE\\] '),
      pop3: curl('pop3', /^< \+OK Logged in/m, '-ERR \\[SYS/TEMP\\] '),
    },
    async start(stage, certificate) {
      const [imap = 0, imaps = 0, pop3 = 0, pop3s = 0, lmtp = 0, lmtps = 0, sieve = 0] = await freePorts(7);
      await stage.keep(startDovecot(stage.home, certificate, { imap, imaps, pop3, pop3s, lmtp, lmtps, sieve }));
      return { imap, pop3 };
    },
  },
  {
    name: 'ldapsearch and slapd',
    needs: [SLAPD, { packages: 'ldap-utils', commands: ['ldapsearch'] }],
    clients: { ldap: ldapsearch },
    async start(stage, certificate) {
      const [ldap = 0] = await freePorts(1);
      await stage.keep(startSlapd(stage.home, certificate, ldap));
      return { ldap };
    },
  },
  {
    name: 'psql and PostgreSQL',
    needs: [POSTGRESQL, { packages: 'postgresql-client', commands: ['psql'] }],
    clients: { postgresql: psql },
    async start(stage, certificate) {
      const [postgresql = 0] = await freePorts(1);
      await stage.keep(startPostgresql(stage.home, certificate, postgresql));
      return { postgresql };
    },
  },
  {
    name: 'nntplib and nnrpd',
    needs: [NNRPD, { packages: 'python3', commands: ['python3'] }],
    clients: { nntp: nntplib },
    async start(stage, certificate) {
      const [nntp = 0] = await freePorts(1);
      await stage.keep(startNnrpd(await prepareNews(stage.home, certificate), { port: nntp, implicit: false }));
      return { nntp };
    },
  },
];
