/** The web's in-band upgrade, where it is alive: between printers and those who print. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { httpUpgrade } from '#core/profiles/index.js';
import { hold, secured, TO } from './held.ts';
import { CUPS, startCups } from './peers/cups.ts';
import { freePorts } from './peers/peer.ts';
import { live } from './peers/stage.ts';
import { certify } from './peers/test-ca.ts';

live('CUPS: our conversation', [CUPS], async (stage) => {
  const certificate = await certify(stage.home, ['mail.test']);
  const [port = 0] = await freePorts(1);
  await stage.keep(startCups(stage.home, certificate, port));
  const meeting = { peer: 'cups', protocol: httpUpgrade.name, ours: 'client' } as const;
  await stage.shows({ ...meeting, shown: 'upgraded' }, async () => {
    const socket = connect(port, '127.0.0.1');
    const { verdict, said } = await hold(socket, httpUpgrade.client({ ...TO, host: 'localhost' })); // by no other name
    assert.deepEqual(verdict, { kind: 'start-tls' }, said.join('\n'));
    const tls = await secured(socket, certificate);
    const [answer] = await once(tls, 'data');
    assert.match(String(answer), /^HTTP\/1\.1 200 /, 'the question is answered over TLS, and unasked');
    tls.destroy();
  });
});
