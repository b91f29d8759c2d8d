import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import type { ConnectOptions } from 'hastls';
import { imap, mysql, smtp } from 'hastls/profiles';
import { createTunnel, type TunnelOptions } from 'hastls/serve';
import type { Profile } from 'hastls/talk';
import { type Attack, against, createAuthority, spoilSignatures, stripSignatures } from 'hastls/testing';
import { authority, resolving, serving } from '../connect/world.js';

const identity = authority.issue(['mail.example']);
const ca = authority.certificate;

/** What a client without TLS hears through a tunnel, when it says these lines; and what became of it for the log. */
async function through(
  t: TestContext,
  to: string,
  connect: ConnectOptions,
  by: TunnelOptions['by'],
  ...says: readonly string[]
): Promise<{ heard: string; log: readonly string[] }> {
  const log: string[] = [];
  const hooks: Pick<TunnelOptions, 'onOpened' | 'onClosed' | 'onRefused'> = {
    onOpened: (_, { security, how }) => log.push(`opened ${security} ${how}`),
    onClosed: ({ bytesRead }, _, broke) => log.push(`closed ${bytesRead} ${broke?.message ?? 'well'}`),
    onRefused: (_, error) => log.push(`refused ${'code' in error ? error.code : error.message}`),
  };
  const tunnel = createTunnel({ to, connect, ...(by && { by }), ...hooks });
  tunnel.listen(0, '127.0.0.1');
  await once(tunnel, 'listening');
  t.after(() => tunnel.close());
  const client = net.connect({ port: (tunnel.address() as net.AddressInfo).port, host: '127.0.0.1' });
  let heard = '';
  client.setEncoding('latin1').on('data', (chunk) => {
    heard += chunk;
    const next = says[waited++];
    if (next === undefined) client.end();
    else client.write(next);
  });
  let waited = 0;
  await once(client, 'close');
  while (log.length < 1 || (log[0]?.startsWith('opened') && log.length < 2)) await new Promise(setImmediate);
  return { heard, log };
}

const world = async (t: TestContext, profile: Profile, records: (port: number) => string) => {
  const server = await serving(t, profile, { identity });
  const dns = await resolving(t, `mail A 127.0.0.1\n_${profile.service}._tcp.mail HASTLS ${records(server.port)}`);
  return { server, dns };
};

test('[R26] a client that knows no TLS is carried over an upgrade, and hears a greeting that is ours', async (t) => {
  const { dns } = await world(t, imap, (port) => `${port} ${port} 1`);
  const { heard, log } = await through(t, 'imap://mail.example', { dns, ca }, undefined, 'a1 NOOP\r\n');
  assert.equal(heard, '* OK localhost ready\r\nover TLS: a1 NOOP\r\n');
  assert.deepEqual(log, ['opened tls in-band', 'closed 9 well']);
});

test('over implicit TLS the greeting is the server’s own business', async (t) => {
  const server = await serving(t, imap, { identity, implicit: true });
  const dns = await resolving(t, `mail A 127.0.0.1\n_imap._tcp.mail HASTLS 0 ${server.port} 0`);
  const tunnel = createTunnel({ to: 'imap://mail.example', connect: { dns, ca } });
  tunnel.listen(0, '127.0.0.1');
  await once(tunnel, 'listening');
  t.after(() => tunnel.close());
  const client = net.connect((tunnel.address() as net.AddressInfo).port, '127.0.0.1');
  client.write('hello');
  const [first] = await once(client, 'data');
  assert.equal(String(first), 'over TLS: hello');
  client.destroy();
});

const strangers = createAuthority();
const stripped = (line: string) => (line.startsWith('EHLO') ? '250 mail.example\r\n' : '220 ready\r\n');

// biome-ignore format: a table
const REFUSALS: readonly {
  readonly what: string; readonly code: string; readonly profile?: Profile; readonly ca?: string; readonly host?: string;
  readonly says?: (line: string) => string; readonly attack?: Attack; readonly records?: (port: number) => string;
}[] = [
  { what: '[V1] whose offer of TLS is removed', code: 'ERR_HASTLS_NOT_OFFERED', says: stripped },
  { what: '[V16] that nobody vouches for', code: 'ERR_HASTLS_UNTRUSTED', ca: strangers.certificate },
  { what: '[R26] that promises plaintext only', code: 'ERR_HASTLS_POLICY', records: (port) => `${port} 0 0` },
  { what: '[A24] whose signatures are stripped on the way', code: 'ERR_HASTLS_UNPROVEN', attack: stripSignatures },
];

for (const { what, code, says, attack, records, ...more } of REFUSALS)
  test(`a client of a server ${what} is told so in its protocol's words, and sends nothing`, async (t) => {
    const server = await serving(t, smtp, { identity, ...(says && { says }) });
    const promise = (records ?? ((port) => `${port} ${port} 1`))(server.port);
    const dns = await resolving(t, `mail A 127.0.0.1\n_smtp._tcp.mail HASTLS ${promise}`, ...(attack ? [attack] : []));
    const trust = more.ca ?? ca;
    const { heard, log } = await through(
      t,
      'smtp://mail.example',
      { dns, ca: trust },
      undefined,
      'MAIL FROM:<a@b>\r\n',
    );
    assert.match(heard, new RegExp(`^421 4\\.7\\.0 ${code}: [ -~]+\r\n$`));
    assert.deepEqual(log, [`refused ${code}`]);
    assert.ok(!server.heard.join('').includes('MAIL'));
  });

test('what is said before TLS and cannot be said in a stead is carried over implicit TLS only', async (t) => {
  const { dns } = await world(t, mysql, (port) => `${port} ${port} 1`);
  const { heard, log } = await through(t, 'mysql://mail.example', { dns, ca }, undefined);
  assert.match(heard, /#08004ERR_HASTLS_OPTION: /);
  assert.deepEqual(log, ['refused ERR_HASTLS_OPTION']);
});

test('[R29] plaintext goes onward only as a stance and a proven answer allow', async (t) => {
  const server = await serving(t, imap, { says: () => '* OK in clear\r\n' });
  const dns = await resolving(t, `mail A 127.0.0.1\n_imap._tcp.mail HASTLS ${server.port} 0 0`);
  const { heard, log } = await through(t, 'imap://mail.example', { dns, ca, stance: 'cfb' }, undefined);
  assert.equal(heard, '* OK in clear\r\n');
  assert.equal(log[0], 'opened plaintext plaintext');
});

test('a destination that makes no sense is refused before anybody listens', () => {
  assert.throws(() => createTunnel({ to: 'gopher9://mail.example' }), { code: 'ERR_HASTLS_OPTION' });
  assert.throws(() => createTunnel({ to: 'imap://mail.example', connect: { pins: ['x'] } }), /"x" is no pin/);
});

// biome-ignore format: a table
const DOMAINS: readonly (readonly [what: string, to: string, by: 'mx' | 'srv', stance: 'cso' | 'cfb', ends: RegExp])[] = [
  ['its best host that answers', 'smtp://example', 'mx', 'cso', /^opened tls in-band$/],
  ['itself, when it names none', 'smtp://mail.example', 'mx', 'cso', /^opened tls in-band$/],
  ['nobody, when it says that it has no mail', 'smtp://null.example', 'mx', 'cso', /^refused ERR_HASTLS_NO_ADDRESS$/],
  ['a host and port by SRV', 'smtp://chat.example', 'srv', 'cso', /^opened tls in-band$/],
  ['nobody, when the redirection is not signed and TLS is a must', 'smtp://mx.plain', 'mx', 'cso', /^refused ERR_HASTLS_POLICY$/],
  ['the host of an unsigned redirection, when that is meant', 'smtp://mx.plain', 'mx', 'cfb', /^opened tls in-band$/],
];

for (const [what, to, by, stance, ends] of DOMAINS)
  test(`[A18] a domain by its ${by.toUpperCase()} records leads ${stance} to ${what}`, async (t) => {
    const { port } = await serving(t, smtp, { identity });
    const dns = await resolving(
      t,
      `@ MX 20 mail\n@ MX 10 down\ndown A 127.0.0.1\n_smtp._tcp.down HASTLS 1 1 1\nnull MX 0 .\nchat A 127.0.0.1
_smtp._tcp.chat SRV 0 0 ${port} mail\nmail A 127.0.0.1\n_smtp._tcp.mail HASTLS ${port} ${port} 1`,
    );
    const { log } = await through(t, to, { dns, ca, stance }, by);
    assert.match(log[0] ?? '', ends);
  });

test('[A18] [A23] where a domain leads is not followed when it is bogus', async (t) => {
  const { port } = await serving(t, smtp, { identity });
  const records = `@ MX 10 mail\nmail A 127.0.0.1\n_smtp._tcp.mail HASTLS ${port} ${port} 1`;
  const dns = await resolving(
    t,
    records,
    against(({ type }) => type === 15, spoilSignatures),
  );
  const { heard, log } = await through(t, 'smtp://example', { dns, ca, stance: 'cfb' }, 'mx');
  assert.deepEqual(log, ['refused ERR_HASTLS_BOGUS']);
  assert.match(heard, /^421 4\.7\.0 ERR_HASTLS_BOGUS: /);
});
