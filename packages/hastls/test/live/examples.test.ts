/**
 * The examples of deploy/, as they are but for places and certificates, in front of the servers that they are for, with
 * clients that are not ours before them: these insist on TLS, and on a certificate that is not the server's own.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Client, clients } from './clients/clients.ts';
import { SLIXMPP, slixmpp } from './clients/slixmpp.ts';
import { startChat, startDatabase, startDirectory } from './peers/backends.ts';
import { type Need, OPENSSL, run, SWAKS } from './peers/commands.ts';
import { DOVECOT, startDovecot } from './peers/dovecot.ts';
import { NNRPD, prepareNews, startNnrpd } from './peers/nnrpd.ts';
import { freePorts, listening, start } from './peers/peer.ts';
import { POSTFIX, startPostfix } from './peers/postfix.ts';
import * as services from './peers/services.ts';
import { live, type Stage } from './peers/stage.ts';
import { type Certificate, certify } from './peers/test-ca.ts';

const BIN = fileURLToPath(new URL('../../../cli/dist/bin.js', import.meta.url));
const EXAMPLES = new URL('../../../../deploy/examples/', import.meta.url);

/** Who comes to a listener, and what is heard there. */
type Visitor = Pick<Client, 'peer' | 'need' | 'visit'> & { readonly hears?: RegExp };

interface Row {
  readonly example: string;
  readonly needs: readonly Need[];
  /** Starts the servers, which have a certificate of their own, and gives the place of each that the example names by another. */
  start(stage: Stage, theirs: Certificate): Promise<Readonly<Record<string, string>>>;
  /** By the port of each listener. */
  readonly visitors: Readonly<Record<number, readonly Visitor[]>>;
}

/** By the upgrade, as elsewhere. */
function inBand(peer: string, protocol: string): Visitor {
  const found = clients.find((each) => each.peer === peer && each.protocol === protocol);
  assert.ok(found !== undefined, `no ${peer} for ${protocol}`);
  return found;
}

const visitor = (
  need: Need,
  hears: RegExp,
  words: (port: number, ca: string) => readonly [command: string, ...args: string[]],
): Visitor => ({
  peer: need.packages,
  need,
  hears,
  visit: ({ port, ca }) => run(...words(port, ca)),
});

const curl = (scheme: string, hears: RegExp): Visitor =>
  visitor({ packages: 'curl', commands: ['curl'] }, hears, (port, ca) => [
    ...(['curl', '-sSv', '--ssl-reqd', '--cacert', ca, '-u', 'joe:secret', `${scheme}://localhost:${port}/`] as const),
  ]);
const swaks = (...how: readonly string[]): Visitor =>
  visitor(SWAKS, /<~ {2}250 2\.0\.0 Ok: queued/, (port, ca) => [
    ...(['swaks', '--server', `localhost:${port}`, '--to', 'joe@mail.test', ...how] as const),
    ...['--tls-verify', '--tls-ca-path', ca],
  ]);

const newsImplicit = visitor({ packages: 'python3', commands: ['/usr/bin/python3'] }, /datetime/, (port, ca) => [
  ...(['/usr/bin/python3', '-W', 'ignore', '-c'] as const),
  [
    'import nntplib, ssl',
    `tls = ssl.create_default_context(cafile='${ca}')`,
    `print(nntplib.NNTP_SSL('localhost', ${port}, ssl_context=tls).date())`,
  ].join('\n'),
]);
const ldapsImplicit = visitor({ packages: 'ldap-utils', commands: ['ldapsearch'] }, /result: 0 Success/, (port, ca) => [
  ...(['env', `LDAPTLS_CACERT=${ca}`, 'LDAPTLS_REQCERT=demand', 'ldapsearch', '-x'] as const),
  ...['-H', `ldaps://127.0.0.1:${port}`, '-D', 'cn=joe,dc=test', '-w', 'secret', '-b', '', '-s', 'base'],
]);
const postgresqlDirect = visitor(
  OPENSSL,
  /ALPN protocol: postgresql[\s\S]*Verify return code: 0 \(ok\)/,
  (port, ca) => [
    ...(['openssl', 's_client', '-connect', `127.0.0.1:${port}`, '-servername', 'localhost'] as const),
    ...['-alpn', 'postgresql', '-CAfile', ca, '-verify_return_error'],
  ],
);
const chat: Visitor = {
  peer: 'slixmpp',
  need: SLIXMPP,
  hears: /in as joe@localhost\S* over TLS/,
  visit: ({ port, ca }) => slixmpp(port, ca, 'force_starttls=True'),
};

const at = (port: number): string => `127.0.0.1:${port}`;

const rows: readonly Row[] = [
  {
    example: 'dovecot',
    needs: [DOVECOT],
    async start(stage, theirs) {
      const [imap = 0, imaps = 0, pop3 = 0, pop3s = 0, lmtp = 0, lmtps = 0, sieve = 0] = await freePorts(7);
      await stage.keep(startDovecot(stage.home, theirs, { imap, imaps, pop3, pop3s, lmtp, lmtps, sieve }));
      return { [at(10143)]: at(imap), [at(10110)]: at(pop3), [at(14190)]: at(sieve) };
    },
    visitors: {
      143: [curl('imap', /^< A\d+ OK .*Logged in/m)],
      993: [curl('imaps', /^< A\d+ OK .*Logged in/m)],
      110: [curl('pop3', /^< \+OK Logged in/m)],
      995: [curl('pop3s', /^< \+OK Logged in/m)],
      4190: [inBand('gnutls-cli', 'sieve')],
    },
  },
  {
    example: 'postfix',
    needs: [POSTFIX],
    async start(stage, theirs) {
      const [may = 0, encrypt = 0, submission = 0, implicit = 0, none = 0] = await freePorts(5);
      await stage.keep(startPostfix(stage.home, theirs, { may, encrypt, submission, implicit, none }));
      return { [at(10025)]: at(none), [at(10587)]: at(none) };
    },
    visitors: { 25: [swaks('--tls')], 587: [swaks('--tls')], 465: [swaks('--tls-on-connect')] },
  },
  {
    example: 'inn',
    needs: [NNRPD],
    async start(stage, theirs) {
      const [port = 0] = await freePorts(1);
      await stage.keep(startNnrpd(await prepareNews(stage.home, theirs), { port, implicit: false }));
      return { [at(10119)]: at(port) };
    },
    visitors: { 119: [inBand('python3', 'nntp')], 563: [newsImplicit] },
  },
  {
    example: 'slapd',
    needs: [services.SLAPD],
    async start(stage, theirs) {
      const [port = 0] = await freePorts(1);
      await stage.keep(startDirectory(stage.home, theirs, port));
      return { [at(10389)]: at(port) };
    },
    visitors: { 389: [inBand('ldapsearch', 'ldap')], 636: [ldapsImplicit] },
  },
  {
    example: 'postgresql',
    needs: [services.POSTGRESQL],
    async start(stage, theirs) {
      const [port = 0] = await freePorts(1);
      await stage.keep(startDatabase(stage.home, theirs, port));
      return { 'unix:/run/postgresql/.s.PGSQL.5432': `unix:${stage.home}/postgresql/.s.PGSQL.${port}` };
    },
    visitors: { 5432: [inBand('psql', 'postgresql'), postgresqlDirect] },
  },
  {
    example: 'prosody',
    needs: [services.PROSODY],
    async start(stage, theirs) {
      const [people = 0, hosts = 0] = await freePorts(2);
      await stage.keep(startChat(stage.home, theirs, [people, hosts]));
      return { [at(15222)]: at(people), [at(15269)]: at(hosts) };
    },
    visitors: { 5222: [chat], 5269: [inBand('openssl s_client', 'xmpp-server')] },
  },
];

test('every example is shown with the server that it is for', () =>
  assert.deepEqual(rows.map(({ example }) => `${example}.toml`).sort(), readdirSync(EXAMPLES).sort()));

for (const { example, needs, start: begin, visitors } of rows) {
  const all = Object.values(visitors).flat();
  live(
    `the example for ${example} works with it`,
    [OPENSSL, ...needs, ...all.map(({ need }) => need)],
    async (stage) => {
      const certificate = await certify(stage.home, ['localhost', '127.0.0.1']); // libldap has a name of its own for localhost
      const apart = join(stage.home, 'theirs');
      await mkdir(apart);
      const behind = await begin(stage, await certify(apart, ['elsewhere.test']));
      let text = readFileSync(new URL(`${example}.toml`, EXAMPLES), 'utf8').replaceAll('/etc/hastls/tls/', '');
      const listeners = Object.keys(visitors);
      const ports = await freePorts(listeners.length);
      const places = [
        ...Object.entries(behind),
        ...listeners.map((named, index) => [`0.0.0.0:${named}`, at(ports[index] ?? 0)]),
      ];
      for (const [named, place] of places) {
        assert.ok(text.includes(`"${named}"`), `${example} names no ${named}`);
        text = text.replaceAll(`"${named}"`, `"${place}"`);
      }
      assert.doesNotMatch(text, /0\.0\.0\.0/, 'each listener is shown');
      const file = join(stage.home, 'example.toml');
      writeFileSync(file, `workers = 1\ndrain_ms = 100\n${text}`);
      const args = [BIN, 'gateway', '-c', file];
      await stage.keep(start({ name: 'gateway', command: 'node', args, isReady: () => listening(ports) }));
      for (const [index, named] of listeners.entries())
        for (const { peer, visit, hears = /^/ } of visitors[Number(named)] ?? [])
          await stage.check(`port ${named}: ${peer}`, async () => {
            assert.match(await visit({ port: ports[index] ?? 0, ca: certificate.ca, home: stage.home }), hears);
          });
    },
  );
}
