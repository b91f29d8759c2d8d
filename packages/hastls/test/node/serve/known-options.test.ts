import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imap } from '#core/profiles/index.js';
import { createGateway, createTriggerServer, createTunnel } from '#node/serve/index.js';
import { createAuthority } from '#node/testing/index.js';

const authority = createAuthority();
const identity = authority.issue(['server.example']);
const backend = { host: '127.0.0.1', port: 1 };
const gateway = { profile: imap, mode: 'require', certificates: [identity], backend } as const;
const trigger = { profile: imap, mode: 'require', tls: identity, application: () => () => {} } as const;

/** Each misspelt safeguard, and how it is named. */
const misspelt: readonly (readonly [named: string, make: () => unknown])[] = [
  ['idlems', () => createGateway({ ...gateway, idlems: 1 } as never)],
  ['clients.pin', () => createGateway({ ...gateway, clients: { ca: authority.certificate, pin: [] } } as never)],
  ['certificates.ocps', () => createGateway({ ...gateway, certificates: [{ ...identity, ocps: null }] } as never)],
  ['backend.TLS', () => createGateway({ ...gateway, backend: [backend, { ...backend, TLS: {} }] } as never)],
  [
    'backend.tls.pin',
    () => createGateway({ ...gateway, backend: { ...backend, tls: { how: 'implicit', name: 'a', pin: [] } } } as never),
  ],
  ['stance', () => createTunnel({ to: 'imap://mail.example', stance: 'sio' } as never)],
  ['pin', () => createTunnel({ to: 'imap://mail.example', connect: { pin: [] } } as never)],
  ['modes', () => createTriggerServer({ ...trigger, modes: [] } as never)],
];

for (const [named, make] of misspelt)
  test(`an option that nobody knows, ${named}, is refused: it may be a safeguard misspelt`, () => {
    assert.throws(make, { code: 'ERR_HASTLS_OPTION', message: `unknown option "${named}"` });
  });

test('all options that there are make a gateway, a tunnel and a trigger server', () => {
  createGateway({
    ...gateway,
    clients: { ca: authority.certificate, optional: true, pins: [], names: [] },
    handshakeMs: 1,
  });
  createTunnel({ to: 'imap://mail.example', connect: { stance: 'cso' }, idleMs: 1 });
  createTriggerServer({ ...trigger, host: 'a', timeoutMs: 1 });
});
