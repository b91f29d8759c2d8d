import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { createAuthority } from 'hastls/testing';
import { startWorld, type World } from './world.ts';
import { startZones, type Zones } from './zones.ts';

/** A peer that greets and has nothing to say after that: it listens on, or hangs up. */
const heard = { octets: 0, ended: false };
let peer: tls.Server;
let zones: Zones;
let world: World;
const CONNECT = 'hastls connect imaps://mx.example.test:$PORT $DNS --ca ca.pem';

before(async () => {
  const authority = createAuthority();
  peer = tls.createServer({ ...authority.issue(['mx.example.test']), allowHalfOpen: true }, (socket) => {
    Object.assign(heard, { octets: 0, ended: false });
    socket.on('error', () => socket.destroy()).end('bye\n');
    socket.on('data', ({ length }) => {
      heard.octets += length;
      if (heard.octets > 5_000_000) socket.destroy();
    });
    socket.on('end', () => {
      heard.ended = true;
    });
  });
  await once(peer.listen(0, '127.0.0.1'), 'listening');
  const { port } = peer.address() as AddressInfo; // it listens on TCP
  zones = await startZones(`_imap._tcp.mx HASTLS 0 ${port} 1`);
  const files = new Map([
    ['anchors.txt', zones.anchors],
    ['ca.pem', authority.certificate],
  ]);
  world = await startWorld(files, {
    DNS: `--resolver ${zones.server.url} --anchors anchors.txt`,
    PORT: String(port),
  });
});
after(async () => {
  await world.end();
  await zones.server.close();
  peer.close();
});

test('a peer that has said all still hears the whole of stdin, and its end', async () => {
  const ran = await world.run(`head -c 3000000 /dev/zero | ${CONNECT}`);
  assert.deepEqual(ran, { stdout: 'bye\n', stderr: '', status: 0 });
  assert.deepEqual(heard, { octets: 3_000_000, ended: true });
});

test('a stdin that goes silent without ending does not keep the connection open after the peer has ended', async () => {
  const ran = await world.run(`mkfifo in; exec 3<>in; printf QUIT >&3; ${CONNECT} <in`);
  assert.deepEqual(ran, { stdout: 'bye\n', stderr: '', status: 0 });
  assert.deepEqual(heard, { octets: 4, ended: true });
});

test('a peer that hangs up before all of stdin is sent: the connection broke, and that is said', async () => {
  const ran = await world.run(`head -c 90000000 /dev/zero | ${CONNECT}`);
  assert.match(ran.stderr, /^hastls: the connection broke: /);
  assert.equal(ran.status, 4);
});
