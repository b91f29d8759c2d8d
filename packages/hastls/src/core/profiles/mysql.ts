import { latin1, text } from '../bytes/index.ts';
import {
  absent,
  clientHello,
  closed,
  frame,
  handover,
  isApplications,
  notTheProtocol,
  type Profile,
  type ServerContext,
  type ServerDialogue,
  send,
  startTls,
} from '../talk/index.ts';
import { mysqlMiddle } from './middle/mysql.ts';
import { mysqlStead } from './stead/mysql.ts';
import { CLIENT_SSL, greeting, packetFrame, packetOf, readGreeting, SSL_REQUEST, TYPE } from './wire/mysql.ts';

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
    const [, , , sequence, type] = packet;
    if (type === TYPE.error) return closed(text(packet.subarray(7))); // it has a number, and words
    const about = readGreeting(packet);
    if (sequence !== 0 || about === undefined) return notTheProtocol('');
    if (((packet[about.capabilities + 1] ?? 0) & CLIENT_SSL) === 0) return absent(about.version);
    yield* send(SSL_REQUEST);
    return startTls;
  },

  server,
  middle: mysqlMiddle(server),
  stead: mysqlStead,
  speaksFirst: 'client',
  forgets: ['the salt: authentication is asked for anew, with another', 'version', 'capabilities', 'the plugin named'],
};

function* server(as: ServerContext): ServerDialogue {
  if (!as.greeted) yield* send(greeting(as.nonce));
  const packet = yield* frame(packetFrame);
  const asksForTls = packet.length === SSL_REQUEST.length && ((packet[5] ?? 0) & CLIENT_SSL) !== 0;
  if (asksForTls && !as.secured) return yield* clientHello(); // which comes unasked [V5]
  if (!asksForTls && isApplications(as, 'LOGIN')) return handover(text(packet));
  const refusal = as.secured ? AGAIN : DEMAND;
  yield* send(packetOf((packet[3] ?? 0) + 1, latin1(refusal)));
  return closed('');
}

const DEMAND = '\xff\x57\x0c#HY000Connections using insecure transport are prohibited'; // 3159
const AGAIN = '\xff\x13\x04#08S01TLS is already active'; // 1043, a bad handshake
