import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Profile } from '#core/talk/index.js';

/** Somebody on the way who takes the server's readiness for TLS out of what it says. */
export interface Stripper {
  readonly port: number;
  /** Whether there was anything to take out. */
  stripped(): boolean;
  close(): Promise<void>;
}

/** Stands between our client and this port, and passes everything on but the one thing. */
export async function startStripper({ name }: Profile, to: number): Promise<Stripper> {
  const strip = STRIPS[name];
  if (strip === undefined) throw new Error(`how is the offer of ${name} taken out? Add a row`);
  let stripped = false;
  const sockets: Socket[] = [];
  const middle = createServer((client) => {
    const server = connect(to, '127.0.0.1');
    sockets.push(client, server);
    client.on('error', () => server.destroy()).pipe(server);
    server.on('error', () => client.destroy()).on('end', () => client.end());
    server.setEncoding('latin1').on('data', (said: string) => {
      const left = strip(said);
      stripped ||= left !== said;
      client.write(left, 'latin1');
    });
  }).listen(0, '127.0.0.1');
  await once(middle, 'listening');
  return {
    port: (middle.address() as AddressInfo).port, // as: it listens on TCP
    stripped: () => stripped,
    close: async () => {
      for (const each of sockets) each.destroy();
      await once(middle.close(), 'close');
    },
  };
}

type Strip = (said: string) => string;

const without =
  (offer: RegExp | string, instead: string): Strip =>
  (said) =>
    said.replaceAll(offer, instead);

const starttls = without(/starttls/gi, 'xxxxxxxx');
const CLIENT_SSL = 0x08; // in the upper octet of the lower capabilities

/** What a server says before TLS, a character for each octet, without its readiness. */
const STRIPS: Readonly<Record<string, Strip>> = {
  smtp: starttls,
  submission: starttls,
  lmtp: starttls,
  imap: starttls,
  sieve: starttls,
  nntp: starttls,
  'xmpp-client': starttls,
  'xmpp-server': starttls,
  pop3: without(/^STLS/gim, 'XXXX'),
  ftp: without(/AUTH TLS/g, 'XXXX XXX'),
  irc: without(/ 670 .*/g, ' 421 * STARTTLS :Unknown command\r'),
  ldap: without('\x0a\x01\0', '\x0a\x01\x02'), // success, and protocolError
  postgresql: without(/^S/g, 'N'),
  mysql(said) {
    const capabilities = said.indexOf('\0', 5) + 15; // behind the version: connection, half of the salt, a zero, an octet
    const octet = said.charCodeAt(capabilities) & ~CLIENT_SSL;
    return said.slice(0, capabilities) + String.fromCharCode(octet) + said.slice(capabilities + 1);
  },
  nats: without(/("tls_(?:required|available)"):true/g, '$1:false'),
  nbd: without('\0\0\0\x05\0\0\0\x01', '\0\0\0\x05\x80\0\0\x01'), // to STARTTLS: ACK, and ERR_UNSUP
  vnc: without('\x01\x13', '\x01\x01'), // a list of one type: VeNCrypt, and None
  rdp: without(/^(.{15})\x01/gs, '$1\0'), // the protocol chosen
};
