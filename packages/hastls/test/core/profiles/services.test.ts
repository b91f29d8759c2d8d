import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findService, imap, isProfile, nntp, nntp1997, profiles, services, submission } from '#core/profiles/index.js';

test('a secure scheme means the base service with implicit TLS [A17]', () => {
  assert.deepEqual(findService('imap'), { service: imap, implicit: false });
  assert.deepEqual(findService('IMAPS'), { service: imap, implicit: true });
  assert.deepEqual(findService('submissions'), { service: submission, implicit: true });
  for (const unknown of ['', 'gopher', 'constructor', '_imap', 'smtps']) assert.equal(findService(unknown), undefined);
});

test('news is upgraded as today, and with the trigger of 1997 for whoever asks for it by name [F7] [S18]', () => {
  assert.equal(findService('nntp')?.service, nntp);
  assert.equal(findService('nntps')?.service, nntp);
  assert.equal(findService('nntp-1997')?.service, nntp1997);
  assert.ok(nntp1997.ports.plain.every((port) => nntp.ports.plain.includes(port)));
});

test('submission is a service of its own, on ports of its own [A16]', () => {
  assert.equal(submission.service, 'submission');
  assert.deepEqual(submission.ports, { plain: [587], tls: [465] });
});

test('every scheme means one thing, and every secure scheme has a port', () => {
  const schemes = services.flatMap(({ name, implicitScheme }) => [
    name,
    ...(implicitScheme === undefined ? [] : [implicitScheme]),
  ]);
  assert.equal(new Set(schemes).size, schemes.length);
  for (const { name, implicitScheme, ports } of services)
    assert.equal(
      implicitScheme !== undefined,
      ports.plain.length > 0 && ports.tls.length > 0 && name !== 'nntp-1997',
      name,
    );
});

test('facts are fit for their places', () => {
  for (const { name, service, ports, specs, alpn = [] } of services) {
    assert.match(name, /^[a-z][a-z0-9-]*$/);
    assert.match(service, /^[a-z][a-z0-9-]{0,14}$/, 'a service label [RFC6335 §5.1]');
    assert.ok([...ports.plain, ...ports.tls].length > 0 && specs.length > 0, name);
    for (const port of [...ports.plain, ...ports.tls]) assert.ok(port > 0 && port < 65536);
    for (const id of alpn) assert.ok(REGISTERED.includes(id), `${id} is registered with IANA`);
  }
});

test('who has no in-band upgrade has facts only', () => {
  assert.deepEqual(services.filter(isProfile), profiles);
  assert.equal(
    services.some(({ name }) => name === 'http'),
    true,
  );
});

test('every profile says what is forgotten, and whose turn it is, when TLS begins [V4] [V12]', () => {
  for (const { name, forgets, speaksFirst } of profiles) {
    assert.ok(forgets.length > 0);
    assert.equal(speaksFirst, ['sieve', 'vnc', 'telnet'].includes(name) ? 'server' : 'client', name);
  }
});

/** Those of the registry of ALPN ids that could be of use here. */
const REGISTERED: readonly string[] = [
  'http/1.1',
  'h2',
  'ftp',
  'imap',
  'pop3',
  'managesieve',
  'mqtt',
  'dot',
  'nntp',
  'nnsp',
  'irc',
  'xmpp-client',
  'xmpp-server',
  'postgresql',
  'tds/8.0',
];
