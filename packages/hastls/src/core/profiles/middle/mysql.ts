import { latin1 } from '../../bytes/index.ts';
import {
  asServer,
  carry,
  closed,
  counted,
  type Framer,
  hearFrom,
  type Mediation,
  type MediationOutcome,
  type Middle,
  OTHER,
  type Party,
  type Profile,
  refused,
  type ServerContext,
  tell,
} from '../../talk/index.ts';
import { CLIENT_SSL, HEAD, lengthOf, packetFrame, readGreeting, TYPE } from '../wire/mysql.ts';

/**
 * How MySQL and MariaDB are followed from the middle, up to where a client is in. The greeting is the backend's, with the
 * capability that we add; its salt is what the client's answer over TLS is made from. Packets count, and one that asked
 * for TLS was never heard by the backend: behind it each side counts differently until the client is in or out.
 */
export function mysqlMiddle(server: Profile['server']): Middle {
  function* mediate(as: ServerContext): Mediation<MediationOutcome> {
    if (as.greeted !== true) {
      const greeting = yield* hearFrom('backend', packetFrame);
      const about = readGreeting(greeting);
      if (greeting[4] === TYPE.error) {
        yield* tell('client', greeting); // it says what is the matter, and hangs up
        return closed('');
      }
      if (about === undefined) return refused('');
      yield* tell('client', withTls(greeting, about.capabilities + 1, as.secured !== true));
    } else if (as.secured === true) return yield* loggingIn();
    const heard = yield* asServer(server({ ...as, greeted: true }));
    if (heard.kind !== 'plaintext') return heard;
    yield* tell('backend', latin1(heard.heard));
    return { kind: 'relay' };
  }
  return { mediate, secrets: ['LOGIN'], greetsOnce: true };
}

/** From the client's first packet over TLS to the backend's last word about it; of long ones the rest is only carried. */
function* loggingIn(): Mediation<MediationOutcome> {
  const login = yield* hearFrom('client', loginFrame);
  yield* pass('client', withTls(login, 5, false));
  for (;;) {
    const { from, bytes } = yield { do: 'hear', frames: { client: headFrame, backend: headFrame } };
    yield* pass(from, bytes);
    if (from === 'backend' && (bytes[4] === TYPE.ok || bytes[4] === TYPE.error)) return { kind: 'relay' };
  }
}

/** Passes a packet on of which this is the beginning, counted as the other one counts. */
function* pass(from: Party, begins: Uint8Array): Mediation<void> {
  const counts = begins.slice();
  counts[3] = ((begins[3] ?? 0) + (from === 'client' ? 0xff : 1)) & 0xff;
  yield* tell(OTHER[from], counts);
  const left = lengthOf(begins) + HEAD - begins.length;
  if (left > 0) yield* carry(from, counted(left));
}

/** The same with the capability for TLS, or without it. */
function withTls(packet: Uint8Array, at: number, isThere: boolean): Uint8Array {
  const changed = packet.slice();
  changed[at] = isThere ? (packet[at] ?? 0) | CLIENT_SSL : (packet[at] ?? 0) & ~CLIENT_SSL;
  return changed;
}

const LOGIN_HEAD = 8; // that of a packet, and capabilities

/** Frames the head of a packet, and the octet that tells what it is. One may be empty: an answer without a password. */
const headFrame: Framer = (buffer) => {
  const length = HEAD + Math.min(1, lengthOf(buffer));
  return buffer.length < HEAD || buffer.length < length ? 0 : length;
};

const loginFrame: Framer = (buffer) => {
  if (buffer.length < LOGIN_HEAD) return 0;
  return lengthOf(buffer) < LOGIN_HEAD - HEAD ? -1 : LOGIN_HEAD;
};
