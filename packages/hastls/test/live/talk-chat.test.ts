/** Our conversations with chat servers: XMPP and IRC. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { askSts, irc, readSts, xmppClient, xmppServer } from '#core/profiles/index.js';
import { connectAsSecureOnly, hold, upgrades } from './held.ts';
import * as peers from './peers/chat.ts';
import { freePorts } from './peers/peer.ts';
import { live } from './peers/stage.ts';
import { certify } from './peers/test-ca.ts';

live('ejabberd: our conversations', [peers.EJABBERD], async (stage) => {
  const certificate = await certify(stage.home, ['mail.test']);
  const [clients = 0, servers = 0] = await freePorts(2);
  await stage.keep(peers.startEjabberd(stage.home, certificate, [clients, servers]));
  await upgrades(stage, certificate, 'ejabberd', xmppClient, clients);
  await upgrades(stage, certificate, 'ejabberd', xmppServer, servers);
});

live('InspIRCd: our conversation', [peers.INSPIRCD], async (stage) => {
  const certificate = await certify(stage.home, ['mail.test']);
  const [port = 0] = await freePorts(1);
  await stage.keep(peers.startInspircd(stage.home, certificate, port));
  await upgrades(stage, certificate, 'inspircd', irc, port);
});

live('InspIRCd: what it commits to', [peers.INSPIRCD], async (stage) => {
  const certificate = await certify(stage.home, ['mail.test']);
  const [port = 0, tlsPort = 0] = await freePorts(2);
  await stage.keep(peers.startInspircd(stage.home, certificate, port, tlsPort));
  const at = 1_800_000_000;
  const meeting = { peer: 'inspircd', protocol: 'irc', ours: 'client', shown: 'its STS read' } as const;
  await stage.shows(meeting, async () => {
    const plain = connect(port, '127.0.0.1');
    const inClear = await hold(plain, askSts());
    assert.ok(inClear.verdict?.kind === 'plaintext');
    assert.deepEqual(readSts(inClear.verdict.heard, { security: 'plaintext', port, at }), { kind: 'leads', tlsPort });
    plain.destroy();
    const { socket } = await connectAsSecureOnly(irc, [0, tlsPort], certificate);
    const overTls = await hold(socket, askSts());
    socket.destroy();
    assert.ok(overTls.verdict?.kind === 'plaintext');
    const said = readSts(overTls.verdict.heard, { security: 'tls', port: tlsPort, at });
    assert.ok(said?.kind === 'commits');
    assert.deepEqual([said.source.tlsPort, said.until], [tlsPort, at + 3600]);
  });
});

live('ngIRCd: TLS from the first octet', [peers.NGIRCD], async (stage) => {
  const certificate = await certify(stage.home, ['mail.test']);
  const [port = 0] = await freePorts(1);
  await stage.keep(peers.startNgircd(stage.home, certificate, port));
  const meeting = { peer: 'ngircd', protocol: 'irc', ours: 'client', shown: 'implicit TLS under cso' } as const;
  await stage.shows(meeting, async () => {
    const { how, security, socket } = await connectAsSecureOnly(irc, [0, port], certificate);
    socket.destroy();
    assert.deepEqual({ how, security }, { how: 'implicit', security: 'tls' });
  });
});
