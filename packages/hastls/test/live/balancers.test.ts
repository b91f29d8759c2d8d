/** Who a client is, told from one to the next: by balancers that are not ours to the gateway, and by it to servers. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import tls from 'node:tls';
import { imap, smtp } from 'hastls/profiles';
import { createGateway, type GatewayOptions, type Visited } from 'hastls/serve';
import { run, SWAKS } from './peers/commands.ts';
import { DOVECOT, startDovecot } from './peers/dovecot.ts';
import { HAPROXY, startHaproxy } from './peers/haproxy.ts';
import { freePorts, type Peer } from './peers/peer.ts';
import { POSTFIX, startPostfix } from './peers/postfix.ts';
import { live } from './peers/stage.ts';
import { certify } from './peers/test-ca.ts';

const HOST = 'mail.test';
/** Where the client is: nobody else comes from there. */
const CLIENT = '127.0.0.5';

live(
  'HAProxy, Postfix and Dovecot hear from the gateway who its clients are, and it hears from HAProxy',
  [HAPROXY, POSTFIX, DOVECOT, SWAKS],
  async (stage) => {
    const certificate = await certify(stage.home, [HOST]);
    const [cert, key] = await Promise.all([readFile(certificate.chain), readFile(certificate.key)]);
    const ca = await readFile(certificate.ca);
    const [may = 0, encrypt = 0, handIn = 0, implicit = 0, none = 0, proxied = 0, xclient = 0, ...more] =
      await freePorts(19);
    const [mailbox = 0, imaps = 0, post = 0, pop3s = 0, local = 0, lmtps = 0, sieve = 0, trusting = 0, ...others] =
      more;
    const [balancer = 0, old = 0, listener = 0, relay = 0] = others;
    const postfix = await stage.keep(
      startPostfix(
        stage.home,
        certificate,
        { may, encrypt, submission: handIn, implicit, none },
        {
          [proxied]: ['smtpd_upstream_proxy_protocol=haproxy'],
          [xclient]: ['smtpd_authorized_xclient_hosts=127.0.0.1'],
        },
      ),
    );
    const dovecot = await stage.keep(
      startDovecot(
        stage.home,
        certificate,
        { imap: mailbox, imaps, pop3: post, pop3s, lmtp: local, lmtps, sieve },
        `haproxy_trusted_networks = 127.0.0.0/8
disable_plaintext_auth = yes
service imap-login {
  inet_listener imap-told {
    port = ${trusting}
    ssl = no
    haproxy = yes
  }
}
`,
      ),
    );
    const visits: Visited[] = [];
    const front = async (options: Pick<GatewayOptions, 'backend'> & Partial<GatewayOptions>, port = 0) => {
      const server = createGateway({
        profile: smtp,
        mode: 'require',
        certificates: [{ cert, key }],
        onClosed: (visited) => visits.push(visited),
        ...options,
      }).createServer();
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      return { port: (server.address() as net.AddressInfo).port, close: () => server.close() }; // it listens on TCP
    };
    const behind = (port: number, introduce?: 'line' | 'octets' | 'dialogue') => ({
      host: '127.0.0.1',
      port,
      ...(introduce && { introduce }),
    });
    const overTls = ['--tls', '--tls-verify', '--tls-ca-path', certificate.ca, '--tls-sni', HOST];
    const swaks = (port: number) =>
      run('swaks', '--server', `127.0.0.1:${port}`, '--local-interface', CLIENT, '--to', 'joe@mail.test', ...overTls);
    const queued = /<~ {2}250 2\.0\.0 Ok: queued/;

    const announced = await front({ backend: behind(may), announcedBy: ['127.0.0.1'] }, listener);
    const haproxy = await stage.keep(
      startHaproxy(stage.home, [
        { from: balancer, to: listener, says: 'send-proxy-v2' },
        { from: old, to: listener, says: 'send-proxy' },
        { from: relay, to: may, hears: 'accept-proxy' },
      ]),
    );
    for (const [version, port] of [
      ['2', balancer],
      ['1', old],
    ] as const)
      await stage.check(`HAProxy in front says by version ${version} whom it speaks for`, async () => {
        visits.length = 0;
        assert.match(await swaks(port), queued);
        await until(() => visits.some(({ from }) => from === CLIENT)); // HAProxy's start was seen as well
        const [visit] = visits.filter(({ from }) => from === CLIENT);
        assert.deepEqual([visit?.how, visit?.ok], ['in-band', true]);
      });
    announced.close();

    const each: readonly (readonly [
      peer: string,
      port: number,
      how: 'line' | 'octets' | 'dialogue',
      log: Peer,
      told: string,
    ])[] = [
      ['HAProxy', relay, 'line', haproxy, `from=${CLIENT} `],
      ['HAProxy', relay, 'octets', haproxy, `from=${CLIENT} to=127.0.0.1 name=${HOST}`],
      ['Postfix', proxied, 'line', postfix, `connect from unknown[${CLIENT}]`],
      ['Postfix', proxied, 'octets', postfix, `connect from unknown[${CLIENT}]`],
      ['Postfix', xclient, 'dialogue', postfix, `client=unknown[${CLIENT}]`],
    ];
    for (const [peer, port, how, { log }, told] of each)
      await stage.check(`${peer} behind it is told by ${how}`, async () => {
        const before = log().length;
        const gateway = await front({ backend: behind(port, how) });
        assert.match(await swaks(gateway.port), queued);
        await until(() => log().slice(before).includes(told));
        gateway.close();
      });
    await stage.check('Postfix that does not believe us is not spoken to in our own name', async () => {
      visits.length = 0;
      const gateway = await front({ backend: behind(may, 'dialogue') });
      await assert.rejects(swaks(gateway.port), /421 4\.7\.0|connection.*closed/i);
      await until(() => visits.length > 0);
      assert.match(visits[0]?.why ?? '', /does not let us say who the client is/);
      gateway.close();
    });

    for (const [how, isSecured] of [
      ['octets', true],
      ['line', false],
    ] as const)
      await stage.check(
        `Dovecot behind it is told by ${how} who comes, and ${isSecured ? '' : 'not '}over what`,
        async () => {
          const before = dovecot.log().length;
          const gateway = await front({ profile: imap, mode: 'implicit', backend: behind(trusting, how) });
          const socket = net.connect({ port: gateway.port, host: '127.0.0.1', localAddress: CLIENT });
          const peer = tls.connect({ socket, servername: HOST, ca });
          peer.end('a LOGOUT\r\n');
          let said = '';
          for await (const piece of peer) said += String(piece);
          assert.match(said, /^a OK /m);
          assert.equal(/LOGINDISABLED/.test(said), !isSecured); // this Dovecot lets in by password whom it believes to be secure
          await until(() => dovecot.log().slice(before).includes(`rip=${CLIENT}`));
          gateway.close();
        },
      );
  },
);

/** Waits for what comes soon: logs are written late. */
async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((soon) => setTimeout(soon, 20));
}
