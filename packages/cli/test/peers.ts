import { once } from 'node:events';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { createAuthority, type Identity } from 'hastls/testing';

/** Servers to connect to, on loopback, and the records by which they are found. */
export interface Peers {
  /** PEM. */
  readonly ca: string;
  /** Records for the zone example.test. */
  readonly records: string;
  end(): Promise<void>;
}

/** How a peer meets an IMAP client: TLS at once, or one of three answers to STARTTLS. */
type Manner = 'implicit' | 'upgrades' | 'refuses' | 'says too much';

const HOSTS: readonly (readonly [host: string, manner: Manner, preference: 0 | 1])[] = [
  ['tls', 'implicit', 1],
  ['upgrade', 'upgrades', 1],
  ['refusing', 'refuses', 1],
  ['lenient', 'refuses', 0],
  ['attacked', 'says too much', 1],
];

export async function startPeers(): Promise<Peers> {
  const authority = createAuthority();
  const servers: net.Server[] = [];
  const records: string[] = [];
  for (const [host, manner, preference] of HOSTS) {
    const identity = authority.issue([`${host}.example.test`]);
    const server =
      manner === 'implicit'
        ? tls.createServer(identity, echo)
        : net.createServer((socket) => meet(socket, manner, identity));
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo; // it listens on TCP
    records.push(
      `${host} A 127.0.0.1`,
      `_imap._tcp.${host} HASTLS ${manner === 'implicit' ? 0 : port} ${port} ${preference}`,
    );
    if (host === 'tls') records.push('other A 127.0.0.1', `_imap._tcp.other HASTLS 0 ${port} 1`); // whose name it has not
  }
  return {
    ca: authority.certificate,
    records: ['down A 127.0.0.1', '_imap._tcp.down HASTLS 0 1 1', ...records].join('\n'),
    async end() {
      await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    },
  };
}

/** The little IMAP that leads to TLS. What follows, and what comes instead of it, is sent back as it came. */
function meet(socket: net.Socket, manner: Exclude<Manner, 'implicit'>, identity: Identity): void {
  socket.on('error', () => socket.destroy()).write('* OK ready\r\n');
  socket.on('data', function hear(heard: Buffer) {
    const [tag = '', command = ''] = heard.toString('latin1').trimEnd().split(' ');
    if (command === 'CAPABILITY') return socket.write(`* CAPABILITY IMAP4rev1 STARTTLS\r\n${tag} OK\r\n`);
    if (command !== 'STARTTLS') return socket.write(heard);
    if (manner === 'refuses') return socket.write(`${tag} NO not today\r\n`);
    socket.removeListener('data', hear);
    socket.write(`${tag} OK go\r\n${manner === 'says too much' ? '* OK [ALERT] trust me\r\n' : ''}`);
    if (manner === 'upgrades') echo(new tls.TLSSocket(socket, { isServer: true, ...identity }));
    return true;
  });
}

function echo(stream: Duplex): void {
  stream.on('error', () => stream.destroy()).pipe(stream);
}
