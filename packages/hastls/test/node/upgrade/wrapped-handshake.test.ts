import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import { mssql } from 'hastls/profiles';
import { createTriggerServer } from 'hastls/serve';
import { createAuthority } from 'hastls/testing';
import { upgrade } from '#node/upgrade.js';
import { wrappedHandshake } from '#node/wrapped-handshake.js';
import { connected, listening, portOf } from './peers.js';

const { wrapping } = mssql;
assert.ok(wrapping);
const authority = createAuthority();
const LARGE = 200_000;

test('a handshake in packets is followed by bare records, in both directions and of any size', async (t) => {
  const server = createTriggerServer({
    profile: mssql,
    mode: 'require',
    tls: authority.issue(['server.example']),
    application: ({ socket }) => void socket.pipe(socket),
  });
  const { port, passed } = await watched(t, await listening(t, server));
  const result = await upgrade(await connected(port), mssql, { host: 'server.example', ca: authority.certificate });
  assert.ok(result.kind === 'secured', JSON.stringify(result));
  result.socket.write(Buffer.alloc(LARGE, 'x'));
  let echoed = 0;
  result.socket.on('data', (piece) => {
    echoed += piece.length;
    if (echoed === LARGE) result.socket.end();
  });
  await once(result.socket, 'close');
  assert.equal(echoed, LARGE);
  for (const said of passed.map((pieces) => Buffer.concat(pieces)))
    assert.match(said.toString('latin1'), /^[\x04\x12].*\x12\x01..\0\0\x01\0[\x14\x16].*\x17\x03\x03/s);
});

test('a flight that is larger than a packet goes in several, of which the last is marked', () => {
  const records = Uint8Array.from({ length: 10_000 }, (_, index) => index);
  const wrapped = wrapping.wrap(records);
  const [heads, inside]: [string[], Uint8Array[]] = [[], []];
  for (let at = 0; at < wrapped.length; ) {
    const packet = wrapped.subarray(at, at + wrapping.frame(wrapped.subarray(at)));
    heads.push(Buffer.from(packet.subarray(0, 4)).toString('hex'));
    inside.push(wrapping.unwrap(packet));
    at += packet.length;
  }
  assert.deepEqual(heads, ['12001000', '12001000', '12010728']);
  assert.deepEqual(Buffer.concat(inside), Buffer.from(records));
});

test('a handshake in packets without end is ended [V17]', async (t) => {
  const server = await listening(
    t,
    net.createServer((socket) => {
      const flood = () => socket.write(wrapping.wrap(new Uint8Array(4000)), () => socket.writable && flood());
      flood();
    }),
  );
  const socket = await connected(portOf(server));
  const [error] = await once(wrappedHandshake(socket, wrapping).resume(), 'error');
  assert.match(String(error), /longer than any/);
  assert.ok(socket.destroyed);
});

test('who leaves amid a packet is gone for the engine too', async (t) => {
  const server = await listening(
    t,
    net.createServer((socket) => void socket.end(Buffer.from('12010100', 'hex'))),
  );
  const stream = wrappedHandshake(await connected(portOf(server)), wrapping).resume();
  await once(stream, 'end');
});

/** What each side sends on its way through another port. */
async function watched(t: TestContext, server: net.Server) {
  const passed: readonly [Buffer[], Buffer[]] = [[], []];
  const middle = await listening(
    t,
    net.createServer((client) => {
      const behind = net.connect(portOf(server), '127.0.0.1');
      client.on('data', (piece) => passed[0].push(piece)).pipe(behind);
      behind
        .on('error', () => client.destroy())
        .on('data', (piece) => passed[1].push(piece))
        .pipe(client);
    }),
  );
  return { port: portOf(middle), passed };
}
