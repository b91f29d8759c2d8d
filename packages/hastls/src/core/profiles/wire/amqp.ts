import { concatBytes, latin1, reader, writer } from '../../bytes/index.ts';
import type { Framer } from '../../talk/index.ts';

/** What begins every layer of a connection: the protocol, and its version. */
const header = (protocol: number): Uint8Array => latin1(`AMQP${String.fromCharCode(protocol, 1, 0, 0)}`);

/** The layer of messages. */
export const PLAIN: Uint8Array = header(0);
/** The layer of TLS. */
export const TLS: Uint8Array = header(2);
/** The layer of SASL. */
export const SASL: Uint8Array = header(3);
/** What 0-9-1 begins with, which has no layers. */
export const CLASSIC: Uint8Array = latin1('AMQP\0\0\x09\x01');

/** Frames a header. */
export const headerFrame: Framer = (buffer) => {
  if (buffer.subarray(0, 4).some((octet, index) => octet !== TLS[index])) return -1;
  return buffer.length < TLS.length ? 0 : TLS.length;
};

/** Frames what is said within a layer: a length of everything, and seldom much. [AMQP 1.0 §2.3.1] */
export const layerFrame: Framer = (buffer) => {
  if (buffer.length < 4) return 0;
  const length = reader(buffer).uint32();
  return length < 8 ? -1 : length;
};

/** What is said, by the number of what says it. */
const [OPEN, CLOSE, ERROR, MECHANISMS, OUTCOME] = [0x10, 0x18, 0x1d, 0x40, 0x44];
const [IN_PLAIN, IN_SASL] = [0, 1];

const layered = (layer: number, body: Uint8Array): Uint8Array =>
  concatBytes(
    writer()
      .uint32(8 + body.length)
      .finish(),
    Uint8Array.of(2, layer, 0, 0),
    body,
  );

/** A value of a type that is described by a number: a list of fields. [AMQP 1.0 §1.2 §1.4] */
function described(number: number, ...fields: readonly Uint8Array[]): Uint8Array {
  const list = concatBytes(...fields);
  const head = writer().uint8(0).uint8(0x53).uint8(number).uint8(0xd0);
  return concatBytes(
    head
      .uint32(4 + list.length)
      .uint32(fields.length)
      .finish(),
    list,
  );
}

const string = (words: string): Uint8Array => concatBytes(Uint8Array.of(0xa1, words.length), latin1(words));
const symbol = (words: string): Uint8Array => concatBytes(Uint8Array.of(0xa3, words.length), latin1(words));
/** Several symbols of the same kind: a length, how many, their type, and each with its own length. */
function symbols(...words: readonly string[]): Uint8Array {
  const each = concatBytes(...words.map((word) => symbol(word).subarray(1)));
  return writer()
    .uint8(0xf0)
    .uint32(5 + each.length)
    .uint32(words.length)
    .uint8(0xa3)
    .bytes(each)
    .finish();
}

/** How a client may log in. */
export const mechanisms: Uint8Array = layered(IN_SASL, described(MECHANISMS, symbols('PLAIN', 'ANONYMOUS')));
/** That it has. */
export const letIn: Uint8Array = layered(IN_SASL, described(OUTCOME, Uint8Array.of(0x50, 0)));

/** The beginning of a connection and its end at once. */
export const closing = (why: string): Uint8Array =>
  concatBytes(
    layered(IN_PLAIN, described(OPEN, string('hastls'))),
    layered(IN_PLAIN, described(CLOSE, described(ERROR, symbol('amqp:connection:forced'), string(why.slice(0, 255))))),
  );
