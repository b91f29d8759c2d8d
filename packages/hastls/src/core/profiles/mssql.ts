import { text } from '../bytes/index.ts';
import {
  absent,
  closed,
  frame,
  handover,
  isApplications,
  notTheProtocol,
  type Profile,
  refused,
  send,
  startTls,
} from '../talk/index.ts';
import { mssqlStead } from './stead/mssql.ts';
import { ENCRYPTION, encryptionOf, errorPacket, PACKET, packetFrame, prelogin, wrapping } from './wire/mssql.ts';

/**
 * Databases, up to TDS 7.4. Before all else both sides say what they make of encryption; only the answers that protect
 * the whole dialogue are taken for an agreement. TDS 8 begins with TLS: `mssql-strict`.
 */
export const mssql: Profile = {
  name: 'mssql',
  service: 'ms-sql-s',
  ports: { plain: [1433], tls: [] },
  specs: ['MS-TDS §2.2.6.5', 'MS-TDS §3.2.5'],
  wrapping,

  *client() {
    yield* send(prelogin(PACKET.prelogin, ENCRYPTION.on));
    const answer = yield* frame(packetFrame(PACKET.tabular));
    switch (encryptionOf(answer)) {
      case ENCRYPTION.on:
      case ENCRYPTION.required:
        return startTls;
      case ENCRYPTION.off: // for everything but the login [V15]
        return refused('');
      case ENCRYPTION.notSupported:
        return absent('');
      default:
        return notTheProtocol(text(answer));
    }
  },

  *server(as) {
    const packet = yield* frame(packetFrame(PACKET.prelogin, PACKET.login));
    const isPrelogin = packet[0] === PACKET.prelogin;
    const wish = isPrelogin ? encryptionOf(packet) : ENCRYPTION.notSupported;
    if (wish === undefined) return notTheProtocol(text(packet));
    if ((wish === ENCRYPTION.on || wish === ENCRYPTION.required) && !as.secured) {
      yield* send(prelogin(PACKET.tabular, ENCRYPTION.on));
      return startTls;
    }
    if (isApplications(as, isPrelogin ? 'PRELOGIN' : 'LOGIN')) return handover(text(packet));
    yield* send(isPrelogin ? prelogin(PACKET.tabular, ENCRYPTION.required) : DEMAND);
    return wish === ENCRYPTION.off ? startTls : closed(text(packet)); // whoever wanted it for the login can do the rest too
  },
  stead: mssqlStead,
  unfollowed: 'the packet that asks for TLS opens the session with the server, and the handshake is carried in packets',
  speaksFirst: 'client',
  forgets: ['the version of the server', 'every option but encryption'],
};

/** To whoever logs in at once: 17835 is a server's that insists on encryption. */
const DEMAND = errorPacket(17835, 'TLS is required: encryption in the prelogin first');
