/**
 * Our conversations with servers that are not ours: each profile comes to the upgrade, finds TLS behind the go-ahead,
 * and understands a server that demands TLS in the midst of a dialogue.
 *
 * With UPDATE_TRANSCRIPTS=1 the dialogues are written to `test/core/profiles/captured`, where the ordinary tests hold
 * them again.
 */
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { latin1, text } from '#core/bytes/index.js';
import { imap, lmtp, managesieve, nntp, pop3, smtp, submission } from '#core/profiles/index.js';
import type { Conversation, Framer, Handover, Profile } from '#core/talk/index.js';
import { hold, secured, TO, upgrades } from './held.ts';
import { DOVECOT, DOVECOT_STRICT, SUBMISSIOND, startDovecot, submissionAt } from './peers/dovecot.ts';
import { NNRPD, prepareNews, startNnrpd } from './peers/nnrpd.ts';
import { freePorts } from './peers/peer.ts';
import { POSTFIX, startPostfix } from './peers/postfix.ts';
import { live, type Stage } from './peers/stage.ts';
import { type Certificate, certify } from './peers/test-ca.ts';

live('Postfix: our conversations', [POSTFIX], async (stage) => {
  const certificate = await certify(stage.home, ['mail.test']);
  const [may = 0, encrypt = 0, submitted = 0, implicit = 0, none = 0] = await freePorts(5);
  await stage.keep(startPostfix(stage.home, certificate, { may, encrypt, submission: submitted, implicit, none }));
  await upgrades(stage, certificate, 'postfix', smtp, may);
  await upgrades(stage, certificate, 'postfix', submission, submitted);
  await isDemanded(stage, certificate, 'postfix', smtp, '127.0.0.1', encrypt, 'MAIL FROM:<a@mail.test>');
  await stage.check('smtp: where there is no TLS the offer is absent', async () => {
    const socket = connect(none, '127.0.0.1');
    assert.equal((await hold(socket, smtp.client(TO))).verdict?.kind, 'absent');
    socket.destroy();
  });
});

live('Dovecot: our conversations', [DOVECOT, SUBMISSIOND], async (stage) => {
  const certificate = await certify(stage.home, ['mail.test']);
  const [imapPort = 0, imaps = 0, pop3Port = 0, pop3s = 0, lmtpPort = 0, lmtps = 0, sieve = 0] = await freePorts(7);
  const ports = { imap: imapPort, imaps, pop3: pop3Port, pop3s, lmtp: lmtpPort, lmtps, sieve };
  const [submissionPort = 0] = await freePorts(1);
  await stage.keep(startDovecot(stage.home, certificate, ports, submissionAt(submissionPort)));
  await upgrades(stage, certificate, 'dovecot', submission, submissionPort);
  await upgrades(stage, certificate, 'dovecot', imap, imapPort);
  await upgrades(stage, certificate, 'dovecot', pop3, pop3Port);
  await upgrades(stage, certificate, 'dovecot', lmtp, lmtpPort);
  await upgrades(stage, certificate, 'dovecot', managesieve, sieve);
  await isDemanded(stage, certificate, 'dovecot', imap, DOVECOT_STRICT, imapPort, 'x1 LOGIN joe secret');
  await isDemanded(stage, certificate, 'dovecot', pop3, DOVECOT_STRICT, pop3Port, 'USER joe');
});

live('nnrpd: our conversations', [NNRPD], async (stage) => {
  const certificate = await certify(stage.home, ['mail.test']);
  const [port = 0] = await freePorts(1);
  await stage.keep(startNnrpd(await prepareNews(stage.home, certificate), { port, implicit: false }));
  await upgrades(stage, certificate, 'nnrpd', nntp, port);
});

async function isDemanded(
  stage: Stage,
  certificate: Certificate,
  peer: string,
  { name, session }: Profile,
  address: string,
  port: number,
  command: string,
) {
  assert.ok(session);
  const meeting = { peer, protocol: name, ours: 'client', shown: 'its demand followed' } as const;
  await stage.shows(meeting, async () => {
    const socket = connect(port, address);
    assert.equal((await hold(socket, session.open(TO))).verdict?.kind, 'plaintext');
    const refusal = await answer(socket, command, session.reply(command));
    assert.ok(session.demands(refusal), refusal);
    assert.deepEqual((await hold(socket, session.trigger())).verdict, { kind: 'start-tls' });
    const tls = await secured(socket, certificate);
    assert.equal((await hold(tls, session.reopen(TO))).verdict?.kind, 'plaintext');
    const again = await answer(tls, command, session.reply(command));
    assert.ok(!session.demands(again), again);
    tls.destroy();
  });
}

/** One command, and the whole reply to it. */
async function answer(socket: Socket, command: string, frame: Framer): Promise<string> {
  function* ask(): Conversation<Handover> {
    yield { do: 'send', bytes: latin1(`${command}\r\n`) };
    return { kind: 'plaintext', heard: text(yield { do: 'take', frame }) };
  }
  const { verdict } = await hold(socket, ask());
  return verdict?.kind === 'plaintext' ? verdict.heard : '';
}
