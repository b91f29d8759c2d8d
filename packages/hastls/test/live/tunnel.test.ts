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
import { run } from './peers/commands.ts';
import { live } from './peers/stage.ts';
import { certify } from './peers/test-ca.ts';
import { OFFER } from './promises.ts';
import { ROWS } from './tunnel-rows.ts';

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
