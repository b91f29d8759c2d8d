/**
 * Clients that know no TLS, of protocols in which a person sees seldom what a server says, behind a tunnel that has no way
 * for them: each shows its user why, in words that lead to the tunnel's log.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createTunnel } from 'hastls/serve';
import { createHierarchy, startDnsServer } from 'hastls/testing';
import { type Need, run } from './peers/commands.ts';
import { onDisplay } from './peers/desktops.ts';
import { live } from './peers/stage.ts';

interface Row {
  readonly peer: string;
  readonly need: Need;
  readonly scheme: string;
  /** What its user sees before the code of the error. */
  readonly sorry: string;
  visit(port: number, home: string): Promise<string>;
}

const row = (
  peer: string,
  packages: string,
  scheme: string,
  sorry: string,
  words: (port: number) => readonly [command: string, ...args: string[]],
): Row => ({
  peer,
  need: { packages, commands: [words(0)[0]] },
  scheme,
  sorry,
  visit: (port) => run(...words(port)),
});
const python = (...lines: readonly string[]): readonly [string, ...string[]] => [
  '/usr/bin/python3',
  '-W',
  'ignore',
  '-c',
  lines.join('\n'),
];

const NATS_CLIENT = [
  'import ctypes, sys',
  "lib = ctypes.CDLL('libnats.so.3.4')",
  'options, connection = ctypes.c_void_p(), ctypes.c_void_p()',
  'lib.natsOptions_Create(ctypes.byref(options))',
  'lib.natsOptions_SetAllowReconnect(options, False)',
  'lib.nats_GetLastError.restype = ctypes.c_char_p',
];

const rows: readonly Row[] = [
  row('mariadb', 'mariadb-client', 'mysql', 'ERROR 1040 \\(08004\\): ', (port) => [
    ...(['mariadb', '--no-defaults', '--protocol=TCP', '--host=127.0.0.1', `--port=${port}`] as const),
    ...['--user=joe', '--skip-ssl', '--execute=DO 1'],
  ]),
  row('pymysql', 'python3-pymysql', 'mysql', '\\(1040, "', (port) =>
    python('import pymysql', `pymysql.connect(host='127.0.0.1', port=${port}, user='joe', password='secret')`),
  ),
  row('tsql', 'freetds-bin', 'mssql', 'Msg 40613 [^"]*"', (port) => [
    ...(['tsql', '-H', '127.0.0.1', '-p', `${port}`, '-U', 'joe', '-P', 'secret'] as const),
  ]),
  row('libnats', 'libnats3.4', 'nats', '', (port) =>
    python(
      ...NATS_CLIENT,
      `lib.natsOptions_SetURL(options, b'nats://127.0.0.1:${port}')`,
      'lib.natsConnection_Connect(ctypes.byref(connection), options)',
      'sys.exit(lib.nats_GetLastError(None).decode())',
    ),
  ),
  row('nbd-client', 'nbd-client', 'nbd', 'Server said: ', (port) => ['nbd-client', '-l', '127.0.0.1', `${port}`]),
  row('qemu-img', 'qemu-utils', 'nbd', 'server reported: ', (port) => ['qemu-img', 'info', `nbd://127.0.0.1:${port}`]),
  row('amqp-publish', 'amqp-tools', 'amqp', 'server connection error 320, message: ', (port) => [
    ...(['amqp-publish', '-s', '127.0.0.1', '--port', `${port}`, '-r', 'x', '-b', 'y'] as const),
  ]),
  ...['', 'joe:secret@'].map((login) =>
    row(
      login === '' ? 'proton' : 'proton, which logs in',
      'python3-qpid-proton',
      'amqp',
      "Condition\\('amqp:connection:forced', [\"']",
      (port) =>
        python('from proton.utils import BlockingConnection', `BlockingConnection('amqp://${login}127.0.0.1:${port}')`),
    ),
  ),
  row('dig', 'bind9-dnsutils', 'domain', 'EDE: 14 \\(Not Ready\\): \\(', (port) => [
    ...(['dig', '@127.0.0.1', '-p', `${port}`, '+tcp', '+tries=1', 'a.example', 'A'] as const),
  ]),
  row('curl', 'curl', 'http', '', (port) => [
    ...(['curl', '-sS', '--fail-with-body', `http://127.0.0.1:${port}/`] as const),
  ]),
  {
    peer: 'xtigervncviewer',
    need: { packages: 'tigervnc-viewer tigervnc-standalone-server', commands: ['xtigervncviewer', 'Xtigervnc'] },
    scheme: 'vnc',
    sorry: 'Authentication failure: ',
    visit: (port, home) =>
      onDisplay((display) =>
        run(
          ...(['env', `DISPLAY=${display}`, `HOME=${home}`, 'xtigervncviewer', '-SecurityTypes=None'] as const),
          ...['-AlertOnFatalError=0', '-ReconnectOnError=0', `127.0.0.1::${port}`],
        ),
      ),
  },
];

for (const { peer, need, scheme, sorry, visit } of rows)
  live(`[R26] ${peer} shows why a tunnel turns it away (${scheme})`, [need], async (stage) => {
    const { answer, anchors } = createHierarchy({
      at: Math.floor(Date.now() / 1000),
      zones: [{ apex: '.' }, { apex: 'test.', records: promise(scheme) }],
    });
    const dns = await startDnsServer(answer);
    const tunnel = createTunnel({ to: `${scheme}://host.test`, connect: { dns: { servers: [dns.url], anchors } } });
    tunnel.listen(0, '127.0.0.1');
    await once(tunnel, 'listening');
    try {
      const { port } = tunnel.address() as AddressInfo; // it listens on TCP
      const said = await visit(port, stage.home).catch(String);
      assert.match(said, new RegExp(`${sorry}ERR_HASTLS_POLICY: ${scheme}://host\\.test`));
    } finally {
      tunnel.close();
      await dns.close();
    }
  });

/** There is no TLS. */
function promise(scheme: string): string {
  const label = ({ mssql: 'ms-sql-s', vnc: 'rfb' } as Record<string, string>)[scheme] ?? scheme;
  return `host A 127.0.0.1\n_${label}._tcp.host HASTLS 1 0 0`;
}
