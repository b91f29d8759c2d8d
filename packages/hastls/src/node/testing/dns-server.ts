import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { concatBytes } from '../../core/bytes/index.ts';
import { decodeMessage, encodeMessage, type Message, type ResourceRecord, TYPE } from '../../core/dns/index.ts';
import type { Identity } from './certificate.ts';
import type { Answerer } from './hierarchy.ts';

/** Where a DNS server listens. */
export interface DnsServerOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Whether TCP connections are answered; if not, they are closed at once. Default: true. */
  readonly tcp?: boolean;
  /** Speaks TLS over TCP, as this one. [RFC7858] Default: it speaks in clear. */
  readonly identity?: Identity;
}

/** A DNS server on UDP and TCP, on one port of 127.0.0.1. */
export interface DnsServer {
  readonly port: number;
  /** As a resolver's address: `udp://127.0.0.1:PORT`, or `tls://127.0.0.1:PORT`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves what answers questions to whoever asks on loopback. */
export async function startDnsServer(answer: Answerer, options: DnsServerOptions = {}): Promise<DnsServer> {
  const { port: wanted = 0, tcp = true, identity } = options;
  const sockets = new Set<Socket>();
  const meet = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    if (tcp) answerStream(socket, answer);
    else socket.destroy();
  };
  const streams = identity === undefined ? createServer(meet) : createTlsServer(identity, meet);
  const { datagrams, port } = await bindBoth(streams, wanted);
  datagrams.on('message', (query, from) => {
    const reply = replyTo(query, answer, 'datagram');
    if (reply !== undefined) datagrams.send(reply, from.port, from.address);
  });
  return {
    port,
    url: `${identity === undefined ? 'udp' : 'tls'}://${LOOPBACK}:${port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all([
        new Promise<void>((done) => streams.close(() => done())),
        new Promise<void>((done) => datagrams.close(done)),
      ]);
    },
  };
}

const LOOPBACK = '127.0.0.1';
const MIN_UDP = 512;
const MAX_TRIES = 20;

/** One number for both: a free TCP port whose UDP twin is taken is given back. */
async function bindBoth(streams: Server, wanted: number): Promise<{ datagrams: UdpSocket; port: number }> {
  for (let tries = 1; ; tries++) {
    streams.listen(wanted, LOOPBACK);
    await once(streams, 'listening');
    const { port } = streams.address() as AddressInfo; // a TCP server's address is never a path
    const datagrams = createSocket('udp4');
    try {
      datagrams.bind(port, LOOPBACK);
      await once(datagrams, 'listening');
      return { datagrams, port };
    } catch (error) {
      datagrams.close();
      streams.close();
      await once(streams, 'close');
      if (wanted !== 0 || tries === MAX_TRIES) throw error;
    }
  }
}

/** Messages over TCP have their length before them. [RFC7766 §8] */
function answerStream(socket: Socket, answer: Answerer): void {
  let held: Uint8Array = new Uint8Array();
  socket.on('data', (chunk) => {
    held = concatBytes(held, chunk);
    for (;;) {
      const length = 2 + (((held[0] ?? 0) << 8) | (held[1] ?? 0));
      if (held.length < Math.max(length, 2)) return;
      const reply = replyTo(held.subarray(2, length), answer, 'stream');
      if (reply !== undefined) socket.write(concatBytes(Uint8Array.of(reply.length >> 8, reply.length), reply));
      held = held.subarray(length);
    }
  });
}

/** Nothing for what is no query, and nothing when the answerer is silent. */
function replyTo(query: Uint8Array, answer: Answerer, over: 'datagram' | 'stream'): Uint8Array | undefined {
  const asked = decodeMessage(query);
  const [question] = asked.ok ? asked.value.questions : [];
  if (!asked.ok || question === undefined) return undefined;
  const message = answer(question);
  if (message === undefined) return undefined;
  const { id, flags, edns } = asked.value;
  const { edns: own, ...plain } = edns?.dnssecOk ? message : withoutDnssec(message, question.type);
  const size = over === 'stream' ? undefined : Math.max(edns?.udpSize ?? MIN_UDP, MIN_UDP);
  return encodeMessage(
    {
      ...plain,
      id,
      flags: { ...message.flags, recursionDesired: flags.recursionDesired, checkingDisabled: flags.checkingDisabled },
      ...(edns && own && { edns: own }),
    },
    size,
  );
}

/** What whoever did not set DO is told. [RFC3225 §3] */
function withoutDnssec(message: Message, asked: number): Message {
  const stays = ({ type }: ResourceRecord) => type === asked || !DNSSEC_TYPES.has(type);
  return {
    ...message,
    answers: message.answers.filter(stays),
    authorities: message.authorities.filter(stays),
  };
}

const DNSSEC_TYPES: ReadonlySet<number> = new Set([TYPE.RRSIG, TYPE.NSEC, TYPE.NSEC3]);
