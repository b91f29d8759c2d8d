// The world of the daemons: their files, certificates, and a signed zone that the tunnel asks.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, createHierarchy, startDnsServer } from 'hastls/testing';
import { startDaemon } from './daemon.mjs';

const DOORS = ['require', 'prefer', 'secrets', 'posts', 'implicit', 'refused', 'mailTunnel', 'postTunnel'];
const NOBODY = 1; // and nobody's it will be: it is not among the ports that systems give away

/** Starts gateway and tunnel in front of these backends. `certify` gives the gateway a new certificate, whole or broken. */
export async function startDaemons(behind) {
  const directory = await mkdtemp(join(tmpdir(), 'hastls-soak-'));
  const authority = createAuthority();
  const doors = Object.fromEntries(await Promise.all(DOORS.map(async (name) => [name, await freePort()])));
  const certify = async (isWhole = true) => {
    const { cert, key } = authority.issue(['mx.soak.test']);
    await writeFile(join(directory, 'chain.pem'), cert);
    await writeFile(join(directory, 'key.pem'), isWhole ? key : 'no key');
  };
  await certify();
  const door = (name, backend, ...more) =>
    `[[gateway]]\nlisten = "127.0.0.1:${doors[name]}"\nbackend = "127.0.0.1:${backend}"\n${more.join('\n')}\n`;
  await writeFile(
    join(directory, 'gateway.toml'),
    `workers = 1\n[defaults]\ncertificates = [{ cert = "chain.pem", key = "key.pem" }]\n${[
      door('require', behind.mail, 'protocol = "smtp"', 'mode = "require"'),
      door('prefer', behind.mail, 'protocol = "smtp"', 'mode = "prefer"'),
      door('secrets', behind.post, 'protocol = "pop3"', 'mode = "require-for"'),
      door('posts', behind.post, 'protocol = "pop3"', 'mode = "implicit"'),
      door('implicit', behind.raw, 'mode = "implicit"'),
      door('refused', NOBODY, 'protocol = "smtp"', 'mode = "prefer"'),
    ].join('')}`,
  );
  const hierarchy = createHierarchy({
    at: Math.floor(Date.now() / 1000),
    zones: [
      { apex: '.' },
      { apex: 'test.' },
      {
        apex: 'soak.test.',
        records: `mx A 127.0.0.1
_smtp._tcp.mx HASTLS ${doors.require} ${doors.require} 1
_pop3._tcp.mx HASTLS 0 ${doors.posts} 1`,
      },
    ],
  });
  const dns = await startDnsServer(hierarchy.answer);
  await writeFile(join(directory, 'anchors.txt'), `${hierarchy.anchorLines.join('\n')}\n`);
  await writeFile(join(directory, 'ca.pem'), authority.certificate);
  await writeFile(
    join(directory, 'tunnel.toml'),
    `[dns]
resolver = ["${dns.url}"]
anchors = "anchors.txt"
timeout_ms = 60000 # the server is this process, which may be busy
[[tunnel]]
listen = "127.0.0.1:${doors.mailTunnel}"
to = "smtp://mx.soak.test"
ca = "ca.pem"
[[tunnel]]
listen = "127.0.0.1:${doors.postTunnel}"
to = "pop3://mx.soak.test"
ca = "ca.pem"
`,
  );
  const daemons = await Promise.all(
    ['gateway', 'tunnel'].map((name) => startDaemon(name, join(directory, `${name}.toml`))),
  );
  return {
    doors,
    ca: authority.certificate,
    daemons,
    certify,
    async stop() {
      await Promise.all(daemons.map((each) => each.stop()));
      await dns.close();
      await rm(directory, { recursive: true });
    },
  };
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await once(server.close(), 'close');
  return port;
}
