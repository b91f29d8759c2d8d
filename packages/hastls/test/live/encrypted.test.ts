/**
 * DNS over TLS and over HTTPS to the resolvers that people run: the right server is asked, by whichever sign it was to
 * be known, over IPv4 and IPv6; the wrong one is not, and what is wrong with it has a word of its own.
 */
import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readAnchors } from 'hastls/dnssec';
import { createResolver } from 'hastls/resolve';
import { OPENSSL } from './peers/commands.ts';
import { DNS, startDnsWorld } from './peers/dns-world.ts';
import { DNSDIST, ENCRYPTED_RESOLVERS } from './peers/encrypted-resolvers.ts';
import { freePorts } from './peers/peer.ts';
import { live } from './peers/stage.ts';
import { certify } from './peers/test-ca.ts';

const LONG = Array.from({ length: 30 }, (_, index) => `long TXT "${'x'.repeat(200)}${index}"`);
const HOSTS = [{ name: 'mx', promises: { '_smtp._tcp': [[25, 25, 1]] as const } }];
const NAMES = ['dns.example', '127.0.0.1', '::1'];
const NOBODYS_PIN = Buffer.alloc(32).toString('base64');

const NEEDS = [...DNS, OPENSSL, ...ENCRYPTED_RESOLVERS.map(({ need }) => need)];
live('[RFC7858 §4.2] [RFC8484] resolvers over TLS and HTTPS', NEEDS, async (stage) => {
  const { resolver: behind, anchor } = await startDnsWorld(stage, HOSTS, LONG);
  const anchors = readAnchors(anchor);
  assert.ok(anchors.ok);
  const elsewhere = join(stage.home, 'elsewhere');
  await mkdir(elsewhere);
  const [certificate, stranger] = [await certify(stage.home, NAMES), await certify(elsewhere, NAMES)];
  const [ours, strangers] = [await readFile(certificate.ca, 'utf8'), await readFile(stranger.ca, 'utf8')];
  const pin = await pinOf(certificate.chain);

  for (const { name, start } of ENCRYPTED_RESOLVERS) {
    const [tls = 0, https = 0] = await freePorts(2);
    await stage.keep(start({ home: stage.home, tls, https, certificate, behind, anchor }));
    const rows: readonly (readonly [what: string, server: string, outcome: RegExp, resolverCa?: string])[] = [
      ['TLS, by name', `tls://dns.example@127.0.0.1:${tls}`, PROVEN],
      ['TLS, by address', `tls://127.0.0.1:${tls}`, PROVEN],
      ['TLS, by pin, whoever vouches', `tls://127.0.0.1:${tls}#pin-sha256=${pin}`, PROVEN, strangers],
      ['TLS, by name and pin', `tls://dns.example@127.0.0.1:${tls}#pin-sha256=${pin}`, PROVEN],
      ['TLS, IPv6, by name', `tls://dns.example@[::1]:${tls}`, PROVEN],
      ['TLS, IPv6, by address', `tls://[::1]:${tls}`, PROVEN],
      ['HTTPS, by name', `https://dns.example:${https}/dns-query#at=127.0.0.1`, PROVEN],
      ['HTTPS, by address', `https://127.0.0.1:${https}/dns-query`, PROVEN],
      ['HTTPS, IPv6', `https://dns.example:${https}/dns-query#at=::1`, PROVEN],
      ['TLS, wrong name', `tls://other.example@127.0.0.1:${tls}`, WRONG_NAME],
      ['TLS, wrong pin', `tls://127.0.0.1:${tls}#pin-sha256=${NOBODYS_PIN}`, WRONG_PIN],
      ['TLS, right name, wrong pin', `tls://dns.example@127.0.0.1:${tls}#pin-sha256=${NOBODYS_PIN}`, WRONG_PIN],
      ['TLS, an authority nobody trusts', `tls://dns.example@127.0.0.1:${tls}`, UNTRUSTED, strangers],
      ['HTTPS, wrong name', `https://other.example:${https}/dns-query#at=127.0.0.1`, WRONG_NAME],
      ['HTTPS, an authority nobody trusts', `https://127.0.0.1:${https}/dns-query`, UNTRUSTED, strangers],
      ['HTTPS, wrong path', `https://127.0.0.1:${https}/elsewhere`, /: answers with HTTP status 404/],
      ...(name === DNSDIST
        ? [['HTTPS, moved', `https://127.0.0.1:${https}/moved`, /: answers with HTTP status 307/] as const]
        : []),
    ];
    for (const [what, server, outcome, ca = ours] of rows)
      await stage.check(`${name} over ${what}: ${outcome.source}`, async () => {
        const resolver = createResolver({ servers: [server], anchors: anchors.value, ca });
        const { proof, records, because } = await resolver.lookup('long.knot.test', 'TXT');
        resolver.close();
        assert.match(`${proof} ${records.length}\n${because.join('\n')}`, outcome);
      });

    await stage.check(`${name}: many questions at once, over one connection of each kind`, async () => {
      const servers = [`tls://dns.example@[::1]:${tls}`, `https://127.0.0.1:${https}/dns-query`];
      for (const server of servers) {
        const resolver = createResolver({ servers: [server], anchors: anchors.value, ca: ours });
        const names = Array.from({ length: 50 }, (_, index) => `n${index}.bind.test`);
        const answers = await Promise.all(names.map((each) => resolver.lookup(each, 'A')));
        resolver.close();
        for (const { proof, answer, because } of answers)
          assert.equal(`${proof} ${answer}`, 'secure nxdomain', because.join('\n'));
      }
    });
  }
});

const PROVEN = /^secure 30\n/;
const WRONG_NAME = /^indeterminate 0\n[\s\S]*: its certificate is not for other\.example, but for DNS:dns\.example/;
const WRONG_PIN = /^indeterminate 0\n[\s\S]*: its key is not pinned: it has pin-sha256=/;
const UNTRUSTED = /^indeterminate 0\n[\s\S]*: its certificate is by nobody who is trusted here/;

/** [RFC7858 §4.2] */
async function pinOf(chain: string): Promise<string> {
  const { publicKey } = new X509Certificate(await readFile(chain));
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
}
