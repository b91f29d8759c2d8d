import { reader, text } from '../bytes/index.ts';
import { addressFamily, ip4ToText, ip6ToText } from '../dns/address.ts';
import { type Conversation, type Framer, frame, type Garbled } from '../talk/index.ts';
import { type Origin, SIGNATURE } from './write.ts';

/** What a header says. */
export type Proxied =
  | ({ readonly kind: 'proxied' } & Origin)
  /** It speaks for itself, or does not know for whom, or for somebody without an address. */
  | { readonly kind: 'nobody' }
  /** It is no header: nothing that follows may be listened to. */
  | Garbled;

/** Takes one header of either version. What follows it is the client's. */
export function* proxyHeader(): Conversation<Proxied> {
  const header = yield* frame(headerFrame);
  return header[0] === SIGNATURE[0] ? fromOctets(header) : fromLine(text(header));
}

const garbled: Proxied = { kind: 'garbled', why: 'not-the-protocol' };
const nobody: Proxied = { kind: 'nobody' };

/** The longest line there is, its end included. */
const LINE_MAX = 107;
const HEAD = 16;
/** Addresses and what a balancer adds to them take some hundred octets. */
const OCTETS_MAX = 4096;

const headerFrame: Framer = (buffer) => {
  if (begins(buffer, SIGNATURE)) {
    if (buffer.length < HEAD) return 0;
    const length = HEAD + reader(buffer, 14).uint16();
    return length > OCTETS_MAX ? -1 : length;
  }
  if (!begins(buffer, LINE)) return -1;
  const end = buffer.subarray(0, LINE_MAX).indexOf(0x0a) + 1;
  return end === 0 && buffer.length >= LINE_MAX ? -1 : end;
};

/** Whether as much as there is of it is the beginning of this, or all of it. */
const begins = (buffer: Uint8Array, start: Uint8Array): boolean =>
  buffer.subarray(0, start.length).every((octet, index) => octet === start[index]);

const LINE = Uint8Array.from('PROXY ', (letter) => letter.charCodeAt(0));

function fromLine(line: string): Proxied {
  if (/^PROXY UNKNOWN(?: [ -~]*)?\r\n$/.test(line)) return nobody;
  const [, version, from = '', to = '', fromPort = '', toPort = ''] = TCP.exec(line) ?? [];
  const family = version === '4' ? 4 : 6;
  const isWhole = version !== undefined && [from, to].every((each) => addressFamily(each) === family);
  const ports = [fromPort, toPort].map(Number);
  if (!isWhole || ports.some((port) => port > 0xffff)) return garbled;
  const [here = 0, there = 0] = ports;
  return { kind: 'proxied', from: { address: from, port: here }, to: { address: to, port: there } };
}

const TCP = /^PROXY TCP([46]) ([0-9a-fA-F.:]{2,45}) ([0-9a-fA-F.:]{2,45}) (0|[1-9]\d{0,4}) (0|[1-9]\d{0,4})\r\n$/;

/** Version 2, which is also the high half of the first octet behind the signature; the low half is the command. */
const [LOCAL, PROXY] = [0x20, 0x21];
/** Families and transports, and how many octets their addresses take. */
const UNSPECIFIED = 0x00;
const UNIX = { code: 0x31, octets: 216 };
const TCP4 = { code: 0x11, octets: 12 };
const TCP6 = { code: 0x21, octets: 36 };

function fromOctets(header: Uint8Array): Proxied {
  const octets = reader(header, SIGNATURE.length);
  const command = octets.uint8();
  const family = octets.uint8();
  const body = octets.uint16();
  if (command === LOCAL) return nobody; // whatever else it says is to be ignored
  if (command !== PROXY) return garbled;
  if (family === UNSPECIFIED) return nobody;
  if (family === UNIX.code) return body < UNIX.octets ? garbled : nobody;
  const known = [TCP4, TCP6].find(({ code }) => code === family);
  if (known === undefined || body < known.octets) return garbled;
  const address = () => (known === TCP4 ? ip4ToText(octets.take(4)) : ip6ToText(octets.take(16)));
  const [from, to] = [address(), address()];
  return {
    kind: 'proxied',
    from: { address: from, port: octets.uint16() },
    to: { address: to, port: octets.uint16() },
  };
}
