// The real commands, as an operator runs them, in a world of their own: certificates, and a signed zone that the tunnel asks.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createAuthority, createHierarchy, startDnsServer } from 'hastls/testing';

const BIN = fileURLToPath(new URL('../../packages/cli/dist/bin.js', import.meta.url));
const WEIGH = new URL('weigh.mjs', import.meta.url).href;
const DOORS = ['require', 'prefer', 'secrets', 'posts', 'implicit', 'refused', 'tunnel'];
const NOBODY = 1; // and nobody's it will be: it is not among the ports that systems give away

/** Starts gateway and tunnel in front of these backends. */
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
        records: `mx A 127.0.0.1\n_smtp._tcp.mx HASTLS ${doors.require} ${doors.require} 1`,
      },
    ],
  });
  const dns = await startDnsServer(hierarchy.answer);
  await writeFile(join(directory, 'anchors.txt'), `${hierarchy.anchorLines.join('\n')}\n`);
  await writeFile(join(directory, 'ca.pem'), authority.certificate);
  await writeFile(
    join(directory, 'tunnel.toml'),
    `[dns]\ntimeout_ms = 60000\nresolver = ["${dns.url}"]\nanchors = "anchors.txt"\n[[tunnel]]\nlisten = "127.0.0.1:${doors.tunnel}"
to = "smtp://mx.soak.test"\nca = "ca.pem"\n`,
  );
  const daemons = await Promise.all(['gateway', 'tunnel'].map((name) => startDaemon(name, directory)));
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

async function startDaemon(name, directory) {
  const argv = ['--expose-gc', '--import', WEIGH, BIN, name, '-c', join(directory, `${name}.toml`)];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
  const said = new Map(); // how often each kind of line was logged
  const lines = createInterface({ input: child.stderr });
  const waiting = [];
  lines.on('line', (text) => {
    const line = text.startsWith('{') ? JSON.parse(text) : { msg: text };
    const kind = line.msg === 'closed' && line.why !== undefined ? `closed: ${line.why}` : line.msg;
    said.set(kind, (said.get(kind) ?? 0) + 1);
    for (const each of waiting.splice(0)) each();
  });
  const logged = async (message) => {
    const heard = said.get(message) ?? 0;
    while ((said.get(message) ?? 0) === heard) {
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
      await new Promise((resolve) => waiting.push(resolve));
    }
  };
  await logged('ready');
  return {
    name,
    said,
    logged,
    /** How many lines have this beginning. */
    count: (start) => [...said].reduce((all, [kind, times]) => all + (kind.startsWith(start) ? times : 0), 0),
    signal: (which) => child.kill(which),
    descriptors: async () => (await readdir(`/proc/${child.pid}/fd`)).length,
    /** Its memory once garbage is collected, and how much of it is there that no file can give back. */
    async weigh() {
      child.send('weigh');
      const [{ heapUsed, external }] = await once(child, 'message');
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      const kilobytes = (name) => Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1]);
      return { used: heapUsed + external, resident: (kilobytes('RssAnon') + kilobytes('VmSwap')) * 1024 };
    },
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      return child.exitCode;
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
