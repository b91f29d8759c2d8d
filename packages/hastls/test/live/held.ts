/** How our conversations are held with servers that are not ours, and written down. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as secure } from 'node:tls';
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

export const TO = { host: 'mail.test', self: NEUTRAL_SELF };
const { UPDATE_TRANSCRIPTS } = process.env;

/** One row: the profile comes to the upgrade, and TLS stands behind it. */
export async function upgrades(stage: Stage, certificate: Certificate, peer: string, profile: Profile, port: number) {
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
