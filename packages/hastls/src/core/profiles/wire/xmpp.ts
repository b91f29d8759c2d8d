import { latin1, parsed, text } from '../../bytes/index.ts';
import {
  type Conversation,
  elementFrame,
  type Framer,
  frame,
  readXml,
  type Scope,
  send,
  streamHeadFrame,
  type XmlElement,
} from '../../talk/index.ts';

/** The namespace of streams. [RFC6120 §4.8.1] */
export const STREAMS = 'http://etherx.jabber.org/streams';
/** The namespace of the upgrade. [RFC6120 §5.4.2.1] */
export const TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
const ERRORS = 'urn:ietf:params:xml:ns:xmpp-streams';

/** The head of a stream of this content. */
export function head(content: string, attributes: Readonly<Record<string, string>>): string {
  const written = Object.entries(attributes).map(([name, value]) => `${name}='${quoted(value)}'`);
  return `<?xml version='1.0'?><stream:stream xmlns='${content}' xmlns:stream='${STREAMS}' ${written.join(' ')} version='1.0'>`;
}

/** An error with this condition, and the end of the stream. [RFC6120 §4.9] */
export function streamError(condition: string, why?: string): string {
  const words = why === undefined ? '' : `<text xmlns='${ERRORS}'>${quoted(why)}</text>`;
  return `<stream:error><${condition} xmlns='${ERRORS}'/>${words}</stream:error></stream:stream>`;
}

/** Words as they stand in an attribute, or between tags. */
const quoted = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll("'", '&apos;').replaceAll('<', '&lt;');

/** Says a part of a stream. */
export const sayXml = (words: string): Conversation<void> => send(latin1(words));

/** What was read, if it could be. */
export interface Read {
  readonly element: XmlElement | undefined;
  readonly scope: Scope;
}

/** Takes one frame, and reads it. */
export function* take(framer: Framer, outer: Scope): Conversation<Read & { readonly whole: string }> {
  const whole = text(yield* frame(framer));
  return { ...read(whole, outer), whole };
}

/** Reads one frame; what is not well-formed is no element. */
export function read(whole: string, outer: Scope): Read {
  const result = parsed(() => readXml(whole, outer));
  return result.ok ? result.value : { element: undefined, scope: outer };
}

/** Over TLS the client opens a new stream, and only it knows when: its head is the application's. [RFC6120 §5.4.3.3] */
export const headOrElement: Framer = (buffer) =>
  (opensStream(text(buffer.subarray(0, STREAM.length))) ? streamHeadFrame : elementFrame)(buffer);

/** Whether this begins a stream. */
export const opensStream = (heard: string): boolean => heard.startsWith('<?') || heard.startsWith(STREAM);
const STREAM = '<stream:stream';

/** Whether it is the element of this name. */
export const is = (element: XmlElement | undefined, namespace: string, name: string): boolean =>
  element?.namespace === namespace && element.name === name;
