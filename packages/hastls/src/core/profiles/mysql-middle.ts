import { latin1 } from '../bytes/index.ts';
import {
  asServer,
  type Conversation,
  carry,
  closed,
  counted,
  type Framer,
  type Handover,
  hearFrom,
  type Mediation,
  type MediationOutcome,
  type Middle,
  type Party,
  refused,
  type ServerContext,
  tell,
  type Verdict,
} from '../talk/index.ts';

const CLIENT_SSL = 0x08; // of the second octet of capabilities
const [GREETING, OK, ERROR] = [10, 0, 0xff];
const OTHER: Readonly<Record<Party, Party>> = { client: 'backend', backend: 'client' };

/**
 * How MySQL and MariaDB are followed from the middle, up to where a client is in. The greeting is the backend's, with the
 * capability that we add; its salt is what the client's answer over TLS is made from. Packets count, and one that asked
 * for TLS was never heard by the backend: behind it each side counts differently until the client is in or out.
 */
export function mysqlMiddle(
  server: (as: ServerContext) => Conversation<Verdict | Handover, 'server'>,
  frame: Framer,
): Middle {
  function* mediate(as: ServerContext): Mediation<MediationOutcome> {
    if (as.greeted !== true) {
      const greeting = yield* hearFrom('backend', frame);
      const capabilities = placeOfCapabilities(greeting);
      if (greeting[4] === ERROR) {
        yield* tell('client', greeting); // it says what is the matter, and hangs up
        return closed('');
      }
      if (greeting[4] !== GREETING || capabilities === undefined) return refused('');
      yield* tell('client', withTls(greeting, capabilities + 1, as.secured !== true));
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
    if (from === 'backend' && (bytes[4] === OK || bytes[4] === ERROR)) return { kind: 'relay' };
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

/** Where a greeting has its capabilities: behind the version, the number of the connection, half the salt and a filler. */
function placeOfCapabilities(greeting: Uint8Array): number | undefined {
  const end = greeting.indexOf(0, 5);
  const at = end + 1 + 4 + 8 + 1;
  return end > 0 && at + 2 <= greeting.length ? at : undefined;
}

const HEAD = 4;
const LOGIN_HEAD = 8; // that, and capabilities
const lengthOf = ([low = 0, middle = 0, high = 0]: Uint8Array): number => low + (middle << 8) + (high << 16);

/** Frames the head of a packet, and the octet that tells what it is. One may be empty: an answer without a password. */
const headFrame: Framer = (buffer) => {
  const length = HEAD + Math.min(1, lengthOf(buffer));
  return buffer.length < HEAD || buffer.length < length ? 0 : length;
};

const loginFrame: Framer = (buffer) => {
  if (buffer.length < LOGIN_HEAD) return 0;
  return lengthOf(buffer) < LOGIN_HEAD - HEAD ? -1 : LOGIN_HEAD;
};
