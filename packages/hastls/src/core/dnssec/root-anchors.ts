import { fromHex } from '../bytes/hex.ts';
import { type Parsed, parsed } from '../bytes/parsed.ts';
import { writer } from '../bytes/writer.ts';
import { parseName } from '../dns/name.ts';
import { CLASS_IN } from '../dns/resource-record.ts';
import { TYPE } from '../dns/type-names.ts';
import { readDs } from '../dns/typed-rdata.ts';
import type { Anchor } from './proof.ts';

const MAX_CHARACTERS = 65_536;

/**
 * Reads `root-anchors.xml`, in which IANA publishes the root's keys, with the time that each is to be trusted. Nothing
 * but this format is understood: no entities, no declarations, no element that the format does not have. [RFC9718 §2]
 */
export const readRootAnchors = (text: string): Parsed<readonly Anchor[]> =>
  parsed(() => {
    if (text.length > MAX_CHARACTERS)
      throw new RangeError(`root-anchors.xml has more than ${MAX_CHARACTERS} characters`);
    const { name, children } = readDocument(text);
    if (name !== 'TrustAnchor') throw new RangeError(`<TrustAnchor> is expected, not <${name}>`);
    const [zone, ...keys] = children;
    if (zone?.name !== 'Zone') throw new RangeError('<TrustAnchor> begins with its <Zone>');
    if (keys.length === 0) throw new RangeError('there is no <KeyDigest>: nothing could be proven');
    return keys.map((key) => toAnchor(zone.text, key));
  });

/** [RFC9718 §2.1] */
function toAnchor(zoneText: string, { name, attributes, children }: Element): Anchor {
  if (name !== 'KeyDigest') throw new RangeError(`<KeyDigest> is expected, not <${name}>`);
  const unknown = children.find((child) => !PARTS.has(child.name));
  if (unknown !== undefined) throw new RangeError(`<KeyDigest> has no <${unknown.name}>`);
  const part = (wanted: string): string => {
    const found = children.filter((child) => child.name === wanted);
    if (found.length !== 1) throw new RangeError(`<KeyDigest> has one <${wanted}>, not ${found.length}`);
    return found[0]?.text ?? '';
  };
  const number = (wanted: string, most: number): number => {
    const digits = part(wanted);
    if (!/^[0-9]{1,5}$/.test(digits) || Number(digits) > most)
      throw new RangeError(`<${wanted}> is no number to ${most}`);
    return Number(digits);
  };
  const [validFrom, validUntil] = [attributes.get('validFrom'), attributes.get('validUntil')];
  if (validFrom === undefined) throw new RangeError('<KeyDigest> says since when it is valid, in validFrom');
  const rdata = writer()
    .uint16(number('KeyTag', 0xffff))
    .uint8(number('Algorithm', 0xff))
    .uint8(number('DigestType', 0xff))
    .bytes(fromHex(part('Digest')))
    .finish();
  readDs(rdata);
  const zone = parseName(zoneText);
  return {
    zone,
    record: { name: zone, type: TYPE.DS, class: CLASS_IN, ttl: 0, rdata },
    from: toSeconds(validFrom),
    ...(validUntil !== undefined && { until: toSeconds(validUntil) }),
  };
}

/** The last two repeat the key itself, which its digest stands for. */
const PARTS: ReadonlySet<string> = new Set(['KeyTag', 'Algorithm', 'DigestType', 'Digest', 'PublicKey', 'Flags']);

/** Seconds since 1970 of an RFC 3339 time. @throws RangeError */
export function toSeconds(text: string): number {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text);
  const milliseconds = isTime ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(milliseconds)) throw new RangeError(`"${text.slice(0, 40)}" is no time`);
  return Math.floor(milliseconds / 1000);
}

interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
  readonly text: string;
}

const MAX_DEPTH = 3;
const DECLARATION = /\s*<\?xml(?: [a-z]+="[-\w.]*")*\s*\?>/y;
const BLANK = /(?:\s|<!--(?:[^-]|-[^-])*-->)*/y;
const OPENING = /<([A-Za-z]+)((?:\s+[A-Za-z]+="[^"<&]*")*)\s*>/y;
const TEXT = /[^<&]*/y;
const CLOSING = /<\/([A-Za-z]+)\s*>/y;

/** The one element that a text consists of. */
function readDocument(text: string): Element {
  let at = 0;
  const next = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };

  function element(depth: number): Element | undefined {
    const [, name, attributes = ''] = next(OPENING) ?? [];
    if (name === undefined) return undefined;
    if (depth > MAX_DEPTH) throw new RangeError(`<${name}> lies too deep`);
    next(BLANK);
    const content = (next(TEXT)?.[0] ?? '').trim();
    const children: Element[] = [];
    for (let child = element(depth + 1); child !== undefined; child = element(depth + 1)) {
      children.push(child);
      next(BLANK);
    }
    if (next(CLOSING)?.[1] !== name) throw new RangeError(`<${name}> does not end as it should`);
    if (content !== '' && children.length > 0) throw new RangeError(`<${name}> has text between its elements`);
    const pairs = [...attributes.matchAll(/([A-Za-z]+)="([^"]*)"/g)].map(
      ([, key = '', value = '']) => [key, value] as const,
    );
    return { name, attributes: new Map(pairs), children, text: content };
  }

  next(DECLARATION);
  next(BLANK);
  const root = element(1);
  next(BLANK);
  if (root === undefined || at < text.length) throw new RangeError(`this is not root-anchors.xml, at character ${at}`);
  return root;
}
