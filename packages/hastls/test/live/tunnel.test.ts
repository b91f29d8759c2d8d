/**
 * Clients that know no TLS, and servers that want it, with a tunnel in between: they understand each other, and nobody on
 * the wire understands them. When the wire is in bad hands, the client is told so in words it knows.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createTunnel } from 'hastls/serve';
import {
  createAuthority,
  createHierarchy,
  type Interference,
  startDnsServer,
  startWire,
  type Wire,
} from 'hastls/testing';
import { type Need, run, SWAKS } from './peers/commands.ts';
import { DOVECOT, startDovecot } from './peers/dovecot.ts';
import { freePorts } from './peers/peer.ts';
import { POSTFIX, startPostfix } from './peers/postfix.ts';
import { POSTGRESQL, SLAPD, startPostgresql, startSlapd } from './peers/services.ts';
import { live, type Stage } from './peers/stage.ts';
import { type Certificate, certify } from './peers/test-ca.ts';
import { OFFER } from './promises.ts';

/** A client that knows no TLS. */
interface Client {
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

interface Row {
  readonly name: string;
  readonly needs: readonly Need[];
  readonly clients: Readonly<Record<string, Client>>;
  /** Starts the server, and gives the port of each scheme. */
  start(stage: Stage, certificate: Certificate): Promise<Readonly<Record<string, number>>>;
}

const ROWS: readonly Row[] = [
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
];

const stripOffers: Interference = ({ toClient, toServer }) => ({
  fromServer: (line) => toClient(line.replace(OFFER, 'XXXXXXXA')),
  fromClient: (line) => toServer(line.replace(OFFER, 'XXXXXXXA')),
});

for (const { name, needs, clients, start } of ROWS)
  live(`[R26] [V1] [V16] a tunnel between ${name}`, needs, async (stage) => {
    const certificate = await certify(stage.home, ['mail.test']);
    const ca = await readFile(certificate.ca, 'utf8');
    const ports = await start(stage, certificate);
    for (const [scheme, { command, secret, well, sorry }] of Object.entries(clients)) {
      const wireTo = (interference?: Interference) =>
        startWire({ to: ports[scheme] ?? 0, ...(interference && { interference }) });
      await stage.check(`${scheme}: they understand each other, and nobody on the wire understands them`, async () => {
        const wire = await wireTo();
        const said = await through(scheme, wire, ca, (port) => run(...command(port)));
        assert.match(said, well);
        const heard = Buffer.from(wire.heard()).toString('latin1');
        assert.ok(heard.length > 300, `the wire carried ${heard.length} octets`);
        assert.doesNotMatch(heard, secret);
      });
      await stage.check(
        `${scheme}: a server that nobody vouches for is not spoken to, and the client told`,
        async () => {
          const wire = await wireTo();
          const stranger = createAuthority().certificate;
          const said = await through(scheme, wire, stranger, (port) => run(...command(port)).catch(String));
          assert.match(said, new RegExp(`${sorry}ERR_HASTLS_UNTRUSTED: `));
          assert.doesNotMatch(Buffer.from(wire.heard()).toString('latin1'), secret);
        },
      );
      if (!['smtp', 'submission', 'imap', 'pop3'].includes(scheme)) continue;
      await stage.check(`${scheme}: an offer of TLS that is removed on the way opens no other way`, async () => {
        const wire = await wireTo(stripOffers);
        const said = await through(scheme, wire, ca, (port) => run(...command(port)).catch(String));
        assert.match(said, new RegExp(`${sorry}ERR_HASTLS_NOT_OFFERED: `));
        assert.doesNotMatch(Buffer.from(wire.heard()).toString('latin1'), secret);
      });
    }
  });

/** What a client says and hears whose tunnel leads to a wire, by a record that promises an upgrade and no plaintext. */
async function through(
  scheme: string,
  wire: Wire,
  ca: string,
  client: (port: number) => Promise<string>,
): Promise<string> {
  const { answer, anchors } = createHierarchy({
    at: Math.floor(Date.now() / 1000),
    zones: [
      { apex: '.' },
      { apex: 'test.', records: `mail A 127.0.0.1\n_${scheme}._tcp.mail HASTLS ${wire.port} ${wire.port} 1` },
    ],
  });
  const dns = await startDnsServer(answer);
  const tunnel = createTunnel({ to: `${scheme}://mail.test`, connect: { dns: { servers: [dns.url], anchors }, ca } });
  tunnel.listen(0, '127.0.0.1');
  await once(tunnel, 'listening');
  try {
    return await client((tunnel.address() as AddressInfo).port); // it listens on TCP
  } finally {
    tunnel.close();
    await Promise.all([dns.close(), wire.close()]);
  }
}
