import { compareBytes, concatBytes } from '../bytes/compare.ts';
import { fromBase64, toBase64 } from '../bytes/radix.ts';
import { type Reader, reader } from '../bytes/reader.ts';
import { latin1, text } from '../bytes/text.ts';
import { ip4FromText, ip4ToText, ip6FromText, ip6ToText } from './address.ts';
import { decodeEscapes, quote } from './character-string.ts';
import type { Field } from './fields.ts';

// Service parameters, the tail of SVCB and HTTPS records. [RFC9460 §2.1 §2.2]

/** One service parameter, its value as on the wire. */
export interface SvcParam {
  readonly key: number;
  readonly value: Uint8Array;
}

/** Parameters in ascending order of their keys, to the end of the data. [RFC9460 §2.2] */
export function readSvcParams(from: Reader): readonly SvcParam[] {
  const params: SvcParam[] = [];
  for (let last = -1; from.left > 0; ) {
    const key = from.uint16();
    if (key <= last) throw new RangeError('service parameters must stand in ascending order, each once');
    last = key;
    params.push({ key, value: from.take(from.uint16()) });
  }
  return params;
}

/** All service parameters of a record. */
export const svcParams: Field = {
  read: (from) => void readSvcParams(from),
  toText(from) {
    const params = readSvcParams(from);
    checkMandatory(params);
    return params.map(paramToText).join(' ');
  },
  fromText(from, to) {
    const params: SvcParam[] = [];
    while (from.left > 0) params.push(paramFromText(from.next('').text));
    params.sort((a, b) => a.key - b.key);
    checkMandatory(params);
    params.forEach(({ key, value }, index) => {
      if (key === params[index + 1]?.key) throw new RangeError(`${keyToText(key)} stands twice`);
      to.uint16(key).uint16(value.length).bytes(value);
    });
  },
};

/** How a parameter's value looks in the presentation; when it is empty, only the key is written. */
interface ValueFormat {
  toText(value: Uint8Array): string;
  fromText(written: Uint8Array): Uint8Array;
}

const MANDATORY = 0;

const octetsAsTheyAre: ValueFormat = { toText: quote, fromText: (written) => written };
const nothing: ValueFormat = {
  toText(value) {
    if (value.length > 0) throw new RangeError('this parameter has no value');
    return '';
  },
  fromText(written) {
    if (written.length > 0) throw new RangeError('this parameter has no value');
    return written;
  },
};
const toKey = (word: string): Uint8Array => uint16(keyFromText(word));
/** On the wire the keys ascend, in the presentation they may stand in any order. [RFC9460 §8] */
const keys: ValueFormat = {
  ...list(2, (item) => keyToText(reader(item).uint16()), toKey),
  fromText: (written) => concatBytes(...text(written).split(',').map(toKey).sort(compareBytes)),
};
const portNumber: ValueFormat = {
  toText(value) {
    if (value.length !== 2) throw new RangeError('a port has two octets');
    return String(reader(value).uint16());
  },
  fromText(written) {
    const word = text(written);
    if (!/^[0-9]{1,5}$/.test(word) || Number(word) > 0xffff) throw new RangeError(`"${word}" is not a port`);
    return uint16(Number(word));
  },
};
const base64: ValueFormat = { toText: toBase64, fromText: (written) => fromBase64(text(written)) };
/** Names of application protocols, each after its length; commas within them are escaped. [RFC9460 §7.1.1 A.1] */
const alpn: ValueFormat = {
  toText(value) {
    const names: Uint8Array[] = [];
    for (const from = reader(value); from.left > 0; ) names.push(from.take(from.uint8()));
    if (names.length === 0 || names.some((each) => each.length === 0)) throw new RangeError('an empty protocol name');
    return quote(latin1(names.map((each) => text(each).replace(/[\\,]/g, '\\$&')).join(',')));
  },
  fromText(written) {
    const names = splitAtCommas(text(written)).map(latin1);
    if (names.some((each) => each.length === 0 || each.length > 255))
      throw new RangeError('a protocol name has 1 to 255 octets');
    return concatBytes(...names.flatMap((each) => [Uint8Array.of(each.length), each]));
  },
};

/** [RFC9460 §14.3.2] [RFC9461 §5] [RFC9540 §4] */
const FORMATS: readonly (readonly [name: string, format: ValueFormat])[] = [
  ['mandatory', keys],
  ['alpn', alpn],
  ['no-default-alpn', nothing],
  ['port', portNumber],
  ['ipv4hint', list(4, ip4ToText, ip4FromText)],
  ['ech', base64],
  ['ipv6hint', list(16, ip6ToText, ip6FromText)],
  ['dohpath', octetsAsTheyAre],
  ['ohttp', nothing],
];

const keyToText = (key: number): string => FORMATS[key]?.[0] ?? `key${key}`;

function keyFromText(word: string): number {
  const known = FORMATS.findIndex(([name]) => name === word);
  if (known >= 0) return known;
  const [, digits = ''] = /^key(0|[1-9][0-9]{0,4})$/.exec(word) ?? [];
  if (digits === '' || Number(digits) > 0xffff) throw new RangeError(`"${word}" is not a service parameter`);
  return Number(digits);
}

/** A value that its format does not know is written as octets, under the key's number. [RFC9460 §2.1] */
function paramToText({ key, value }: SvcParam): string {
  const [name, format] = FORMATS[key] ?? [`key${key}`, octetsAsTheyAre];
  try {
    const written = format.toText(value);
    return written === '' ? name : `${name}=${written}`;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return `key${key}=${quote(value)}`;
  }
}

function paramFromText(word: string): SvcParam {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  const key = keyFromText(name);
  const written = equals < 0 ? '' : word.slice(equals + 1);
  const bare = written.length >= 2 && written.startsWith('"') && written.endsWith('"') ? written.slice(1, -1) : written;
  const format = name.startsWith('key') ? octetsAsTheyAre : (FORMATS[key]?.[1] ?? octetsAsTheyAre);
  return { key, value: format.fromText(decodeEscapes(bare)) };
}

/** A record that demands a parameter has it; `mandatory`, which stands first, does not demand itself. [RFC9460 §8] */
function checkMandatory(params: readonly SvcParam[]): void {
  const [first] = params;
  if (first?.key !== MANDATORY) return;
  let last = -1;
  for (const from = reader(first.value); from.left > 0; ) {
    const key = from.uint16();
    if (key === MANDATORY) throw new RangeError('mandatory cannot name itself');
    if (key <= last) throw new RangeError(`mandatory names ${keyToText(key)} twice, or not in ascending order`);
    if (!params.some((each) => each.key === key))
      throw new RangeError(`mandatory names ${keyToText(key)}, which is missing`);
    last = key;
  }
}

/** Items of one size, without separators on the wire and with commas in the presentation. */
function list(size: number, toText: (item: Uint8Array) => string, fromText: (word: string) => Uint8Array): ValueFormat {
  return {
    toText(value) {
      if (value.length === 0 || value.length % size !== 0) throw new RangeError('a list that ends early');
      return Array.from({ length: value.length / size }, (_, at) =>
        toText(value.subarray(at * size, (at + 1) * size)),
      ).join(',');
    },
    fromText: (written) => concatBytes(...text(written).split(',').map(fromText)),
  };
}

const uint16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value);

/** Cuts at commas, but not at `\\,`, and takes the backslashes out. [RFC9460 A.1] */
function splitAtCommas(written: string): readonly string[] {
  const items: string[] = [];
  let item = '';
  for (let at = 0; at < written.length; at++) {
    if (written[at] === ',') {
      items.push(item);
      item = '';
      continue;
    }
    if (written[at] === '\\' && ++at >= written.length) throw new RangeError('a backslash at the end of a list');
    item += written[at];
  }
  return [...items, item];
}
