import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import { connect } from 'hastls';
import { createTriggerServer } from 'hastls/serve';
import { converse, NEUTRAL_SELF, type Profile } from 'hastls/talk';
import { lineRows, ordinary } from '../contract/rows.js';
import { authority, HOST, RIGHT } from './client-attacks.ts';

// Somebody in between upgrades a connection of his own in-band, after a command of his own, and then lets the victim's
// implicit TLS run into it: both ends have the true certificate, and the server's answers are to be off by one.

for (const profile of lineRows.filter(({ implicitScheme }) => implicitScheme !== undefined))
  test(`[V12] ${profile.name}: a victim of implicit TLS, led into an in-band session, hears answers to its own words alone`, async (t) => {
    const answered: string[] = [];
    const server = createTriggerServer({
      profile,
      mode: 'require',
      tls: { ...RIGHT, ...(profile.alpn && { ALPNProtocols: [...profile.alpn] }) },
      application:
        ({ socket }) =>
        (command) => {
          answered.push(command);
          socket.write(`answer ${answered.length}\r\n`);
        },
    });
    const target = await listening(t, server);
    const trap = net.createServer((victim) => {
      victim.pause();
      void splice(victim, target, profile);
    });
    const { socket } = await connect(`${profile.implicitScheme}://${HOST}:${await listening(t, trap)}`, {
      ca: authority.certificate,
    });
    t.after(() => socket.destroy());
    let heard = '';
    socket.on('data', (said: Buffer) => {
      heard += said.toString();
    });
    const [mine = ''] = ordinary(profile);
    socket.write(`${mine}\r\n`);
    while (heard === '') await once(socket, 'data');
    assert.deepEqual([heard, answered], ['answer 1\r\n', [mine]]);
  });

/** Brings a connection to TLS, with a command before that is meant to be answered over TLS, and hands it to the victim. */
async function splice(victim: net.Socket, port: number, profile: Profile): Promise<void> {
  const server = net.connect(port, HOST);
  const machine = converse(profile.client({ host: HOST, self: NEUTRAL_SELF }));
  const pieces = server.iterator({ destroyOnReturn: false });
  const greeting = machine.output.length === 0 ? (await pieces.next()).value : undefined;
  server.write(`${ordinary(profile)[1]}\r\n`);
  await pieces.next(); // it is refused
  if (greeting !== undefined) machine.feed(greeting);
  while (machine.verdict === undefined) {
    for (const each of machine.output.splice(0)) server.write(each);
    const { value, done } = await pieces.next();
    if (done) break;
    machine.feed(value);
  }
  await pieces.return?.();
  victim.on('error', ignore).pipe(server.on('error', ignore)).pipe(victim);
}

const ignore = () => {}; // whoever breaks off has ended

async function listening(t: TestContext, server: net.Server): Promise<number> {
  server.listen(0, HOST);
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as net.AddressInfo).port; // as: it listens on TCP
}
