/**
 * The command injection test, for every server side there is: plaintext comes behind the client's last word before
 * TLS, as somebody in the middle could put it there, and the client goes on with its handshake. What was answered over
 * TLS then would answer words that nobody said over TLS.
 */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createTriggerServer } from 'hastls/serve';
import { converse, NEUTRAL_SELF, type Profile } from 'hastls/talk';
import { handshake } from '#node/handshake.js';
import { HELLO, heardBy, rows } from '../../contract/rows.js';
import { client, identity, started, trust } from './client.ts';

for (const profile of rows) {
  const words = heardBy(profile, 'server').filter((each) => each !== HELLO);
  const command = words[0] ?? Buffer.from('NOOP\r\n'); // what it begins with makes sense at any time
  for (const segment of ['same', 'next'] as const)
    test(`[V3] [V5] ${profile.name}: a command in the ${segment} segment is not answered, and TLS does not come`, async (t) => {
      assert.deepEqual(await visit(t, profile, words.length), { tls: true, heard: [] });
      assert.deepEqual(await visit(t, profile, words.length, { segment, command }), { tls: false, heard: [] });
    });
}

interface Injection {
  readonly segment: 'same' | 'next';
  readonly command: Uint8Array;
}

/** Comes to TLS by our client, which says this many words before it; and tells what the application got to hear. */
async function visit(t: TestContext, profile: Profile, words: number, injection?: Injection) {
  const heard: string[] = [];
  const application = () => (command: string) => void heard.push(command);
  const server = createTriggerServer({ profile, mode: 'require', tls: identity, host: 'server.example', application });
  const visitor = await client(t, await started(t, server));
  await askForTls(visitor.socket, profile, words, injection);
  if (visitor.socket.readableEnded) return { tls: false, heard };
  const { wrapping } = profile;
  const result = await handshake(visitor.socket, { ...trust, ...(wrapping !== undefined && { wrapping }) });
  if (result.kind !== 'failed') t.after(() => result.socket.destroy());
  return { tls: result.kind === 'secured', heard };
}

async function askForTls(socket: Socket, profile: Profile, words: number, injection?: Injection): Promise<void> {
  const machine = converse(profile.client({ host: 'server.example', self: NEUTRAL_SELF }));
  const pieces = socket.iterator({ destroyOnReturn: false });
  for (let said = 0; ; ) {
    for (const each of machine.output.splice(0)) {
      said += 1;
      const isLast = said === words && injection?.segment === 'same';
      socket.write(isLast ? Buffer.concat([each, injection.command]) : each);
    }
    if (machine.verdict !== undefined) break;
    const { value, done } = await pieces.next();
    if (done) break;
    machine.feed(value);
  }
  await pieces.return?.();
  if (injection !== undefined && (injection.segment === 'next' || words === 0)) socket.write(injection.command);
}
