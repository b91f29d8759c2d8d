import { concatBytes, latin1, parsed, reader, text, writer } from '../bytes/index.ts';
import {
  absent,
  closed,
  type Framer,
  frame,
  handover,
  isApplications,
  notTheProtocol,
  type Profile,
  refused,
  send,
  startTls,
  type Wrapping,
} from '../talk/index.ts';

const [TABULAR, LOGIN, PRELOGIN] = [4, 0x10, 0x12];
/** What each side makes of encryption; OFF protects the login, and goes back to plaintext behind it. */
const [OFF, ON, NOT_SUPPORTED, REQUIRED] = [0, 1, 2, 3];

/** The handshake is in packets like those before it, in both directions. */
const wrapping: Wrapping = {
  frame: (buffer) => packetFrame([PRELOGIN, TABULAR])(buffer),
  unwrap: (packet) => packet.subarray(HEAD),
  wrap(records) {
    const packets: Uint8Array[] = [];
    for (let at = 0; at < records.length; at += ROOM) {
      const isLast = at + ROOM >= records.length;
      packets.push(packetOf(PRELOGIN, records.subarray(at, at + ROOM), isLast));
    }
    return concatBytes(...packets);
  },
};

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
    yield* send(prelogin(PRELOGIN, ON));
    const answer = yield* frame(packetFrame([TABULAR]));
    switch (encryption(answer)) {
      case ON:
      case REQUIRED:
        return startTls;
      case OFF: // for everything but the login [V15]
        return refused('');
      case NOT_SUPPORTED:
        return absent('');
      default:
        return notTheProtocol(text(answer));
    }
  },

  *server(as) {
    const packet = yield* frame(packetFrame([PRELOGIN, LOGIN]));
    const [type] = packet;
    const wish = type === PRELOGIN ? encryption(packet) : NOT_SUPPORTED;
    if (wish === undefined) return notTheProtocol(text(packet));
    if ((wish === ON || wish === REQUIRED) && !as.secured) {
      yield* send(prelogin(TABULAR, ON));
      return startTls;
    }
    if (isApplications(as, type === PRELOGIN ? 'PRELOGIN' : 'LOGIN')) return handover(text(packet));
    yield* type === PRELOGIN ? send(prelogin(TABULAR, REQUIRED)) : send(DEMAND);
    return wish === OFF ? startTls : closed(text(packet)); // whoever wanted it for the login can do the rest too
  },
  unfollowed: 'the packet that asks for TLS opens the session with the server, and the handshake is carried in packets',
  speaksFirst: 'client',
  forgets: ['the version of the server', 'every option but encryption'],
};

const HEAD = 8;
const ROOM = 4096 - HEAD; // the size of a packet, before another is agreed upon

function packetOf(type: number, body: Uint8Array, isLast = true): Uint8Array {
  const head = writer()
    .uint8(type)
    .uint8(isLast ? 1 : 0)
    .uint16(HEAD + body.length);
  return concatBytes(head.uint32(0x00000100).finish(), body);
}

/** Frames a packet of these types. */
const packetFrame =
  (types: readonly number[]): Framer =>
  (buffer) => {
    const [type] = buffer;
    if (type !== undefined && !types.includes(type)) return -1; // [V14]
    if (buffer.length < 4) return 0;
    const length = reader(buffer, 2).uint16();
    return length < HEAD ? -1 : length;
  };

const [VERSION, ENCRYPTION, END] = [0, 1, 0xff];

/** A prelogin with as little in it as may be: a version, which is nobody's, and what we make of encryption. */
function prelogin(type: number, value: number): Uint8Array {
  const table = writer().uint8(VERSION).uint16(11).uint16(6).uint8(ENCRYPTION).uint16(17).uint16(1).uint8(END);
  return packetOf(type, table.uint32(0).uint16(0).uint8(value).finish());
}

/** What a prelogin says of encryption; `undefined` when it is none, or says nothing. */
function encryption(packet: Uint8Array): number | undefined {
  const body = packet.subarray(HEAD);
  const read = parsed(() => {
    for (const table = reader(body); ; ) {
      const token = table.uint8();
      if (token === END) return undefined;
      const [offset, length] = [table.uint16(), table.uint16()];
      if (token === ENCRYPTION) return length === 1 ? reader(body, offset).uint8() : undefined;
    }
  });
  return read.ok && read.value !== undefined && read.value <= REQUIRED ? read.value : undefined;
}

/** An error and the end, to whoever logs in at once: 17835 is a server's that insists on encryption. */
const DEMAND = demand('TLS is required: encryption in the prelogin first');

function demand(words: string): Uint8Array {
  const message = latin1([...words].map((each) => `${each}\0`).join(''));
  const little = (...values: readonly number[]) => values.flatMap((each) => [each & 0xff, each >> 8]);
  const fields = [...little(17835, 0), 1, 20, ...little(words.length), ...message, 0, 0, ...little(0, 0)];
  return packetOf(TABULAR, Uint8Array.of(0xaa, ...little(fields.length), ...fields, 0xfd, ...little(2, 0, 0, 0, 0, 0)));
}
