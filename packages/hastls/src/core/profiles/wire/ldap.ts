import { equalBytes, latin1, text } from '../../bytes/index.ts';
import { beginning, berFrame, type Conversation, type Element, element, elements, frame } from '../../talk/index.ts';

/** Tags. [RFC4511 §4] */
export const TAG = {
  message: 0x30,
  integer: 0x02,
  octets: 0x04,
  enumerated: 0x0a,
  unbind: 0x42,
  abandon: 0x50,
  extended: 0x77,
  extendedResponse: 0x78,
  requestName: 0x80,
  responseName: 0x8a,
} as const;

/** Results. [RFC4511 §4.1.9] */
export const RESULT = {
  success: 0,
  operationsError: 1,
  protocolError: 2,
  confidentialityRequired: 13,
  unavailable: 52,
} as const;

/** Requests that are answered, and the tags that their responses have. [RFC4511 §4] */
const REQUESTS: Readonly<Record<number, readonly [name: string, response: number]>> = {
  96: ['BIND', 0x61],
  99: ['SEARCH', 0x65],
  102: ['MODIFY', 0x67],
  104: ['ADD', 0x69],
  74: ['DELETE', 0x6b],
  108: ['MODIFYDN', 0x6d],
  110: ['COMPARE', 0x6f],
  119: ['EXTENDED', TAG.extendedResponse],
};

/** A message, and what is known of it as a request. */
export interface Message {
  readonly id: Uint8Array;
  readonly operation: Element;
  /** What is asked for; empty where no answer belongs to it. */
  readonly name: string;
  /** The tag of the answer. */
  readonly response: number | undefined;
  readonly whole: string;
}

/** The id of what answers nobody. [RFC4511 §4.4] */
const NOTICE = Uint8Array.of(0);
const NOBODY: Element = { tag: -1, body: new Uint8Array(0) };

/** Takes one message. */
export function* message(): Conversation<Message> {
  return read(yield* frame(berFrame(TAG.message)));
}

/** Reads one message, or the beginning of a long one. What has no id has no operation either, and is answered by nobody. */
export function read(octets: Uint8Array): Message {
  const [outer] = elements(octets);
  const [number, asks = NOBODY] = outer === undefined ? beginnings(octets) : elements(outer.body);
  const isNumbered = number?.tag === TAG.integer && number.body.length > 0 && number.body.length <= 4;
  const [id, operation] = isNumbered ? [number.body, asks] : [NOTICE, NOBODY];
  const [name = '', response] = REQUESTS[operation.tag] ?? [];
  return { id, operation, name, response, whole: text(octets) };
}

function beginnings(octets: Uint8Array): readonly Element[] {
  const id = beginning(beginning(octets)?.body ?? octets);
  const operation = id && beginning(id.behind);
  return [id, operation].filter((each) => each !== undefined);
}

/** What the response to an extended request says. */
export interface Result {
  readonly code: number;
  readonly said: string;
  /** Which request it answers, if it tells. */
  readonly oid: Uint8Array | undefined;
  /** It answers nobody. [RFC4511 §4.4] */
  readonly isNotice: boolean;
}

/** Reads such a response; undefined: it is none. [RFC4511 §4.12] */
export function readResult({ id, operation }: Message): Result | undefined {
  const [code, matched, diagnostic, ...more] = elements(operation.body);
  if (operation.tag !== TAG.extendedResponse || code?.tag !== TAG.enumerated || code.body.length !== 1)
    return undefined;
  if (matched?.tag !== TAG.octets || diagnostic?.tag !== TAG.octets) return undefined;
  const oid = more.find(({ tag }) => tag === TAG.responseName)?.body;
  return { code: code.body[0] ?? 0, said: text(diagnostic.body), oid, isNotice: equalBytes(id, NOTICE) };
}

/** Writes an extended request. [RFC4511 §4.12] */
export const writeRequest = (id: Uint8Array, oid: Uint8Array): Uint8Array =>
  write(id, element(TAG.extended, element(TAG.requestName, oid)));

/** Writes a response of any kind. */
export const writeResult = (id: Uint8Array, tag: number, code: number, words: string): Uint8Array =>
  write(
    id,
    element(tag, element(TAG.enumerated, Uint8Array.of(code)), element(TAG.octets), element(TAG.octets, latin1(words))),
  );

const write = (id: Uint8Array, operation: Uint8Array): Uint8Array =>
  element(TAG.message, element(TAG.integer, id), operation);
