// In a file of its own: it counts the sockets of its process.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROOT, TYPE } from '#core/dns/index.js';
import { createAsk } from '#node/resolve/ask.js';
import { toUpstream } from '#node/resolve/upstream.js';
import { answerTo, framed, scriptedServer } from './scripted-server.js';

test('an abort in the very moment of asking leaves no socket behind', async () => {
  const server = await scriptedServer({});
  const sockets = () => process.getActiveResourcesInfo().filter((each) => /UDP|TCP/.test(each)).length;
  const before = sockets();
  for (const url of [server.udpUrl, server.tcpUrl]) {
    const off = new AbortController();
    const question = { name: ROOT, type: TYPE.NS };
    const asked = createAsk({ upstreams: [toUpstream(url)], patienceMs: 50, rounds: 2 }).ask(question, off.signal);
    off.abort(new Error('enough'));
    await assert.rejects(asked, /enough/);
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(sockets(), before);
  server.close();
});

test('a connection that is kept for the next query keeps no process alive', async () => {
  const server = await scriptedServer({ tcp: (query, socket) => socket.write(framed(answerTo(query))) });
  const asker = createAsk({ upstreams: [toUpstream(server.tcpUrl)], patienceMs: 50, rounds: 2 });
  const streams = () => process.getActiveResourcesInfo().filter((each) => each === 'TCPSocketWrap').length;
  const before = streams();
  await asker.ask({ name: ROOT, type: TYPE.NS }, AbortSignal.timeout(10_000));
  assert.equal(streams() - before, 1, "the server's end only");
  asker.close();
  server.close();
});
