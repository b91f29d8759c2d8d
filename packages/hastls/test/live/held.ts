/** How our conversations are held with servers that are not ours, and written down. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as secure } from 'node:tls';
import { type SecureConnection, connect as secureOnly } from 'hastls';
import { createHierarchy, startDnsServer } from 'hastls/testing';
import {
  type Conversation,
  converse,
  type Handover,
  NEUTRAL_SELF,
  type Profile,
  shown,
  type Verdict,
} from '#core/talk/index.js';
import type { Stage } from './peers/stage.ts';
import type { Certificate } from './peers/test-ca.ts';
import { startStripper } from './stripper.ts';

export const TO = { host: 'mail.test', self: NEUTRAL_SELF };
const { UPDATE_TRANSCRIPTS } = process.env;

/**
 * What holds of each peer with an in-band upgrade: the profile comes to the upgrade, and TLS stands behind it; so it
 * does for `connect()`, by the record; and where somebody on the way takes the offer out, `connect()` refuses.
 */
export async function upgrades(stage: Stage, certificate: Certificate, peer: string, profile: Profile, port: number) {
  const meeting = { peer, protocol: profile.name, ours: 'client' } as const;
  await stage.shows({ ...meeting, shown: 'upgraded' }, async () => {
    const socket = connect(port, '127.0.0.1');
    const { verdict, said } = await hold(socket, profile.client(TO));
    assert.deepEqual(verdict, { kind: 'start-tls' }, said.join('\n'));
    (await secured(socket, certificate)).destroy();
    if (UPDATE_TRANSCRIPTS === '1') {
      const words = said.join('\n').replaceAll(hostname(), TO.host); // some servers name the machine they run on
      writeFileSync(captured(`${peer}-${profile.name}`), `${words}\n`);
    }
  });
  await stage.shows({ ...meeting, shown: 'secure under cso' }, async () => {
    const { how, security, socket } = await connectAsSecureOnly(profile, [port, port], certificate);
    socket.destroy();
    assert.deepEqual({ how, security }, { how: 'in-band', security: 'tls' });
  });
  await stage.shows({ ...meeting, shown: 'stripped on the way: refused' }, async () => {
    const middle = await startStripper(profile, port);
    try {
      await assert.rejects(connectAsSecureOnly(profile, [middle.port, middle.port], certificate), {
        code: /^ERR_HASTLS_(NOT_OFFERED|UPGRADE_REFUSED)$/,
      });
      assert.ok(middle.stripped(), 'there was something to take out');
    } finally {
      await middle.close();
    }
  });
}

/** Connects as `cso` to a host that promises these ports, without TLS and with. */
export async function connectAsSecureOnly(
  { name, service }: Profile,
  [insecure, secure]: readonly [insecure: number, secure: number],
  { ca }: Certificate,
): Promise<SecureConnection> {
  const records = `mail A 127.0.0.1\n_${service}._tcp.mail HASTLS ${insecure} ${secure} 1`;
  const { answer, anchors } = createHierarchy({
    at: Math.floor(Date.now() / 1000),
    zones: [
      { apex: '.', records: '' },
      { apex: 'test.', records },
    ],
  });
  const dns = await startDnsServer(answer);
  try {
    return await secureOnly(`${name}://${TO.host}`, { ca: readFileSync(ca), dns: { servers: [dns.url], anchors } });
  } finally {
    await dns.close();
  }
}

const captured = (name: string): URL => new URL(`../../test/core/profiles/captured/${name}.txt`, import.meta.url);

/** Holds a conversation over a socket, and leaves the socket with whatever was not the conversation's. */
export async function hold(socket: Socket, conversation: Conversation<Verdict | Handover>) {
  const machine = converse(conversation);
  const said: string[] = [];
  const note = (who: 'C' | 'S', bytes: Uint8Array) => said.push(...shown(who, bytes));
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

export async function secured(socket: Socket, { ca }: Certificate): Promise<Socket> {
  const tls = secure({ socket, ca: readFileSync(ca), servername: 'mail.test' });
  await once(tls, 'secureConnect');
  return tls;
}
