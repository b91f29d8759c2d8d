import { concatBytes, latin1, parsed, reader, writer } from '../../bytes/index.ts';
import { closed, type Framer, frame, notTheProtocol, type Stead, send } from '../../talk/index.ts';

const [CONNECT, ANSWER] = [0x10, 0x20];
/** "Server unavailable", before version 5 and since. [MQTT 3.1.1 §3.2.2.3] [MQTT 5.0 §3.2.2.2] */
const UNAVAILABLE = { old: 0x03, new: 0x88 };
const REASON = 0x1f; // the property that holds words; there were none before version 5
const MOST = 100; // all lengths of the answer in one octet each

/** The answer to a connection's first packet, in the version that it names. */
export const mqttStead: Stead = {
  *turnAway(why) {
    const version = versionOf(yield* frame(connectFrame));
    if (version === undefined) return notTheProtocol('');
    const words = latin1(why.slice(0, MOST));
    const reason = writer().uint8(REASON).uint16(words.length).bytes(words).finish();
    const answer =
      version < 5
        ? Uint8Array.of(0, UNAVAILABLE.old)
        : concatBytes(Uint8Array.of(0, UNAVAILABLE.new, reason.length), reason);
    yield* send(concatBytes(Uint8Array.of(ANSWER, answer.length), answer));
    return closed('');
  },
};

/** Frames the packet: its type, and a length of up to four octets, seven bits each, the lowest first. [MQTT 5.0 §1.5.5] */
const connectFrame: Framer = (buffer) => {
  if (buffer[0] !== undefined && buffer[0] !== CONNECT) return -1;
  let length = 0;
  for (let at = 1; at < 5; at++) {
    const octet = buffer[at];
    if (octet === undefined) return 0;
    length += (octet & 0x7f) << (7 * (at - 1));
    if (octet < 0x80) return at + 1 + length;
  }
  return -1;
};

/** Behind the name of the protocol. */
function versionOf(packet: Uint8Array): number | undefined {
  const body = packet.findIndex((octet, at) => at > 0 && octet < 0x80) + 1;
  const read = parsed(() => {
    const from = reader(packet, body);
    from.take(from.uint16());
    return from.uint8();
  });
  return read.ok ? read.value : undefined;
}
