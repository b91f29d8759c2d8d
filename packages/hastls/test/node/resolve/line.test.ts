import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { decodeMessage, type Message, parseName, TYPE } from '#core/dns/index.js';
import { createConnection } from '#node/resolve/connection.js';
import { createLine, type Line } from '#node/resolve/line.js';
import { toQuery } from '#node/resolve/query.js';
import { answerTo, framed, type Script, type ScriptedServer, scriptedServer } from './scripted-server.js';

/** Talks to a scripted server over one line, for as long as the body runs. */
async function talking(
  tcp: NonNullable<Script['tcp']>,
  body: (line: Line, server: ScriptedServer) => Promise<void>,
  idleMs = 10_000,
  elapsedMs = () => performance.now(),
): Promise<void> {
  const server = await scriptedServer({ tcp });
  const line = createLine(
    () => createConnection((ready) => connect(server.port, '127.0.0.1', ready), idleMs),
    elapsedMs,
  );
  try {
    await body(line, server);
  } finally {
    line.close();
    server.close();
  }
}

const soon = (): AbortSignal => AbortSignal.timeout(10_000);
const queryFor = (name: string): Uint8Array => toQuery({ name: parseName(name), type: TYPE.TXT });
const answer = (query: Message, socket: Socket): unknown => socket.write(framed(answerTo(query)));

/** The name that the answer to a query for this name is about. */
async function ask(line: Line, name: string, signal = soon()): Promise<string | undefined> {
  const decoded = decodeMessage(await line.exchange(queryFor(name), signal));
  assert.ok(decoded.ok);
  return decoded.value.questions[0]?.name;
}

const names = Array.from({ length: 150 }, (_, index) => `n${index}.test.`);
const connections = ({ heard }: ScriptedServer): number => new Set(heard.map(({ from }) => from)).size;
const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('[RFC7766 §6.2.1] queries one after the other share a connection', () =>
  talking(answer, async (line, server) => {
    for (const name of names.slice(0, 5)) assert.equal(await ask(line, name), name);
    assert.equal(connections(server), 1);
  }));

test('[RFC7766 §7] answers in any order find their questions', () => {
  const held: (() => void)[] = [];
  const backwards: NonNullable<Script['tcp']> = (query, socket) => {
    held.unshift(() => answer(query, socket));
    setTimeout(() => held.splice(0).forEach((each) => void each()), 100);
  };
  return talking(backwards, async (line, server) => {
    const asked = names.slice(0, 20);
    assert.deepEqual(await Promise.all(asked.map((name) => ask(line, name))), asked);
    assert.equal(connections(server), 1);
  });
});

test('no more than a hundred queries are on their way at once, and the others have their turn', () => {
  let [waiting, most] = [0, 0];
  const slowly: NonNullable<Script['tcp']> = (query, socket) => {
    most = Math.max(most, ++waiting);
    setTimeout(() => {
      waiting--;
      answer(query, socket);
    }, 20);
  };
  return talking(slowly, async (line) => {
    assert.deepEqual(await Promise.all(names.map((name) => ask(line, name))), names);
    assert.ok(most > 1 && most <= 100, `${most} at once`); // how many come together is the clock's business
  });
});

test('[RFC7766 §6.2.4] a server that hangs up after each answer answers all', () =>
  talking(
    (query, socket) => socket.writable && socket.end(framed(answerTo(query))),
    async (line, server) => {
      const asked = names.slice(0, 8);
      assert.deepEqual(await Promise.all(asked.map((name) => ask(line, name))), asked);
      assert.ok(connections(server) >= 8);
    },
  ));

test('a connection that the server dropped while nothing was on its way is not missed', () =>
  talking(
    (query, socket) => {
      answer(query, socket);
      setTimeout(() => socket.resetAndDestroy(), 20);
    },
    async (line) => {
      assert.equal(await ask(line, 'a.test.'), 'a.test.');
      await rest(60);
      assert.equal(await ask(line, 'b.test.'), 'b.test.');
    },
  ));

test('a server that never answers is not tried again and again', () =>
  talking(
    (_, socket) => socket.end(),
    async (line, server) => {
      await assert.rejects(ask(line, 'a.test.'), /closed the connection without an answer/);
      assert.equal(server.heard.length, 1);
    },
  ));

test('an idle connection is closed', () =>
  talking(
    answer,
    async (line, server) => {
      await ask(line, 'a.test.');
      await ask(line, 'b.test.');
      assert.equal(connections(server), 1);
      await rest(100);
      await ask(line, 'c.test.');
      assert.equal(connections(server), 2);
    },
    30,
  ));

test('a slow answer is no idleness', () =>
  talking(
    (query, socket) => setTimeout(() => answer(query, socket), 120),
    async (line) => assert.equal(await ask(line, 'a.test.'), 'a.test.'),
    20,
  ));

test('whoever leaves does not end it for the others; a connection that stayed silent is not used again', () =>
  talking(
    (query, socket, attempt) => attempt > 1 && answer(query, socket),
    async (line, server) => {
      const gone = ask(line, 'silence.test.', AbortSignal.timeout(60));
      assert.equal(await ask(line, 'a.test.'), 'a.test.');
      await assert.rejects(gone, /timeout/);
      assert.equal(await ask(line, 'b.test.'), 'b.test.');
      assert.equal(connections(server), 1, 'it has answered since');
      server.heard.length = 0;
      await assert.rejects(ask(line, 'silence.test.', AbortSignal.timeout(60)), /timeout/);
      assert.equal(await ask(line, 'c.test.'), 'c.test.');
      assert.equal(connections(server), 2);
    },
  ));

test('two queries of one number never meet, nor does one wait for the other', () =>
  talking(
    (query, socket) => query.questions[0]?.name === 'b.test.' && answer(query, socket),
    async (line) => {
      const [first, second] = ['a.test.', 'b.test.'].map(queryFor) as [Uint8Array, Uint8Array];
      second.set(first.subarray(0, 2));
      const [a, b] = [AbortSignal.timeout(500), soon()];
      const unanswered = assert.rejects(line.exchange(first, a), /timeout/);
      const decoded = decodeMessage(await line.exchange(second, b));
      assert.equal(decoded.ok && decoded.value.questions[0]?.name, 'b.test.');
      assert.equal(a.aborted, false);
      await unanswered;
    },
  ));

test('whoever asks while a connection has been silent for long is given another; the first may answer yet', () => {
  let now = 0;
  const held: (() => void)[] = [];
  return talking(
    (query, socket) => {
      if (query.questions[0]?.name === 'slow.test.') held.push(() => answer(query, socket));
      else answer(query, socket);
    },
    async (line, server) => {
      const slow = ask(line, 'slow.test.');
      now = 400;
      assert.equal(await ask(line, 'a.test.'), 'a.test.');
      assert.equal(connections(server), 1);
      now = 800;
      assert.equal(await ask(line, 'b.test.'), 'b.test.');
      assert.equal(connections(server), 1, 'something came at 400');
      now = 1400;
      assert.equal(await ask(line, 'c.test.'), 'c.test.');
      assert.equal(connections(server), 2);
      for (const each of held) each();
      assert.equal(await slow, 'slow.test.');
      assert.equal(await ask(line, 'd.test.'), 'd.test.');
      assert.equal(connections(server), 2);
    },
    10_000,
    () => now,
  );
});
