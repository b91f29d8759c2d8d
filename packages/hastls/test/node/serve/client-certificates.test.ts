import assert from 'node:assert/strict';
import { randomBytes, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import tls from 'node:tls';
import type { ClientCertificates } from 'hastls/serve';
import { createAuthority, selfSigned } from 'hastls/testing';
import { pinOf } from '#node/pin.js';
import { isNamed } from '#node/serve/alternative-names.js';
import { mailBackend } from './backend.js';
import { authority, type Client, client, DEADLINE, over, trust } from './client.js';
import { at, implicit, running } from './running.js';

const ca = authority.certificate;
const joe = authority.issue(['joe.example']);
const ann = authority.issue(['ann.example']);
const evil = authority.issue(['a\u001b[2J\nb']);
const stranger = createAuthority().issue(['joe.example']);
const old = authority.issue(['joe.example'], { notBefore: new Date(0), notAfter: new Date(1e12) });
const pin = pinOf(new X509Certificate(joe.cert));

/** A client that is let in is greeted; nobody waits for the end of what should not have begun. */
async function hearsNothing(peer: Client): Promise<void> {
  const greeted = peer.hear('ready\r\n').then(
    (heard) => heard,
    () => '',
  );
  assert.equal(await greeted, '');
}

// biome-ignore format: a table
const ROWS: readonly (readonly [what: string, shows: tls.ConnectionOptions, rules: Partial<ClientCertificates>, why: string | RegExp])[] = [
  ['one that is vouched for', joe, {}, 'over'],
  ['none', {}, {}, "the client's certificate: there is none"],
  ['none, where that is allowed', {}, { optional: true }, 'over'],
  ['one that somebody else vouches for', stranger, {}, /^the client's certificate \(CN=joe\.example\): unable to verify/],
  ['one that somebody else vouches for, where none would do', stranger, { optional: true }, /: unable to verify/],
  ['one that vouches for itself', selfSigned(['joe.example']), {}, /: depth zero self signed cert|: self.signed/],
  ['one that is over', old, {}, /: cert has expired$/],
  ['one with a pinned key', joe, { pins: ['x', pin] }, 'over'],
  ['one with another key', ann, { pins: [pin] }, /: its key is not pinned: /],
  ['one with a name that is let in', joe, { names: ['dns:ann.example', 'dns:joe.example'] }, 'over'],
  ['one with another name', ann, { names: ['dns:joe.example'] }, /: none of its names is let in: DNS:ann\.example$/],
  ['one with the name and another key', joe, { names: ['dns:joe.example'], pins: ['x'] }, /not pinned/],
  ['one with a name, where no name is listed', joe, { names: [] }, /: none of its names is let in: /],
  ['one with a key, where no key is listed', joe, { pins: [] }, /not pinned/],
  ['one that somebody vouches for, where nobody may', joe, { ca: '' }, /: (unable to|self.signed|depth zero)/],
  ['one whose words are not to be printed', evil, { names: ['dns:joe.example'] }, /^[ -~]+$/],
];

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const)
  for (const [what, shows, rules, why] of ROWS)
    test(
      `a client that shows ${what} is ${why === 'over' ? '' : 'not '}let in by ${maxVersion}, and the log says why`,
      DEADLINE,
      async (t) => {
        const backend = await mailBackend(t);
        const { port, ending } = await running(t, {
          backend: at(backend.port),
          mode: 'implicit',
          clients: { ca, ...rules },
        });
        const ended = ending();
        const socket = tls.connect({ ...trust, ...at(port), ...shows, maxVersion });
        const peer = over(t, socket);
        if (why === 'over') {
          await peer.hear('ready\r\n');
          peer.say('QUIT\r\n');
          await peer.rest();
        } else await hearsNothing(peer);
        const { ok, why: said, tls: agreed } = await ended;
        if (typeof why === 'string') assert.equal(said, why);
        else assert.match(said, why);
        assert.equal(ok, why === 'over');
        assert.equal(agreed?.client, ok && 'cert' in shows ? 'CN=joe.example' : undefined);
        if (!ok) assert.deepEqual(backend.sessions, []);
      },
    );

test(
  'a client that comes back with its session is still known by its certificate, and by the rules of now',
  DEADLINE,
  async (t) => {
    const backend = await mailBackend(t);
    const { port, visits, ending } = await running(t, {
      backend: at(backend.port),
      mode: 'implicit',
      clients: { ca, names: ['dns:joe.example'] },
    });
    const first = await implicit(t, port, joe);
    const session = new Promise<Buffer>((resolve) => first.socket.once('session', resolve));
    await first.hear('ready\r\n');
    const ended = [ending(), ending()];
    first.socket.end();
    const again = await implicit(t, port, { ...joe, session: await session });
    await again.hear('ready\r\n');
    again.socket.end();
    await Promise.all(ended);
    assert.deepEqual(
      visits.map((each) => each.tls?.client),
      ['CN=joe.example', 'CN=joe.example'],
    );
  },
);

test(
  'a session of another gateway with the same key of tickets, and laxer rules, is no way in',
  DEADLINE,
  async (t) => {
    const backend = await mailBackend(t);
    const ticketKeys = randomBytes(48);
    const common = { backend: at(backend.port), mode: 'implicit', ticketKeys } as const;
    const others = createAuthority();
    const lax = [
      [await running(t, common), {}],
      [await running(t, { ...common, clients: { ca, optional: true } }), {}],
      [await running(t, { ...common, clients: { ca: others.certificate } }), others.issue(['joe.example'])],
    ] as const;
    const strict = await running(t, { ...common, clients: { ca } });
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const)
      for (const [{ port }, shows] of lax) {
        const first = await implicit(t, port, { ...shows, maxVersion });
        const session = new Promise<Buffer>((resolve) => first.socket.once('session', resolve));
        await first.hear('ready\r\n');
        const held = maxVersion === 'TLSv1.2' ? (first.socket as tls.TLSSocket).getSession() : await session; // as: implicit
        const [before, ended] = [backend.sessions.length, strict.ending()];
        const again = tls.connect({ ...trust, ...at(strict.port), maxVersion, ...(held && { session: held }) });
        await hearsNothing(over(t, again));
        assert.match((await ended).why, /^the client's certificate: there is none$/);
        assert.equal(backend.sessions.length, before);
      }
  },
);

test(
  'by each name there is another certificate, and clients are asked for theirs whichever it is',
  DEADLINE,
  async (t) => {
    const backend = await mailBackend(t);
    const certificates = [authority.issue(['server.example']), authority.issue(['other.example'])];
    const { port, gateway } = await running(t, {
      backend: at(backend.port),
      mode: 'implicit',
      clients: { ca },
      certificates,
    });
    for (const servername of ['server.example', 'other.example', 'server.example']) {
      const peer = await implicit(t, port, { ...joe, servername });
      await peer.hear('ready\r\n');
      assert.equal((peer.socket as tls.TLSSocket).getPeerCertificate().subjectaltname, `DNS:${servername}`); // as: implicit
      const nobody = tls.connect({ ...trust, ...at(port), servername });
      await hearsNothing(over(t, nobody));
      gateway.renew(certificates);
    }
    assert.equal(backend.sessions.length, 3);
  },
);

test('what is no TLS ends such a handshake at once', DEADLINE, async (t) => {
  const backend = await mailBackend(t);
  const { port, ending, gateway } = await running(t, { backend: at(backend.port), mode: 'implicit', clients: { ca } });
  const [ended, plain] = [ending(), await client(t, port)];
  plain.say('EHLO x\r\n');
  await plain.rest();
  assert.match((await ended).why, /^no TLS came about \(ERR_SSL_/);
  assert.equal(gateway.connections, 0);
});

test('a connection can be cut in the midst of such a handshake', DEADLINE, async (t) => {
  const backend = await mailBackend(t);
  const { port, ending, gateway } = await running(t, { backend: at(backend.port), mode: 'implicit', clients: { ca } });
  const [ended, plain] = [ending(), await client(t, port)];
  plain.say(HALF);
  while (gateway.connections === 0) await new Promise(setImmediate);
  gateway.cut();
  assert.equal((await ended).why, 'it was cut off');
});

const HALF = Uint8Array.of(0x16, 3, 1, 2, 0, 1); // the head of a ClientHello

// biome-ignore format: a table
const NAMES: readonly (readonly [written: string, rule: string, let_in: boolean])[] = [
  ['DNS:a.example', 'dns:a.example', true],
  ['DNS:A.Example', 'dns:a.eXample', true],
  ['DNS:b.a.example', 'dns:a.example', false],
  ['DNS:b.a.example', 'dns:*.a.example', true],
  ['DNS:c.b.a.example', 'dns:*.a.example', false],
  ['DNS:a.example', 'dns:*.a.example', false],
  ['DNS:*.a.example', 'dns:*.a.example', true],
  ['DNS:x.example, email:joe@a.example', 'email:joe@A.example', true],
  ['email:Joe@a.example', 'email:joe@a.example', false],
  ['email:joe@a.example', 'email:*@a.example', true],
  ['email:joe@b.a.example', 'email:*@a.example', false],
  ['email:joe', 'email:*@', false],
  ['URI:spiffe://a.example/x', 'uri:spiffe://a.example/x', true],
  ['URI:spiffe://a.example/x/y', 'uri:spiffe://a.example/*', true],
  ['URI:spiffe://a.example.evil/x', 'uri:spiffe://a.example/*', false],
  ['URI:spiffe://a.example/x', 'uri:spiffe://a.example/', false],
  ['DNS:a.example', 'email:a.example', false],
  ['DNS:a.example', 'ip:a.example', false],
  ['DNS:a.example', 'a.example', false],
  ['URI:"http://x/, DNS:a.example"', 'dns:a.example', false],
  ['URI:"http://x/, DNS:a.example", DNS:b.example', 'dns:b.example', true],
  ['othername:x, DNS:b.example', 'dns:b.example', true],
  ['IP Address:192.0.2.1, DNS:b.example', 'dns:b.example', true],
  ['DNS:"a\\u0000.example"', 'dns:a\0.example', true],
  ['DNS:"a\\', 'dns:a', false],
  ['', 'dns:', false],
];

for (const [written, rule, letIn] of NAMES)
  test(`a certificate for ${written || 'nobody'} is ${letIn ? '' : 'not '}let in as ${JSON.stringify(rule)}`, () => {
    assert.equal(isNamed(written, [rule]), letIn);
  });
