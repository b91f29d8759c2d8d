/**
 * Clients that know no TLS, tunnels to servers that want it, and every lie that DNS and the wire can tell together. The
 * laxest of clients, who may fall back, is what they are told to; and a capture of the wire says what went over it.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createTunnel } from 'hastls/serve';
import {
  type Answerer,
  type Attack,
  against,
  attacked,
  createHierarchy,
  createZoneKey,
  deny,
  forge,
  type Interference,
  replay,
  spoilSignatures,
  startDnsServer,
  startWire,
  stripDnssec,
} from 'hastls/testing';
import { run } from './peers/commands.ts';
import { live } from './peers/stage.ts';
import { startCapture, TCPDUMP } from './peers/tcpdump.ts';
import { certify } from './peers/test-ca.ts';
import { OFFER } from './promises.ts';
import { ROWS } from './tunnel-rows.ts';

const HASTLS = 65400;
const DAY = 86_400;

/** What becomes of the record on its way. Where it cannot be proven, the promise of TLS alone is all that is left. */
const LIES: Readonly<Record<string, (port: number, promise: Published) => Attack>> = {
  'as it was published': () => (honest) => honest,
  'replaced by one that allows plaintext': (port, { owner }) => forge(`${owner}. 300 IN HASTLS ${port} 0 0`),
  'denied without proof': () => deny(),
  'stripped of all signatures': () => stripDnssec,
  'with a broken signature': () => spoilSignatures,
  'with a signature that is over': (_, { old }) => replay(old),
  'that provably is not there': (_, { without }) => replay(without),
};
/** Those that say something about who removes the offer of TLS as well. */
const ROBBED: readonly string[] = [
  'as it was published',
  'replaced by one that allows plaintext',
  'with a signature that is over',
];

interface Published {
  readonly owner: string;
  /** The same zones as they were signed a year ago. */
  readonly old: Answerer;
  /** And without the record. */
  readonly without: Answerer;
}

const stripOffers: Interference = ({ toClient, toServer }) => ({
  fromServer: (line) => toClient(line.replace(OFFER, 'XXXXXXXA')),
  fromClient: (line) => toServer(line.replace(OFFER, 'XXXXXXXA')),
});
const LINES: readonly string[] = ['smtp', 'imap', 'pop3', 'nntp'];

for (const { name, needs, clients, start } of ROWS)
  live(
    `[V1] [A23] [A28] nothing of a client's is said in clear between ${name}, whoever lies`,
    [...needs, TCPDUMP],
    async (stage) => {
      const certificate = await certify(stage.home, ['mail.test']);
      const ca = await readFile(certificate.ca, 'utf8');
      const ports = await start(stage, certificate);
      for (const [scheme, { command, secret, well, sorry }] of Object.entries(clients)) {
        if (scheme === 'submission') continue; // it is spoken as its sister is
        const honest = await startWire({ to: ports[scheme] ?? 0 });
        const robber = LINES.includes(scheme)
          ? await startWire({ to: ports[scheme] ?? 0, interference: stripOffers })
          : undefined;
        const capture = await startCapture(stage.home, [
          ports[scheme] ?? 0,
          honest.port,
          ...(robber ? [robber.port] : []),
        ]);
        for (const [lie, attack] of Object.entries(LIES)) {
          await stage.check(`${scheme}: a record ${lie} leads to the server over TLS, or nowhere`, async () => {
            const said = await through(scheme, honest.port, ca, attack, command);
            if (lie === 'as it was published') assert.match(said, well);
            else assert.match(said, new RegExp(`${well.source}|${sorry}ERR_HASTLS_`, 'm'));
          });
          if (robber !== undefined && ROBBED.includes(lie))
            await stage.check(`${scheme}: and leads nowhere when the offer of TLS is removed on the way`, async () => {
              const said = await through(scheme, robber.port, ca, attack, command);
              assert.match(said, new RegExp(`${sorry}ERR_HASTLS_`));
            });
        }
        await stage.check(`${scheme}: and the wire has seen none of it`, async () => {
          const seen = await capture.end();
          assert.ok(seen.length > 5000, `it has seen ${seen.length} octets`);
          assert.match(seen, /\x16\x03[\x01\x03]/); // the heads of ClientHellos
          assert.doesNotMatch(seen, secret);
        });
        // that of mail wants TLS in any case
        if (robber !== undefined && scheme !== 'smtp')
          await stage.check(`${scheme}: it does, where there is no promise and plaintext is allowed`, async () => {
            const clear = await startCapture(stage.home, [robber.port]);
            await through(scheme, robber.port, ca, LIES['that provably is not there'] ?? (() => stripDnssec), command);
            assert.match(await clear.end(), secret);
          });
        await Promise.all([honest.close(), robber?.close()]);
      }
    },
  );

/** What a client hears whose tunnel leads to a wire, by the record of an upgrade and no plaintext, or what is made of it. */
async function through(
  scheme: string,
  port: number,
  ca: string,
  attack: (typeof LIES)[string],
  command: (port: number) => readonly [string, ...string[]],
): Promise<string> {
  const keys = [createZoneKey()];
  const now = Math.floor(Date.now() / 1000);
  const owner = `_${scheme}._tcp.mail.test`;
  const world = (at: number, promise: string) =>
    createHierarchy({
      at,
      zones: [
        { apex: '.', keys },
        { apex: 'test.', keys, records: `mail A 127.0.0.1\n${promise}` },
      ],
    });
  const promise = `${owner}. HASTLS ${port} ${port} 1`;
  const { answer, anchors } = world(now, promise);
  const [old, without] = [world(now - 365 * DAY, promise).answer, world(now, '').answer];
  const lie = against(({ type }) => type === HASTLS, attack(port, { owner, old, without }));
  const dns = await startDnsServer(attacked(answer, lie));
  const tunnel = createTunnel({
    to: `${scheme}://mail.test:${port}`,
    connect: { dns: { servers: [dns.url], anchors, timeoutMs: 2000 }, ca, stance: 'cfb' },
  });
  tunnel.listen(0, '127.0.0.1');
  await once(tunnel, 'listening');
  try {
    return await run(...command((tunnel.address() as AddressInfo).port)).catch(String); // it listens on TCP
  } finally {
    tunnel.close();
    await dns.close();
  }
}
