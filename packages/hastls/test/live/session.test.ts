/**
 * A plaintext session with a server that demands TLS in its midst: followed, and the refused command said once more,
 * unless the client was set never to take to TLS.
 */
import assert from 'node:assert/strict';
import { type ConnectOptions, connect } from 'hastls';
import { ourResolver } from './our-resolver.ts';
import { PARENTS } from './peers/dns-world.ts';
import { live } from './peers/stage.ts';
import { startWorld, WORLD } from './world.ts';

const ROWS = [
  ['smtp', 'MAIL FROM:<a@mail.test>', /^250 2\.1\.0 Ok/],
  ['submission', 'MAIL FROM:<a@mail.test>', /^250 2\.1\.0 Ok/],
  ['imap', 'x1 LOGIN joe secret', /^x1 OK .*Logged in/m],
  ['pop3', 'USER joe', /^\+OK/],
] as const;

live('[S14] a demand for TLS in a plaintext session', WORLD, async (stage) => {
  const { dns, ca } = await startWorld(stage);
  const resolver = ourResolver(dns.resolver, dns.anchor);
  const [parent] = PARENTS;
  const begin = async (scheme: string, options: ConnectOptions) => {
    const connection = await connect(`${scheme}://${scheme}-outdated.${parent}`, { resolver, ca, ...options });
    assert.equal(connection.security, 'plaintext');
    return connection.session();
  };
  for (const [scheme, command, answer] of ROWS) {
    for (const stance of ['cfb', 'cio'] as const) {
      await stage.check(`${scheme}, ${stance}: followed, and "${command}" repeated`, async () => {
        const session = await begin(scheme, { stance });
        assert.match(await session.command(command), answer);
        assert.equal(session.security, 'tls');
        session.close();
      });
    }
    await stage.check(`[A25] ${scheme}, cio that refuses TLS: the session ends`, async () => {
      const session = await begin(scheme, { stance: 'cio', switches: { cioUpgrade: 'refuse' } });
      await assert.rejects(session.command(command), { code: 'ERR_HASTLS_UPGRADE_REFUSED' });
      assert.equal(session.security, 'plaintext');
      session.close();
    });
  }
  resolver.close();
});
