/**
 * stunnel and us, each at either end: its client mode before our gateway, and our tunnel before its server mode, for each
 * protocol that it knows. The servers want TLS, so that the way from the gateway to them is in-band too.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type net from 'node:net';
import { profiles } from 'hastls/profiles';
import { createGateway, createTunnel, type GatewayOptions } from 'hastls/serve';
import { createHierarchy, startDnsServer } from 'hastls/testing';
import { run } from './peers/commands.ts';
import { freePorts } from './peers/peer.ts';
import { live } from './peers/stage.ts';
import { STUNNEL, startStunnel } from './peers/stunnel.ts';
import { certify } from './peers/test-ca.ts';
import { ROWS } from './tunnel-rows.ts';

const HOST = 'mail.test';
/** What stunnel calls the services that it knows; those at the end have no server mode in it. */
const NAMES: Readonly<Record<string, string>> = { smtp: 'smtp', imap: 'imap', pop3: 'pop3', postgresql: 'pgsql' };
const CLIENT_ONLY: Readonly<Record<string, string>> = { nntp: 'nntp', ldap: 'ldap' };

for (const { name, needs, clients, start } of ROWS)
  live(`stunnel and the gateway, and the tunnel and stunnel, between ${name}`, [...needs, STUNNEL], async (stage) => {
    const certificate = await certify(stage.home, [HOST]);
    const [ca, cert, key] = await Promise.all(
      [certificate.ca, certificate.chain, certificate.key].map((file) => readFile(file, 'utf8')),
    );
    if (ca === undefined || cert === undefined || key === undefined) throw new TypeError('there are three files');
    const ports = await start(stage, certificate);
    const servers: net.Server[] = [];
    const listen = async (server: net.Server): Promise<number> => {
      servers.push(server.listen(0, '127.0.0.1'));
      await once(server, 'listening');
      return (server.address() as net.AddressInfo).port; // it listens on TCP
    };
    const gateway = (scheme: string, mode: GatewayOptions['mode']) =>
      listen(
        createGateway({
          profile: profiles.find((each) => each.name === scheme),
          mode,
          certificates: [{ cert, key }],
          backend: { host: '127.0.0.1', port: ports[scheme] ?? 0, tls: { how: 'in-band', name: HOST, ca } },
        }).createServer(),
      );

    for (const [scheme, { command, well }] of Object.entries(clients)) {
      const both = NAMES[scheme];
      const protocol = both ?? CLIENT_ONLY[scheme];
      if (protocol === undefined) continue;
      const [entrance = 0, exit = 0] = await freePorts(2);
      await stage.check(`${scheme}: stunnel in client mode before the gateway`, async () => {
        const connect = await gateway(scheme, 'require');
        const way = { protocol, accept: entrance, connect };
        await stage.keep(startStunnel(stage.home, 'client', [way], certificate, HOST));
        assert.match(await run(...command(entrance)), well);
      });
      if (both === undefined) continue;
      await stage.check(`${scheme}: the tunnel before stunnel in server mode`, async () => {
        const way = { protocol, accept: exit, connect: await gateway(scheme, 'prefer') };
        await stage.keep(startStunnel(stage.home, 'server', [way], certificate, HOST));
        const { answer, anchors } = createHierarchy({
          at: Math.floor(Date.now() / 1000),
          zones: [
            { apex: '.' },
            { apex: 'test.', records: `mail A 127.0.0.1\n_${scheme}._tcp.mail HASTLS ${exit} ${exit} 1` },
          ],
        });
        const dns = await startDnsServer(answer);
        const connect = { dns: { servers: [dns.url], anchors }, ca };
        const tunnel = await listen(createTunnel({ to: `${scheme}://${HOST}`, connect }));
        try {
          assert.match(await run(...command(tunnel)), well);
        } finally {
          await dns.close();
        }
      });
    }
    for (const each of servers) each.close();
  });
