import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { ownerName, rdataToText } from 'hastls/dns';
import { readAnchors } from 'hastls/dnssec';
import { createResolver } from 'hastls/resolve';
import type { Host } from '../../dist/lab/host.js';
import { type Lab, startLab } from '../../dist/lab/lab.js';

let lab: Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.close());

const honest = (kind: string): readonly Host[] =>
  lab.hosts.filter((host) => host.kind.name === kind && host.signed && host.tampering === undefined);

/** Says what a user would say, and gives what came back. */
async function visit(socket: Socket, { application }: Host): Promise<readonly string[]> {
  const replies: string[] = [];
  socket.setEncoding('latin1');
  for (const { say, hears } of application.visit('open sesame')) {
    socket.write(`${say}\r\n`);
    let heard = '';
    while (!hears.test(heard)) heard += (await once(socket, 'data', { signal: AbortSignal.timeout(2000) }))[0];
    replies.push(heard);
  }
  socket.destroy();
  return replies;
}

test('[R6] every protocol of the lab can be used in plaintext where its server has plaintext only', async () => {
  assert.equal(honest('sio').length, 5);
  for (const host of honest('sio')) {
    const socket = connect(host.ports.plain ?? 0, '127.0.0.1');
    await once(socket, 'data');
    assert.equal((await visit(socket, host)).length, 3);
    assert.match(Buffer.from(host.heard()).toString('latin1'), /open sesame|AHVzZXIAb3BlbiBzZXNhbWU=/);
    host.forget();
    assert.equal(host.heard().length, 0);
  }
});

test('every protocol of the lab can be used over TLS on a port of its own, and nobody overhears it', async () => {
  assert.equal(honest('sso').length, 5);
  for (const host of honest('sso')) {
    const port = host.ports.tls ?? 0;
    const socket = connectTls({ port, host: '127.0.0.1', servername: host.name, ca: lab.authority });
    await once(socket, 'data');
    assert.equal((await visit(socket, host)).length, 3);
    assert.doesNotMatch(Buffer.from(host.heard()).toString('latin1'), /open sesame|AHVzZXIAb3BlbiBzZXNhbWU=/);
  }
});

const ask = async (resolver: string, host: Host) => {
  const anchors = readAnchors(lab.anchors.join('\n'));
  assert.ok(anchors.ok);
  const resolving = createResolver({ servers: [resolver], anchors: anchors.value, timeoutMs: 2000 });
  try {
    return await resolving.lookup(ownerName(host.profile.service, host.name), 'HASTLS');
  } finally {
    resolving.close();
  }
};

test('[R34] what a host of the lab promises can be proven', async () => {
  for (const host of lab.hosts.filter(({ application }) => application.name === 'imap')) {
    const answer = await ask(lab.resolver, host);
    assert.equal(answer.proof, host.signed ? 'secure' : 'insecure');
    assert.deepEqual(
      answer.records.map(({ type, rdata }) => rdataToText(type, rdata)),
      host.promise,
    );
  }
});

test('[A23] no resolver of the lab that lies gets its lie proven', async () => {
  const [host] = honest('ssb-minds');
  assert.ok(host);
  const proofs = await Promise.all(
    lab.liars.map(async ({ deception, resolver }) => [deception.name, (await ask(resolver, host)).proof]),
  );
  assert.deepEqual(Object.fromEntries(proofs), {
    strip: 'indeterminate',
    spoil: 'bogus',
    forge: 'bogus',
    deny: 'bogus',
    replay: 'bogus',
    servfail: 'indeterminate',
    silent: 'indeterminate',
  });
});
