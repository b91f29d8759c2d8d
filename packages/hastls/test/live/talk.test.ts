/**
 * Our conversations with servers that are not ours: each profile comes to the upgrade, finds TLS behind the go-ahead,
 * and understands a server that demands TLS in the midst of a dialogue.
 *
 * With UPDATE_TRANSCRIPTS=1 the dialogues are written to `test/core/profiles/captured`, where the ordinary tests hold
 * them again.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as secure } from 'node:tls';
import { latin1, text } from '#core/bytes/index.js';
import { imap, lmtp, nntp, pop3, smtp, submission } from '#core/profiles/index.js';
import {
  type Conversation,
  converse,
  type Framer,
  type Handover,
  NEUTRAL_SELF,
  type Profile,
  type Verdict,
} from '#core/talk/index.js';
import { DOVECOT, DOVECOT_STRICT, startDovecot } from './peers/dovecot.ts';
import { NNRPD, prepareNews, startNnrpd } from './peers/nnrpd.ts';
import { freePorts } from './peers/peer.ts';
import { POSTFIX, startPostfix } from './peers/postfix.ts';
import { live, type Stage } from './peers/stage.ts';
import { type Certificate, certify } from './peers/test-ca.ts';

const TO = { host: 'mail.test', self: NEUTRAL_SELF };
const { UPDATE_TRANSCRIPTS } = process.env;

live('Postfix: our conversations', [POSTFIX], async (stage) => {
  const certificate = await certify(stage.home, ['mail.test']);
  const [may = 0, encrypt = 0, submitted = 0, implicit = 0, none = 0] = await freePorts(5);
  await stage.keep(startPostfix(stage.home, certificate, { may, encrypt, submission: submitted, implicit, none }));
  await upgrades(stage, certificate, 'postfix', smtp, may);
  await upgrades(stage, certificate, 'postfix', submission, submitted);
  await isDemanded(stage, certificate, smtp, '127.0.0.1', encrypt, 'MAIL FROM:<a@mail.test>');
  await stage.check('smtp: where there is no TLS the offer is absent', async () => {
    const socket = connect(none, '127.0.0.1');
    assert.equal((await hold(socket, smtp.client(TO))).verdict?.kind, 'absent');
    socket.destroy();
  });
});

live('Dovecot: our conversations', [DOVECOT], async (stage) => {
  const certificate = await certify(stage.home, ['mail.test']);
  const [imapPort = 0, imaps = 0, pop3Port = 0, pop3s = 0, lmtpPort = 0, lmtps = 0] = await freePorts(6);
  const ports = { imap: imapPort, imaps, pop3: pop3Port, pop3s, lmtp: lmtpPort, lmtps };
  await stage.keep(startDovecot(stage.home, certificate, ports));
  await upgrades(stage, certificate, 'dovecot', imap, imapPort);
  await upgrades(stage, certificate, 'dovecot', pop3, pop3Port);
  await upgrades(stage, certificate, 'dovecot', lmtp, lmtpPort);
  await isDemanded(stage, certificate, imap, DOVECOT_STRICT, imapPort, 'x1 LOGIN joe secret');
  await isDemanded(stage, certificate, pop3, DOVECOT_STRICT, pop3Port, 'USER joe');
});

live('nnrpd: our conversations', [NNRPD], async (stage) => {
  const certificate = await certify(stage.home, ['mail.test']);
  const [port = 0] = await freePorts(1);
  await stage.keep(startNnrpd(await prepareNews(stage.home, certificate), { port, implicit: false }));
  await upgrades(stage, certificate, 'nnrpd', nntp, port);
});

async function upgrades(stage: Stage, certificate: Certificate, peer: string, profile: Profile, port: number) {
  await stage.check(`${profile.name} is upgraded in-band`, async () => {
    const socket = connect(port, '127.0.0.1');
    const { verdict, said } = await hold(socket, profile.client(TO));
    assert.deepEqual(verdict, { kind: 'start-tls' }, said.join('\n'));
    (await secured(socket, certificate)).destroy();
    if (UPDATE_TRANSCRIPTS === '1') {
      const words = said.join('\n').replaceAll(hostname(), TO.host); // some servers name the machine they run on
      writeFileSync(captured(`${peer}-${profile.name}`), `${words}\n`);
    }
  });
}

const captured = (name: string): URL => new URL(`../../test/core/profiles/captured/${name}.txt`, import.meta.url);

async function isDemanded(
  stage: Stage,
  certificate: Certificate,
  { name, session }: Profile,
  address: string,
  port: number,
  command: string,
) {
  assert.ok(session);
  await stage.check(`${name}: a demand for TLS is understood, and followed`, async () => {
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

/** Holds a conversation over a socket, and leaves the socket with whatever was not the conversation's. */
async function hold(socket: Socket, conversation: Conversation<Verdict | Handover>) {
  const machine = converse(conversation);
  const said: string[] = [];
  const note = (who: string, bytes: Uint8Array) =>
    said.push(
      ...text(bytes)
        .trimEnd()
        .split('\r\n')
        .map((each) => `${who}: ${each}`),
    );
  const pieces = socket.iterator({ destroyOnReturn: false });
  for (;;) {
    for (const each of machine.output.splice(0)) {
      note('C', each);
      socket.write(each);
    }
    if (machine.verdict !== undefined) break;
    const { value, done } = await pieces.next();
    if (done) machine.end();
    else {
      note('S', value);
      machine.feed(value);
    }
  }
  await pieces.return?.();
  return { verdict: machine.verdict, said };
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

async function secured(socket: Socket, { ca }: Certificate): Promise<Socket> {
  const tls = secure({ socket, ca: readFileSync(ca), servername: 'mail.test' });
  await once(tls, 'secureConnect');
  return tls;
}
