// Writes docs/INTEROP.md from what the live tests have shown of programs that are not ours. `--check` compares instead:
// the rows must be the same; versions are those of the day it was written, and another machine may have others.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { offByDefault, profiles, services } from 'hastls/profiles';
import { heading, row } from './generated.js';

const DOCUMENT = 'docs/INTEROP.md';
const RESULTS = 'tools/.out/interop.jsonl'; // by tools/run-tests.mjs
const REMEDY = 'run "npm run docs:interop" and look at what changed';

/** A line of the results, as the live tests write it. */
interface Meeting {
  readonly peer: string;
  readonly protocol: string;
  readonly ours: 'client' | 'server';
  readonly shown: string;
}

/** The packages of peers that are not called like them. */
const PACKAGES: Readonly<Record<string, string>> = {
  cups: 'cups-daemon',
  cyrus: 'cyrus-common',
  dovecot: 'dovecot-core',
  exim: 'exim4-daemon-light',
  freetds: 'freetds-bin',
  'gnutls-cli': 'gnutls-bin',
  ipptool: 'cups-ipp-utils',
  ldapsearch: 'ldap-utils',
  libnats: 'libnats3.4',
  mariadb: 'mariadb-server',
  mbsync: 'isync',
  nats: 'nats-server',
  nbdinfo: 'libnbd-bin',
  nnrpd: 'inn2',
  'openssl s_client': 'openssl',
  psql: 'postgresql-client',
  pymysql: 'python3-pymysql',
  'qemu-nbd': 'qemu-utils',
  tigervnc: 'tigervnc-standalone-server',
  xfreerdp: 'freerdp2-x11',
  xtigervncviewer: 'tigervnc-viewer',
};

const versions = new Map(
  execFileSync('scripts/peers', ['list'], { encoding: 'utf8' })
    .trimEnd()
    .split('\n')
    .map((each) => each.split(/\s+/, 2) as [string, string]), // as: every line has more than two words
);

function versionOf(peer: string): string {
  const version = versions.get(PACKAGES[peer] ?? peer);
  if (version === undefined) throw new Error(`${peer}: of which package in scripts/peers is that? Add it to PACKAGES`);
  return version.replace(/^\d+:/, '');
}

const meetings: readonly Meeting[] = existsSync(RESULTS)
  ? readFileSync(RESULTS, 'utf8')
      .trimEnd()
      .split('\n')
      .map((each) => JSON.parse(each))
  : [];
if (meetings.length === 0) throw new Error('no live test has shown anything: run "npm run test:interop"');

const upgradable = [...profiles, ...offByDefault.map(({ profile }) => profile)].map(({ name }) => name);
const protocols = new Set([...upgradable, ...services.map(({ name }) => name)]);

function table(ours: Meeting['ours'], theirs: string): readonly string[] {
  return [...heading('protocol', theirs, 'version', 'shown'), ...[...protocols].flatMap((each) => rows(ours, each))];
}

function rows(ours: Meeting['ours'], protocol: string): readonly string[] {
  const met = meetings.filter((each) => each.ours === ours && each.protocol === protocol);
  const peers = [...new Set(met.map(({ peer }) => peer))].sort();
  return peers.map((peer) => {
    const shown = met.filter((each) => each.peer === peer).map((each) => each.shown);
    return row(protocol, peer, versionOf(peer), [...new Set(shown)].sort().join('; '));
  });
}

const unmet = (ours: Meeting['ours']): string =>
  upgradable.filter((name) => !meetings.some((each) => each.ours === ours && each.protocol === name)).join(', ') ||
  'none';

const written = [
  '# Interop',
  '',
  'What was shown with programs that are not ours, as Debian packages them, on loopback. Written by `npm run docs:interop`',
  'from what the live tests saw; `npm run test:interop` sees it again, and CI does so with none skipped. A version is',
  'that of the day this was written.',
  '',
  '## Our client, their server',
  '',
  'Each certificate is by an authority of the test, and chain and name are verified. *Secure under cso*: `connect()` finds',
  'the promise in a signed zone, and ends in authenticated TLS. *Stripped on the way*: somebody between the two makes the',
  'server seem to know no TLS, and `connect()` ends in an error.',
  '',
  ...table('client', 'server'),
  '',
  '## Our server, their client',
  '',
  'A server of `hastls/serve` that wants TLS before all else. A client that *refuses* has said nothing over TLS but the',
  'name of its user at the most; one without the row about another host checks no names as it is called here, and one',
  'without the row about a stranger checks nothing, or asks its user.',
  '',
  ...table('server', 'client'),
  '',
  '## Nobody to meet',
  '',
  'Protocols without a peer among the packages of Debian 12 that could be had and started; what we hold of them we hold',
  'against ourselves alone.',
  '',
  `- our client: ${unmet('client')}`,
  `- our server: ${unmet('server')}`,
  '',
  'Tried by hand and met in vain: telnetd-ssl 0.17.41 refuses START_TLS and has TLS by an older option alone; OpenSMTPD',
  '6.8.0p2, which conflicts with Postfix and so was only unpacked, finds no private key in its handshakes, with RSA and ECDSA',
  'alike, and fails with openssl s_client as well: a process of its own signs for keys that bear a mark, and OpenSSL 3 signs',
  'with an object of its own, on which the mark is not, so that process is never asked; curl asks LDAP servers for StartTLS,',
  'but comes to no handshake with slapd either; Qpid Proton, for AMQP 1.0, knows the implicit form alone.',
  '',
].join('\n');

if (process.argv.includes('--check')) compare();
else writeFileSync(DOCUMENT, written);

/** Complains about rows that came or went. What cannot be met for want of a package is no matter here: CI skips nothing. */
function compare(): void {
  const absent = new Set([...versions].filter(([, version]) => version === 'missing').map(([name]) => name));
  const kept = (text: string) =>
    text.split('\n').flatMap((line) => {
      const cells = line.split(' | ');
      const [protocol = '', peer = '', version, shown] = cells;
      if (version === undefined || shown === undefined) return [];
      return absent.has(PACKAGES[peer] ?? peer) ? [] : [`${protocol} | ${peer} | ${shown}`];
    });
  const [before, now] = [existsSync(DOCUMENT) ? readFileSync(DOCUMENT, 'utf8') : '', written].map(kept);
  for (const each of before ?? []) if (!now?.includes(each)) console.error(`no longer shown: ${each}`);
  for (const each of now ?? []) if (!before?.includes(each)) console.error(`shown for the first time: ${each}`);
  if (`${before}` === `${now}`) return;
  console.error(`${DOCUMENT} is stale: ${REMEDY}`);
  process.exitCode = 1;
}
