// In a file of its own: it counts the sockets of its process.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as rest } from 'node:timers/promises';
import { ROOT, TYPE } from '#core/dns/index.js';
import { isAnswerTo, toQuery } from '#node/resolve/query.js';
import { createDatagrams, type Datagrams } from '#node/resolve/udp.js';
import { answerTo, octetsOf, type Script, type ScriptedServer, scriptedServer } from './scripted-server.js';

const answer: NonNullable<Script['udp']> = (query, send) => send(octetsOf(answerTo(query)));

async function talking(
  udp: NonNullable<Script['udp']>,
  body: (datagrams: Datagrams, server: ScriptedServer) => Promise<void>,
): Promise<void> {
  const server = await scriptedServer({ udp });
  const datagrams = createDatagrams({ url: server.udpUrl, transport: 'udp', address: '127.0.0.1', port: server.port });
  try {
    await body(datagrams, server);
  } finally {
    datagrams.close();
    server.close();
  }
}

async function ask(datagrams: Datagrams, patienceMs = 5000): Promise<void> {
  const query = toQuery({ name: ROOT, type: TYPE.NS });
  assert.ok(isAnswerTo(query, await datagrams.exchange(query, AbortSignal.timeout(patienceMs))));
}

const ports = ({ heard }: ScriptedServer): readonly number[] => heard.map(({ from }) => from);

test('[RFC5452 §9.2] queries one after the other share a port, and no port sends more than 32', () =>
  talking(answer, async (datagrams, server) => {
    for (let count = 0; count < 100; count++) await ask(datagrams);
    const used = ports(server);
    assert.equal(new Set(used).size, 4);
    for (const port of used) assert.ok(used.filter((each) => each === port).length <= 32);
  }));

test('[RFC5452 §9.2] queries at the same time have ports of their own', () =>
  talking(answer, async (datagrams, server) => {
    for (let round = 0; round < 2; round++) await Promise.all(Array.from({ length: 20 }, () => ask(datagrams)));
    assert.equal(new Set(ports(server).slice(0, 20)).size, 20);
    assert.equal(new Set(ports(server).slice(20)).size, 20);
  }));

test('[RFC5452 §9.2] a port that nobody needed for a second is given back', () =>
  talking(answer, async (datagrams, server) => {
    await ask(datagrams);
    await rest(1100);
    await ask(datagrams);
    assert.equal(new Set(ports(server)).size, 2);
  }));

test('a port whose query stayed without an answer is not used again', () =>
  talking(
    (query, send, attempt) => attempt > 1 && answer(query, send, attempt),
    async (datagrams, server) => {
      await assert.rejects(ask(datagrams, 50), { name: 'TimeoutError' });
      await ask(datagrams);
      assert.equal(new Set(ports(server)).size, 2);
    },
  ));

test('what came too late for one query is no answer to the next of its port', () =>
  talking(
    (query, send, attempt) => {
      answer({ ...query, id: (query.id + 1) & 0xffff }, send, attempt);
      answer(query, send, attempt);
      answer(query, send, attempt);
    },
    async (datagrams, server) => {
      for (let count = 0; count < 5; count++) await ask(datagrams);
      assert.equal(new Set(ports(server)).size, 1);
    },
  ));

test('a server that went away is noticed, by a port that it answered before too', async () => {
  const server = await scriptedServer({ udp: answer });
  const datagrams = createDatagrams({ url: server.udpUrl, transport: 'udp', address: '127.0.0.1', port: server.port });
  await ask(datagrams);
  server.close();
  await assert.rejects(ask(datagrams), { code: 'ECONNREFUSED' });
  await assert.rejects(ask(datagrams), { code: 'ECONNREFUSED' });
  datagrams.close();
});

test('ports that are kept for the next query keep no process alive, and are gone when all is closed', () =>
  talking(answer, async (datagrams) => {
    const sockets = () => process.getActiveResourcesInfo().filter((each) => each === 'UDPWrap').length;
    await Promise.all(Array.from({ length: 10 }, () => ask(datagrams)));
    await rest(20);
    assert.equal(sockets(), 1, "the server's only");
  }));
