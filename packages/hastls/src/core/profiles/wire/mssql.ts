import { concatBytes, latin1, parsed, reader, writer } from '../../bytes/index.ts';
import type { Framer, Wrapping } from '../../talk/index.ts';

/** Types of packets. [MS-TDS §2.2.3.1.1] */
export const PACKET = { tabular: 4, login: 0x10, prelogin: 0x12 } as const;

/** What each side makes of encryption; OFF protects the login, and goes back to plaintext behind it. [MS-TDS §2.2.6.5] */
export const ENCRYPTION = { off: 0, on: 1, notSupported: 2, required: 3 } as const;

/** Frames a packet of these types. */
export const packetFrame =
  (...types: readonly number[]): Framer =>
  (buffer) => {
    const [type] = buffer;
    if (type !== undefined && !types.includes(type)) return -1; // [V14]
    if (buffer.length < 4) return 0;
    const length = reader(buffer, 2).uint16();
    return length < HEAD ? -1 : length;
  };

/** The handshake is in packets like those before it, in both directions. */
export const wrapping: Wrapping = {
  frame: packetFrame(PACKET.prelogin, PACKET.tabular),
  unwrap: (packet) => packet.subarray(HEAD),
  wrap(records) {
    const packets: Uint8Array[] = [];
    for (let at = 0; at < records.length; at += ROOM) {
      const isLast = at + ROOM >= records.length;
      packets.push(packetOf(PACKET.prelogin, records.subarray(at, at + ROOM), isLast));
    }
    return concatBytes(...packets);
  },
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

const TOKEN = { version: 0, encryption: 1, end: 0xff } as const;

/** A prelogin with as little in it as may be: a version, which is nobody's, and what we make of encryption. */
export function prelogin(type: number, encryption: number): Uint8Array {
  const version = writer().uint8(TOKEN.version).uint16(11).uint16(6);
  const table = version.uint8(TOKEN.encryption).uint16(17).uint16(1).uint8(TOKEN.end);
  return packetOf(type, table.uint32(0).uint16(0).uint8(encryption).finish());
}

/** What a prelogin says of encryption; `undefined` when it is none, or says nothing. */
export function encryptionOf(packet: Uint8Array): number | undefined {
  const body = packet.subarray(HEAD);
  const read = parsed(() => {
    for (const table = reader(body); ; ) {
      const token = table.uint8();
      if (token === TOKEN.end) return undefined;
      const [offset, length] = [table.uint16(), table.uint16()];
      if (token === TOKEN.encryption) return length === 1 ? reader(body, offset).uint8() : undefined;
    }
  });
  return read.ok && read.value !== undefined && read.value <= ENCRYPTION.required ? read.value : undefined;
}

/** An error with this number, and the end. [MS-TDS §2.2.7] */
export function errorPacket(number: number, words: string): Uint8Array {
  const message = latin1([...words].map((each) => `${each}\0`).join(''));
  const little = (...values: readonly number[]) => values.flatMap((each) => [each & 0xff, each >> 8]);
  const fields = [...little(number, 0), 1, 20, ...little(words.length), ...message, 0, 0, ...little(0, 0)];
  const done = [0xfd, ...little(2, 0, 0, 0, 0, 0)];
  return packetOf(PACKET.tabular, Uint8Array.of(0xaa, ...little(fields.length), ...fields, ...done));
}
