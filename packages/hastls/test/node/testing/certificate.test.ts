import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { connect, createServer } from 'node:tls';
import { createAuthority, type Identity, selfSigned } from '#node/testing/index.js';

const authority = createAuthority();
const DAY = 86_400_000;
const past = { notBefore: new Date(Date.now() - 3 * DAY), notAfter: new Date(Date.now() - DAY) };

/** What the client of a server with this identity, meant to be `mx.test`, says of it. */
const identities: readonly (readonly [what: string, Identity, code: string | undefined])[] = [
  ['a good certificate', authority.issue(['mx.test']), undefined],
  ['one of several names', authority.issue(['test', 'imap.test', 'mx.test', '127.0.0.1']), undefined],
  ['an expired certificate', authority.issue(['mx.test'], past), 'CERT_HAS_EXPIRED'],
  ['a certificate for another name', authority.issue(['imap.test']), 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['a certificate of its own', selfSigned(['mx.test']), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['one of another authority', createAuthority('other').issue(['mx.test']), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
];
for (const [what, identity, code] of identities)
  test(`${what} is ${code ?? 'accepted'}`, async () => {
    const server = createServer(identity).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = connect({ port, host: '127.0.0.1', servername: 'mx.test', ca: authority.certificate });
    const outcome = await once(client, 'secureConnect').then(
      () => undefined,
      (error) => error.code,
    );
    client.destroy();
    server.close();
    assert.equal(outcome, code);
  });

test('a certificate says whom it is for, who vouches for it and when', () => {
  const leaf = new X509Certificate(authority.issue(['mx.test', '192.0.2.1'], past).cert);
  assert.equal(leaf.subjectAltName, 'DNS:mx.test, IP Address:192.0.2.1');
  assert.equal(leaf.issuer, 'CN=hastls test authority');
  assert.equal(Date.parse(leaf.validTo), Math.floor(past.notAfter.getTime() / 1000) * 1000);
  assert.equal(leaf.ca, false);
  const root = new X509Certificate(authority.certificate);
  assert.equal(root.ca, true);
  assert.ok(leaf.checkIssued(root));
  assert.ok(leaf.verify(root.publicKey));
});
