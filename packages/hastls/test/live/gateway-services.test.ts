/** Directories, chat, databases, news, scripts, messages and disks behind a gateway, and clients that are not ours. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import {
  imap,
  irc,
  ldap,
  lmtp,
  managesieve,
  mysql,
  nats,
  nbd,
  nntp,
  nntp1997,
  pop3,
  postgresql,
  smtp,
  xmppClient,
  xmppServer,
} from 'hastls/profiles';
import { createGateway, type GatewayOptions } from 'hastls/serve';
import type { Profile } from 'hastls/talk';
import { createAuthority } from 'hastls/testing';
import { type Client, clients } from './clients/clients.ts';
import { SLIXMPP, slixmpp } from './clients/slixmpp.ts';
import * as backends from './peers/backends.ts';
import { INSPIRCD, startInspircd } from './peers/chat.ts';
import { type Need, pathOf, run } from './peers/commands.ts';
import { DOVECOT, startDovecot } from './peers/dovecot.ts';
import { NNRPD, prepareNews, startNnrpd } from './peers/nnrpd.ts';
import { freePorts } from './peers/peer.ts';
import { POSTFIX, startPostfix } from './peers/postfix.ts';
import * as services from './peers/services.ts';
import { live, type Stage } from './peers/stage.ts';
import { certify } from './peers/test-ca.ts';

const authority = createAuthority();
const identity = authority.issue(['localhost', '127.0.0.1']); // libldap has a name of its own for localhost

/** Gateways in front of one backend, one for each mode, to the end of the test. */
type Front = (mode: GatewayOptions['mode'], implicitToo?: boolean) => Promise<number>;
const open: net.Server[] = [];
const front =
  (profile: Profile, port: number): Front =>
  async (mode, implicitToo = false) => {
    const backend = { host: '127.0.0.1', port };
    const server = createGateway({ profile, mode, implicitToo, backend, certificates: [identity] }).createServer();
    open.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return (server.address() as net.AddressInfo).port; // it listens on TCP
  };

/** A backend, what it needs, and what is shown of it beside the clients that insist on TLS. */
interface Row {
  readonly title: string;
  readonly needs: readonly Need[];
  /** Starts it, and gives the port of each protocol that it speaks. */
  start(stage: Stage): Promise<readonly (readonly [Profile, number])[]>;
  readonly shows?: (stage: Stage, ca: string, front: (profile: Profile) => Front) => Promise<void>;
}

const theirs = (stage: Stage) => certify(stage.home, ['elsewhere.test']);
const one =
  (profile: Profile, start: (typeof backends)['startDirectory']): Row['start'] =>
  async (stage) => {
    const [port = 0] = await freePorts(1);
    await stage.keep(start(stage.home, await theirs(stage), port));
    return [[profile, port]];
  };

const rows: readonly Row[] = [
  {
    title: 'slapd',
    needs: [services.SLAPD],
    start: one(ldap, backends.startDirectory),
    async shows(stage, ca, to) {
      const search = (scheme: string, port: number, ...more: readonly string[]) =>
        run(
          'env',
          ...[
            `LDAPTLS_CACERT=${ca}`,
            'LDAPTLS_REQCERT=demand',
            'ldapsearch',
            '-x',
            '-H',
            `${scheme}://127.0.0.1:${port}`,
          ],
          ...['-b', '', '-s', 'base', ...more],
        );
      const joe = ['-D', 'cn=joe,dc=test', '-w', 'secret'];
      for (const mode of ['require', ldap.middle?.secrets ?? []] as const)
        await stage.check(`ldapsearch in clear is told that confidentiality is required, by ${mode}`, async () => {
          await assert.rejects(search('ldap', await to(ldap)(mode), ...joe), /Confidentiality required \(13\)/);
        });
      await stage.check(
        'ldapsearch in clear is served where TLS is only preferred, and so is one with -ZZ',
        async () => {
          const port = await to(ldap)('prefer');
          assert.match(await search('ldap', port, ...joe), /result: 0 Success/);
          assert.match(await search('ldap', port, '-ZZ', ...joe), /result: 0 Success/);
          await assert.rejects(search('ldap', port, '-D', 'cn=joe,dc=test', '-w', 'wrong'), /Invalid credentials/);
        },
      );
      await stage.check('ldapsearch comes by both forms of TLS to one port', async () => {
        const port = await to(ldap)('require', true);
        assert.match(await search('ldaps', port, ...joe), /result: 0 Success/);
        assert.match(await search('ldap', port, '-ZZ', ...joe), /result: 0 Success/);
        await assert.rejects(search('ldap', port), /Confidentiality required/);
      });
      await stage.check('an entry of a megabyte goes in and comes out', async () => {
        const port = await to(ldap)('prefer');
        const [entry, base] = [
          join(stage.home, 'entry.ldif'),
          'dn: dc=test\nobjectClass: dcObject\nobjectClass: organization\n',
        ];
        const words = 'STARTTLS 1.3.6.1.4.1.1466.20037 '.repeat(8000);
        await writeFile(entry, `${base}dc: test\no: test\ndescription: ${words.trimEnd()}\n`);
        const at = ['-x', '-H', `ldap://127.0.0.1:${port}`, ...joe];
        await run('env', `LDAPTLS_CACERT=${ca}`, 'ldapadd', ...at, '-ZZ', '-f', entry);
        const found = await run('ldapsearch', ...at, '-o', 'ldif-wrap=no', '-b', 'dc=test', '-s', 'base');
        assert.ok(found.includes(words.trimEnd()));
      });
    },
  },
  {
    title: 'Prosody',
    needs: [services.PROSODY, SLIXMPP],
    async start(stage) {
      const [people = 0, hosts = 0] = await freePorts(2);
      await stage.keep(backends.startChat(stage.home, await theirs(stage), [people, hosts]));
      return [
        [xmppClient, people],
        [xmppServer, hosts],
      ];
    },
    async shows(stage, ca, to) {
      const login = (port: number, how: string, patience?: number) => slixmpp(port, ca, how, patience);
      const inTls = 'force_starttls=True';
      const inClear = 'force_starttls=False, disable_starttls=True';
      for (const mode of ['require', xmppClient.middle?.secrets ?? [], 'prefer'] as const)
        await stage.check(`slixmpp logs in over TLS by ${mode}`, async () => {
          assert.match(await login(await to(xmppClient)(mode), inTls), /in as joe@localhost\S* over TLS/);
        });
      await stage.check('slixmpp logs in over TLS from the first octet, where both forms are on one port', async () => {
        const said = await login(await to(xmppClient)('require', true), 'use_ssl=True, disable_starttls=True');
        assert.match(said, /in as joe@localhost\S* over TLS/);
      });
      await stage.check(
        'slixmpp logs in in clear where TLS is only preferred, and not where its secrets are kept',
        async () => {
          assert.match(await login(await to(xmppClient)('prefer'), inClear), /in as joe@localhost\S* in clear/);
          await assert.rejects(login(await to(xmppClient)(xmppClient.middle?.secrets ?? []), inClear, 2));
        },
      );
    },
  },
  {
    title: 'PostgreSQL',
    needs: [services.POSTGRESQL, { packages: 'postgresql-client', commands: ['psql'] }],
    start: one(postgresql, backends.startDatabase),
    async shows(stage, ca, to) {
      const psql = (port: number, sslmode: string, query: string) =>
        run('psql', '--no-psqlrc', '-At', '-c', query, place(port, sslmode));
      const place = (port: number, sslmode: string) =>
        `host=localhost port=${port} user=joe dbname=joe sslmode=${sslmode} sslrootcert=${ca}`;
      await stage.check('psql without TLS is told what is missing', async () => {
        for (const mode of ['require', postgresql.middle?.secrets ?? []] as const)
          await assert.rejects(psql(await to(postgresql)(mode), 'disable', 'SELECT 1'), /TLS is required/);
      });
      await stage.check('psql without TLS is served where it is only preferred, and with it too', async () => {
        const port = await to(postgresql)('prefer');
        for (const sslmode of ['disable', 'prefer', 'verify-full'])
          assert.match(await psql(port, sslmode, "SELECT repeat('x', 100000)"), /^x{100000}$/m);
      });
      await stage.check('a query is cancelled on a connection of its own, as the mode allows', async () => {
        const port = await to(postgresql)('prefer');
        const args = ['--no-psqlrc', '-c', 'SELECT pg_sleep(60)', place(port, 'disable')];
        const child = spawn(pathOf('psql'), args, { stdio: ['ignore', 'ignore', 'pipe'] });
        await waits(() =>
          psql(port, 'disable', "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'"),
        );
        child.kill('SIGINT');
        assert.match(String(await child.stderr.toArray()), /canceling statement due to user request/);
      });
      await stage.check('TLS from the first octet needs its name, on one port with the other form', async () => {
        const port = await to(postgresql)('require', true);
        await psql(port, 'verify-full', 'SELECT 1');
        const direct = tls.connect({
          host: 'localhost',
          port,
          ca: authority.certificate,
          ALPNProtocols: ['postgresql'],
        });
        await once(direct, 'secureConnect');
        direct.write(Buffer.from('\0\0\0\x1f\0\x03\0\0user\0joe\0database\0joe\0\0', 'latin1'));
        assert.equal(String((await once(direct, 'data'))[0]).charAt(0), 'R'); // it is let in
        direct.destroy();
      });
    },
  },
  {
    title: 'MariaDB',
    needs: [services.MARIADB],
    start: one(mysql, backends.startMysql),
    async shows(stage, ca, to) {
      const query = (port: number, ...more: readonly string[]) =>
        run(
          'mariadb',
          ...['--no-defaults', '--protocol=TCP', '--host=localhost', `--port=${port}`, '--user=joe', '-N'],
          ...['--execute', "SELECT REPEAT('x', 100000), CURRENT_USER()", ...more],
        );
      const overTls = [`--ssl-ca=${ca}`, '--ssl-verify-server-cert'];
      for (const mode of ['require', mysql.middle?.secrets ?? []] as const)
        await stage.check(`mariadb without TLS is refused by the number for it, by ${mode}`, async () => {
          await assert.rejects(query(await to(mysql)(mode), '--password=secret', '--skip-ssl'), /ERROR 3159/);
        });
      await stage.check('mariadb logs in with the salt of the backend, in clear and over TLS', async () => {
        const port = await to(mysql)('prefer');
        for (const how of [['--skip-ssl'], overTls, [...overTls, '--compress']])
          assert.match(await query(port, '--password=secret', ...how), /x{100000}\s+joe@%/);
      });
      await stage.check('and not with a wrong password', async () => {
        const port = await to(mysql)('require');
        await assert.rejects(query(port, '--password=wrong', ...overTls), /Access denied for user 'joe'/);
      });
    },
  },
  {
    title: 'INN',
    needs: [NNRPD],
    async start(stage) {
      const [port = 0] = await freePorts(1);
      const config = await prepareNews(stage.home, await theirs(stage));
      await stage.keep(startNnrpd(config, { port, implicit: false }));
      return [
        [nntp, port],
        [nntp1997, port],
      ];
    },
    async shows(stage, ca, to) {
      const read = (port: number, ...words: readonly string[]) =>
        run(
          '/usr/bin/python3',
          ...['-W', 'ignore', '-c'],
          ['import nntplib, ssl', `c = nntplib.NNTP('localhost', ${port})`, ...words, 'print(c.date())'].join('\n'),
        );
      const tlsFirst = `c.starttls(ssl.create_default_context(cafile='${ca}'))`;
      await stage.check('a reader reads over TLS by every mode, and in clear where it may', async () => {
        for (const mode of ['require', nntp.middle?.secrets ?? [], 'prefer'] as const)
          assert.match(await read(await to(nntp)(mode), tlsFirst), /datetime/);
        for (const mode of [nntp.middle?.secrets ?? [], 'prefer'] as const)
          assert.match(await read(await to(nntp)(mode)), /datetime/);
        await assert.rejects(read(await to(nntp)('require')), /483/);
      });
      await stage.check('a reader that logs in has to come to TLS first', async () => {
        await assert.rejects(read(await to(nntp)(nntp.middle?.secrets ?? []), "c.login('joe', 'secret')"), /483/);
      });
      // What a reader of 1997 would have had to learn.
      const wrap = [
        `tls = ssl.create_default_context(cafile='${ca}')`,
        "c.sock = tls.wrap_socket(c.sock, server_hostname='localhost')",
        "c.file = c.sock.makefile('rwb')",
      ];
      const onceTold = ['try:', " c._shortcmd('AUTHINFO USER joe')", ' raise SystemExit(1)'];
      const demanded = [...onceTold, 'except nntplib.NNTPTemporaryError as e:', " assert e.response[:4] == '401 '"];
      await stage.check('[S9] [S12] [S14] a reader of 1997 says TLS, or is told 401 and begins with TLS', async () => {
        for (const mode of [nntp1997.middle?.secrets ?? [], 'prefer'] as const) {
          const said = await read(await to(nntp1997)(mode), "print(c._shortcmd('TLS'))", ...wrap);
          assert.match(said, /200 Start TLS now\n.*datetime/);
        }
        assert.match(await read(await to(nntp1997)(['AUTHINFO']), ...demanded, ...wrap), /datetime/);
        assert.match(await read(await to(nntp1997)('require'), ...wrap), /datetime/); // it has asked for CAPABILITIES
      });
      await stage.check('[S10] [S13] a reader that never heard of it may go on, or its connection ends', async () => {
        assert.match(await read(await to(nntp1997)(['AUTHINFO'])), /datetime/);
        const ended = /EOFError|ConnectionResetError|BrokenPipeError/;
        await assert.rejects(read(await to(nntp1997)(['AUTHINFO']), ...demanded), ended);
        await assert.rejects(read(await to(nntp1997)('require')), ended);
      });
    },
  },
  {
    title: 'Dovecot and Postfix',
    needs: [DOVECOT, POSTFIX, { packages: 'sieve-connect', commands: ['sieve-connect'] }],
    async start(stage) {
      const certificate = await theirs(stage);
      const [may = 0, encrypt = 0, handIn = 0, implicit = 0, none = 0, ...more] = await freePorts(12);
      const [mailbox = 0, imaps = 0, post = 0, pop3s = 0, local = 0, lmtps = 0, sieve = 0] = more;
      const ports = { imap: mailbox, imaps, pop3: post, pop3s, lmtp: local, lmtps, sieve };
      await Promise.all([
        stage.keep(startPostfix(stage.home, certificate, { may, encrypt, submission: handIn, implicit, none })),
        stage.keep(startDovecot(stage.home, certificate, ports)),
      ]);
      return [
        [smtp, may],
        [lmtp, local],
        [imap, mailbox],
        [pop3, post],
        [managesieve, sieve],
      ];
    },
    async shows(stage, ca, to) {
      const script = join(stage.home, 'joe.sieve');
      await writeFile(script, `# STARTTLS\r\n# OK "x"\r\n# NO {5}\r\nkeep;\r\n${'# LOGOUT {3+}\r\n'.repeat(500)}`);
      const sieve = (port: number, ...more: readonly string[]) =>
        new Promise<string>((resolve, reject) => {
          const child = spawn(
            'sieve-connect',
            [
              '--server',
              'localhost',
              '--port',
              `${port}`,
              '--user',
              'joe',
              '--passwordfd',
              '0',
              '--tlscafile',
              ca,
              ...more,
            ],
            { stdio: ['pipe', 'pipe', 'pipe'] },
          );
          child.stdin.end('secret\n');
          let said = '';
          for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
          child.on('close', (status) => (status === 0 ? resolve(said) : reject(new Error(said))));
        });
      for (const mode of ['require', managesieve.middle?.secrets ?? [], 'prefer'] as const)
        await stage.check(`sieve-connect uploads a script full of commands, and has it back, by ${mode}`, async () => {
          const port = await to(managesieve)(mode);
          await sieve(port, '--upload', '--localsieve', script, '--remotesieve', 'joe');
          assert.match(await sieve(port, '--list'), /"joe"/);
          const back = join(stage.home, `${[mode].flat().join('-')}.sieve`);
          await sieve(port, '--download', '--remotesieve', 'joe', '--localsieve', back);
          assert.match(await run('cmp', script, back), /^$/);
        });
      await stage.check('scripts in clear are for those only who may', async () => {
        const told = async (mode: GatewayOptions['mode']) => {
          const socket = net.connect(await to(managesieve)(mode), '127.0.0.1').setEncoding('latin1');
          let heard = '';
          socket.on('data', (text) => (heard += text));
          socket.write('AUTHENTICATE "PLAIN" "AGpvZQBzZWNyZXQ="\r\nLISTSCRIPTS\r\nLOGOUT\r\n');
          await once(socket, 'close');
          return heard;
        };
        assert.match(await told('prefer'), /"SASL" "PLAIN[\s\S]*"STARTTLS"\r\nOK[^\r]*\r\nOK[^\r]*\r\n"joe"\r\nOK/);
        assert.match(await told(managesieve.middle?.secrets ?? []), /"SASL" ""\r\n[\s\S]*NO \(ENCRYPT-NEEDED\)/);
      });
    },
  },
  { title: 'InspIRCd', needs: [INSPIRCD], start: one(irc, startInspircd) },
  { title: 'nbdkit', needs: [services.NBDKIT], start: one(nbd, backends.startDisk) },
  {
    title: 'NATS',
    needs: [services.NATS],
    start: one(nats, backends.startMessages),
    async shows(stage, _ca, to) {
      const publish = async (port: number, overTls: boolean) => {
        const plain = net.connect(port, '127.0.0.1');
        const [greeting] = await once(plain, 'data');
        plain.removeAllListeners('data').pause();
        const socket = overTls
          ? tls.connect({ socket: plain, servername: 'localhost', ca: authority.certificate })
          : plain.resume();
        if (overTls) await once(socket, 'secureConnect');
        const login = `"user":"joe","pass":"secret","tls_required":${overTls}`;
        socket.write(`CONNECT {"verbose":false,${login}}\r\nSUB a 1\r\nPUB a 5\r\nhello\r\n`);
        let heard = String(greeting);
        for await (const text of socket.setEncoding('latin1')) {
          heard += text;
          if (/MSG a 1 5\r\nhello|-ERR/.test(heard)) break;
        }
        return heard;
      };
      await stage.check('a message over TLS, and one in clear, as the mode allows', async () => {
        assert.match(await publish(await to(nats)('require'), true), /"tls_required":true[\s\S]*MSG a/);
        assert.match(await publish(await to(nats)('prefer'), true), /"tls_available":true[\s\S]*MSG a/);
        assert.match(await publish(await to(nats)('prefer'), false), /MSG a/);
        assert.match(await publish(await to(nats)('require'), false), /-ERR 'Secure Connection - TLS Required'/);
        assert.match(
          await publish(await to(nats)(nats.middle?.secrets ?? []), false),
          /"tls_required":true[\s\S]*-ERR/,
        );
      });
    },
  },
];

/** curl wants more of a mail server than to come to TLS, if it has no mail; libnats takes no TLS that is not demanded. */
const isDemanding = ({ peer, protocol }: Client): boolean =>
  (peer === 'curl' && protocol === 'smtp') || peer === 'libnats';

for (const { title, needs, start, shows } of rows)
  live(`${title} behind a gateway`, needs, async (stage) => {
    const directory = join(stage.home, 'trusted');
    await mkdir(directory);
    const ca = join(directory, 'ca-cert.pem'); // as GnuTLS' friends want it to be called
    await writeFile(ca, authority.certificate);
    try {
      const spoken = new Map(await start(stage));
      const to = (profile: Profile): Front => front(profile, spoken.get(profile) ?? 0);
      for (const profile of spoken.keys()) {
        const visitors = clients.filter((each) => each.protocol === profile.name && !isDemanding(each));
        if (visitors.length === 0) continue;
        const ports = [await to(profile)('require'), await to(profile)('prefer')];
        const who = visitors.map(({ peer }) => peer).join(', ');
        await stage.check(`${profile.name}: by require and by prefer come to TLS: ${who}`, async () => {
          await Promise.all(
            visitors.flatMap(({ visit }) => ports.map((port) => visit({ port, ca, home: stage.home }))),
          );
        });
      }
      await shows?.(stage, ca, to);
    } finally {
      for (const each of open.splice(0)) each.close();
    }
  });

/** Until the answer is not 0. */
async function waits(ask: () => Promise<string>): Promise<void> {
  while ((await ask()).trim() === '0') await new Promise((soon) => setTimeout(soon, 50));
}
