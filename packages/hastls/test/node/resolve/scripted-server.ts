import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, isIPv6, type Server, type Socket } from 'node:net';
import { decodeMessage, encodeMessage, type Message } from '#core/dns/index.js';
import { createUnframer } from '#node/resolve/framing.js';

/** What a scripted server does with a query; `attempt` counts from 1. */
export interface Script {
  udp?(query: Message, send: (octets: Uint8Array) => void, attempt: number): void;
  tcp?(query: Message, socket: Socket, attempt: number): void;
}

export interface ScriptedServer {
  readonly port: number;
  readonly udpUrl: string;
  readonly tcpUrl: string;
  /** Queries as they came: over which transport, from which port. */
  readonly heard: { readonly over: 'udp' | 'tcp'; readonly from: number; readonly query: Message }[];
  close(): void;
}

/** A server on loopback that says just what its script says, however wrong; without a script it is silent. */
export async function scriptedServer(script: Script, address = '127.0.0.1'): Promise<ScriptedServer> {
  const heard: ScriptedServer['heard'] = [];
  const sockets = new Set<Socket>();
  const count = (over: 'udp' | 'tcp') => heard.filter((each) => each.over === over).length;
  const streams = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const unframe = createUnframer();
    socket.on('data', (chunk) => {
      for (const octets of unframe(chunk)) {
        const query = toMessage(octets);
        heard.push({ over: 'tcp', from: socket.remotePort ?? 0, query });
        script.tcp?.(query, socket, count('tcp'));
      }
    });
  });
  const host = isIPv6(address) ? `[${address}]` : address;
  const { datagrams, port } = await bindBoth(streams, address);
  datagrams.on('message', (octets, { port: from }) => {
    const query = toMessage(octets);
    heard.push({ over: 'udp', from, query });
    script.udp?.(query, (reply) => datagrams.send(reply, from, address), count('udp'));
  });
  return {
    port,
    udpUrl: `udp://${host}:${port}`,
    tcpUrl: `tcp://${host}:${port}`,
    heard,
    close() {
      for (const socket of sockets) socket.destroy();
      streams.close();
      datagrams.close();
    },
  };
}

/** One number for both: a free TCP port whose UDP twin is taken is given back. */
async function bindBoth(streams: Server, address: string): Promise<{ datagrams: UdpSocket; port: number }> {
  for (;;) {
    streams.listen(0, address);
    await once(streams, 'listening');
    const { port } = streams.address() as AddressInfo; // a TCP server's address is never a path
    const datagrams = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    try {
      datagrams.bind(port, address);
      await once(datagrams, 'listening');
      return { datagrams, port };
    } catch {
      datagrams.close();
      await once(streams.close(), 'close');
    }
  }
}

/** The answer "no such data" to a query, with whatever is to be different. */
export const answerTo = (query: Message, different: Partial<Message> = {}): Message => ({
  ...query,
  flags: { ...query.flags, response: true, recursionAvailable: true },
  edns: { udpSize: 1232, dnssecOk: true, version: 0, options: [] },
  ...different,
});

export const octetsOf = (message: Message): Uint8Array => encodeMessage(message);

export const framed = (message: Message): Uint8Array => {
  const octets = octetsOf(message);
  return Buffer.concat([Uint8Array.of(octets.length >> 8, octets.length), octets]);
};

function toMessage(octets: Uint8Array): Message {
  const decoded = decodeMessage(octets);
  if (!decoded.ok) throw new Error(`our own query cannot be read: ${decoded.why}`);
  return decoded.value;
}
