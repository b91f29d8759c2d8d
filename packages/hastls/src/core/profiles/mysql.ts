import { concatBytes, fromHex, latin1, text } from '../bytes/index.ts';
import {
  absent,
  type Conversation,
  clientHello,
  closed,
  frame,
  type Handover,
  handover,
  isApplications,
  NONCE_OCTETS,
  notTheProtocol,
  type Profile,
  type ServerContext,
  send,
  startTls,
  type Verdict,
} from '../talk/index.ts';
import { mysqlMiddle } from './mysql-middle.ts';

const CLIENT_SSL = 0x08; // of the second octet of capabilities
/** Sequence 1; capabilities that every server with TLS has, packets up to 16 MiB, utf8; no user yet. */
const SSL_REQUEST = fromHex(`2000000185ae7f000000000121${'00'.repeat(23)}`);

/**
 * MySQL and MariaDB. The server greets in clear, and never again: who needs the salt of the greeting has to change it
 * over TLS. The client asks for TLS and begins with it at once, as there is no answer.
 */
export const mysql: Profile = {
  name: 'mysql',
  service: 'mysql',
  ports: { plain: [3306], tls: [] },
  specs: ['MySQL client/server protocol, connection phase'],

  *client() {
    const packet = yield* frame(packetFrame);
    const [, , , sequence, version] = packet;
    if (version === 0xff) return closed(text(packet.subarray(7))); // an error: it has a number, and words
    const end = packet.indexOf(0, 5);
    const capabilities = end + 1 + 4 + 8 + 1; // behind the number of the connection, the salt and a filler
    if (sequence !== 0 || version !== 10 || end < 0 || packet.length < capabilities + 2) return notTheProtocol('');
    if (((packet[capabilities + 1] ?? 0) & CLIENT_SSL) === 0) return absent(text(packet.subarray(5, end)));
    yield* send(SSL_REQUEST);
    return startTls;
  },

  server,
  middle: mysqlMiddle(server, packetFrame),
  speaksFirst: 'client',
  forgets: ['the salt: authentication is asked for anew, with another', 'version', 'capabilities', 'the plugin named'],
};

function* server(as: ServerContext): Conversation<Verdict | Handover, 'server'> {
  if (!as.greeted) yield* send(greeting(as.nonce ?? new Uint8Array(NONCE_OCTETS)));
  const packet = yield* frame(packetFrame);
  const asksForTls = packet.length === SSL_REQUEST.length && ((packet[5] ?? 0) & CLIENT_SSL) !== 0;
  if (asksForTls && !as.secured) return yield* clientHello(); // which comes unasked [V5]
  if (!asksForTls && isApplications(as, 'LOGIN')) return handover(text(packet));
  const refusal = as.secured ? AGAIN : DEMAND;
  yield* send(packetOf((packet[3] ?? 0) + 1, latin1(refusal)));
  return closed('');
}

/** Frames a packet: three octets of length, the lowest first, and one that counts. */
function packetFrame([low, middle = 0, high = 0, sequence]: Uint8Array): number {
  return low === undefined || sequence === undefined ? 0 : 4 + low + (middle << 8) + (high << 16);
}

/** A packet of less than 256 octets. */
const packetOf = (sequence: number, body: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(body.length, 0, 0, sequence), body);

/** A greeting with a salt of 20 octets in two parts, none of them a zero. */
function greeting(nonce: Uint8Array): Uint8Array {
  const salt = nonce.map((octet) => 1 + (octet % 127));
  return packetOf(
    0,
    concatBytes(
      latin1('\x0a8.0.0\0\x01\0\0\0'),
      salt.subarray(0, 8),
      fromHex('0009aa21020008001500000000000000000000'), // capabilities, among them TLS; utf8; autocommit; 21 octets of salt
      salt.subarray(8, NONCE_OCTETS),
      latin1('\0mysql_native_password\0'),
    ),
  );
}
const DEMAND = '\xff\x57\x0c#HY000Connections using insecure transport are prohibited'; // 3159
const AGAIN = '\xff\x13\x04#08S01TLS is already active'; // 1043, a bad handshake
