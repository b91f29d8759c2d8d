import type { Framer } from './conversation.ts';

/** An element of XML, by its true name: the prefix it was written with means nothing. */
export interface XmlElement {
  readonly namespace: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
}

/** What each prefix stands for; the empty one is the default. */
export type Scope = Readonly<Record<string, string>>;

/**
 * Frames the head of a stream: perhaps a declaration, and the tag that opens the stream and stays open.
 * XML that streams do without is none here: comments, instructions, document types, CDATA. [RFC6120 §11.1]
 */
export const streamHeadFrame: Framer = (buffer) => {
  if (!DECLARATION.every((octet, index) => octet === (buffer[index] ?? octet))) return tagEnd(buffer, 0);
  const end = buffer.indexOf(GT, DECLARATION.length) + 1;
  return end === 0 ? 0 : tagEnd(buffer, skipSpace(buffer, end));
};

/** Frames one whole element, with all that is in it and the white space before it, or the end of the stream. */
export const elementFrame: Framer = (buffer) => {
  for (let at = skipSpace(buffer, 0), depth = 0; ; ) {
    const end = tagEnd(buffer, at);
    if (end <= 0) return end;
    if (buffer[at + 1] === SLASH) depth--;
    else if (buffer[end - 2] !== SLASH) depth++;
    if (depth <= 0) return end;
    if (depth > MAX_DEPTH) return -1;
    at = buffer.indexOf(LT, end);
    if (at < 0) return 0;
  }
};

/** Reads one frame. @throws RangeError when it is not well-formed */
export function readXml(words: string, outer: Scope = {}): { readonly element: XmlElement; readonly scope: Scope } {
  const root: Open = { tag: '', scope: outer, element: { namespace: '', name: '', attributes: {}, children: [] } };
  const open: Open[] = [root];
  for (const [whole, closes, tag = '', attributes = '', empty] of words.matchAll(TAG)) {
    const parent = open.at(-1) ?? root;
    if (closes === '/') {
      if (parent.tag !== tag || attributes !== '') throw new RangeError(`${whole} ends nothing`);
      open.pop();
      continue;
    }
    const opened = openTag(tag, attributes, parent.scope);
    parent.element.children.push(opened.element);
    if (empty === '') open.push(opened);
  }
  const [element, ...others] = root.element.children;
  if (element === undefined || others.length > 0) throw new RangeError('there is not one element');
  return { element, scope: open[1]?.scope ?? outer };
}

interface Open {
  readonly tag: string;
  readonly scope: Scope;
  readonly element: XmlElement & { readonly children: XmlElement[] };
}

function openTag(tag: string, written: string, outer: Scope): Open {
  const attributes: Record<string, string> = Object.create(null);
  for (const [, name = '', , single = '', double = ''] of written.matchAll(ATTRIBUTE)) {
    if (name in attributes) throw new RangeError(`${name} stands twice`);
    attributes[name] = single + double;
  }
  const scope: Record<string, string> = Object.assign(Object.create(null), outer);
  for (const [name, value] of Object.entries(attributes))
    if (name === 'xmlns' || name.startsWith('xmlns:')) scope[name.slice(6)] = value;
  const colon = tag.indexOf(':');
  const namespace = scope[colon < 0 ? '' : tag.slice(0, colon)];
  if (namespace === undefined && colon >= 0) throw new RangeError(`nobody knows the prefix of ${tag}`);
  return { tag, scope, element: { namespace: namespace ?? '', name: tag.slice(colon + 1), attributes, children: [] } };
}

const TAG = /<(\/?)([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:'[^'<]*'|"[^"<]*"))*)\s*(\/?)>/g;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*('([^']*)'|"([^"]*)")/g;

const MAX_DEPTH = 16;
const DECLARATION: readonly number[] = [0x3c, 0x3f, 0x78, 0x6d, 0x6c, 0x20]; // <?xml and a space
const [LT, GT, SLASH, SINGLE, DOUBLE] = [0x3c, 0x3e, 0x2f, 0x27, 0x22];
const SPACE: readonly number[] = [0x20, 0x09, 0x0a, 0x0d];

function skipSpace(buffer: Uint8Array, from: number): number {
  let at = from;
  while (SPACE.includes(buffer[at] ?? 0)) at++;
  return at;
}

/** Where the tag that begins at `at` ends; a `>` in quotes does not end it. 0 when it goes on, -1 when it is none. */
function tagEnd(buffer: Uint8Array, at: number): number {
  const [first, second] = [buffer[at], buffer[at + 1]];
  if (first !== undefined && first !== LT) return -1;
  if (second !== undefined && second !== SLASH && !/[a-z]/i.test(String.fromCharCode(second))) return -1;
  for (let next = at + 1, quote = 0; next < buffer.length; next++) {
    const octet = buffer[next] ?? 0;
    if (octet === LT) return -1;
    if (quote === 0 && octet === GT) return next + 1;
    if (octet === quote) quote = 0;
    else if (quote === 0 && (octet === SINGLE || octet === DOUBLE)) quote = octet;
  }
  return 0;
}
