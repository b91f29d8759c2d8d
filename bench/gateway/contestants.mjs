// Who is measured: each as its operators would set it up for speed, one thread, on loopback, unprivileged. haproxy and
// nginx have their buffers at 256 KiB, except where idle connections are weighed; stunnel's cannot be set.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missing, pathOf } from '../../packages/hastls/.test/live/peers/commands.js';
import { start } from '../../packages/hastls/.test/live/peers/peer.js';
import { alone, PROXY_CORE } from './process.mjs';

const HASTLS = fileURLToPath(new URL('../../packages/cli/dist/bin.js', import.meta.url));
const BUFFER = 256 * 1024;
const MANY = 9000; // clients; each has a connection to the backend too
const STREAM = '/usr/lib/nginx/modules/ngx_stream_module.so';

/**
 * Each says which program it is, what it cannot do without, whether it can begin in-band, and how it is set up: `doors`
 * are the ports it listens on, by certificate, and `mail`, where mail clients come to TLS; `behind` those of the backend.
 */
export const CONTESTANTS = [
  {
    name: 'hastls',
    inBand: true,
    needs: { packages: 'nodejs', commands: [] },
    file: 'gateway.toml',
    config: ({ doors, behind, certificates }) => {
      const gateway = (port, { chain, key }, backend, mode) => `[[gateway]]
listen = "127.0.0.1:${port}"
backend = "127.0.0.1:${backend}"
certificates = [{ cert = "${chain}", key = "${key}" }]
connections = ${MANY}
connections_per_address = ${MANY}
${mode}
`;
      return `log.level = "error"
workers = 1
${gateway(doors.ecdsa, certificates.ecdsa, behind.raw, 'mode = "implicit"')}
${gateway(doors.rsa, certificates.rsa, behind.raw, 'mode = "implicit"')}
${gateway(doors.mail, certificates.ecdsa, behind.mail, 'protocol = "smtp"\nmode = "require"')}`;
    },
    argv: (file) => [process.execPath, '--single-threaded-gc', HASTLS, 'gateway', '-c', file], // as each of several workers is
  },
  {
    name: 'stunnel',
    inBand: true,
    needs: { packages: 'stunnel4', commands: ['stunnel4'] },
    file: 'stunnel.conf',
    config: ({ doors, behind, certificates }) => {
      const service = (name, port, { chain, key }, backend, more = '') => `[${name}]
accept = 127.0.0.1:${port}
connect = 127.0.0.1:${backend}
cert = ${chain}
key = ${key}
${more}`;
      return `foreground = yes
pid =
syslog = no
debug = err
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1
${service('ecdsa', doors.ecdsa, certificates.ecdsa, behind.raw)}
${service('rsa', doors.rsa, certificates.rsa, behind.raw)}
${service('mail', doors.mail, certificates.ecdsa, behind.mail, 'protocol = smtp\n')}`;
    },
    argv: (file) => [pathOf('stunnel4'), file],
  },
  {
    name: 'haproxy',
    inBand: false,
    needs: { packages: 'haproxy', commands: ['haproxy'] },
    file: 'haproxy.cfg',
    config: ({ doors, behind, certificates, idle }) => `global
  maxconn ${MANY}
  nbthread 1
${idle ? '' : `  tune.bufsize ${BUFFER}\n`}defaults
  mode tcp
  timeout connect 10s
  timeout client 10m
  timeout server 10m
  maxconn ${MANY}
  default_backend behind
frontend ecdsa
  bind 127.0.0.1:${doors.ecdsa} ssl crt ${certificates.ecdsa.both}
frontend rsa
  bind 127.0.0.1:${doors.rsa} ssl crt ${certificates.rsa.both}
backend behind
  server only 127.0.0.1:${behind.raw}
`,
    argv: (file) => [pathOf('haproxy'), '-q', '-db', '-f', file],
  },
  {
    name: 'nginx',
    inBand: false,
    needs: { packages: 'nginx libnginx-mod-stream', commands: ['nginx'], files: [STREAM] },
    file: 'nginx.conf',
    config: ({ directory, doors, behind, certificates, idle }) => {
      const server = (port, { chain, key }) => `  server {
    listen 127.0.0.1:${port} ssl backlog=4096;
    ssl_certificate ${chain};
    ssl_certificate_key ${key};
    proxy_pass 127.0.0.1:${behind.raw};
  }`;
      return `load_module ${STREAM};
daemon off;
master_process off;
pid ${join(directory, 'nginx.pid')};
error_log ${join(directory, 'nginx.log')} crit;
events { worker_connections ${2 * MANY}; }
stream {
  ssl_protocols TLSv1.2 TLSv1.3;
${idle ? '' : `  proxy_buffer_size ${BUFFER};\n`}${server(doors.ecdsa, certificates.ecdsa)}
${server(doors.rsa, certificates.rsa)}
}
`;
    },
    argv: (file) => [pathOf('nginx'), '-e', '/dev/null', '-c', file],
  },
];

/** Why somebody cannot be measured here; undefined: nothing stands against it. */
export function whyNot({ needs }) {
  const file = needs.files?.find((each) => !existsSync(each));
  return missing(needs) ?? (file && `needs ${file} (apt install ${needs.packages})`);
}

/** Starts one, on a core of its own. */
export async function startContestant(contestant, setting) {
  const file = join(setting.directory, contestant.file);
  await writeFile(file, contestant.config(setting));
  const [command, ...args] = alone(PROXY_CORE, contestant.argv(file));
  const { pid, stop } = await start({
    name: contestant.name,
    command,
    args,
    isReady: () => listens(setting.doors.ecdsa),
  });
  return { ...contestant, pid, stop, doors: setting.doors };
}

/** Whether somebody accepts connections on this port. */
export const listens = (port) =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
