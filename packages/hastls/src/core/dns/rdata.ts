import { fromHex, toHex } from '../bytes/hex.ts';
import { type Parsed, parsed } from '../bytes/parsed.ts';
import { type Reader, reader } from '../bytes/reader.ts';
import { type Writer, writer } from '../bytes/writer.ts';
import type { Field, Form } from './fields.ts';
import { HASTLS_TYPE } from './hastls.ts';
import { type Name, ROOT } from './name.ts';
import { textFormat, wireFormat } from './rdata-formats.ts';
import { splitWords, type Words, words } from './words.ts';

const MAX_RDATA = 0xffff;

/**
 * The data of one record, up to the end of the reader: names written out in full, and checked against the type's
 * format. A type without a format is left untouched. [RFC3597 §4] Where nothing is to be changed, it is a view of the
 * reader's octets: engines take longer to make room for a signature than for all else that is done to read it.
 * @throws RangeError when it is malformed.
 */
export function readRdata(type: number, from: Reader, form: Form = 'as-is'): Uint8Array {
  const format = wireFormat(type);
  if (format === undefined) return from.rest();
  const { whole } = from;
  let kept = from.at; // all before it is written
  let changed: Writer | undefined;
  // an iterator would make an object for each field of each record
  for (let index = 0; index < format.length; index++) {
    const at = from.at;
    const instead = (format[index] as Field).read(from, form);
    if (instead === undefined) continue;
    changed ??= writer();
    changed.bytes(whole.subarray(kept, at)).bytes(instead);
    kept = from.at;
  }
  if (from.left > 0) throw new RangeError(`${from.left} octets are left over behind the last field`);
  const rest = whole.subarray(kept, from.at);
  return changed === undefined ? rest : changed.bytes(rest).finish();
}

/**
 * The presentation of a record's data; octets that the type's format does not fit are written in the form for
 * unknown types, so that this never fails. [RFC3597 §5]
 */
export function rdataToText(type: number, rdata: Uint8Array, hastlsType: number = HASTLS_TYPE): string {
  const format = textFormat(type, hastlsType);
  if (format === undefined) return genericText(rdata);
  const written = parsed(() => {
    const from = reader(rdata);
    const fields = format.map((field) => field.toText(from, hastlsType)).filter((field) => field !== '');
    if (from.left > 0) throw new RangeError('octets left over');
    return fields.join(' ');
  });
  return written.ok ? written.value : genericText(rdata);
}

/** The form that fits every type: `\# length hex`. [RFC3597 §5] */
export const genericText = (rdata: Uint8Array): string =>
  rdata.length === 0 ? '\\# 0' : `\\# ${rdata.length} ${toHex(rdata)}`;

/** What reading the presentation depends on. */
export interface TextOptions {
  /** What completes relative names; by default the root. */
  readonly origin?: Name;
  /** The type number of HASTLS; by default 65400. [F1] */
  readonly hastlsType?: number;
}

/** Reads the presentation of a record's data, in the type's own form or in that for unknown types. */
export const rdataFromText = (type: number, text: string, options: TextOptions = {}): Parsed<Uint8Array> =>
  parsed(() => parseRdata(type, words(splitWords(text), options.origin ?? ROOT, options.hastlsType ?? HASTLS_TYPE)));

/** `rdataFromText` for words that were cut already. @throws RangeError that says what is wrong. */
export function parseRdata(type: number, from: Words): Uint8Array {
  const first = from.peek();
  if (first?.text === '\\#' && !first.quoted) return readRdata(type, reader(parseGeneric(from)));
  const format = textFormat(type, from.hastlsType);
  if (format === undefined) throw new RangeError(`data of type ${type} is written as \\# LENGTH HEX [RFC3597 §5]`);
  const to = writer();
  for (const field of format) field.fromText(from, to);
  if (from.left > 0) throw new RangeError(`"${from.next('').text}" is more than the type has fields for`);
  if (to.length > MAX_RDATA) throw new RangeError(`data has at most ${MAX_RDATA} octets`);
  return to.finish();
}

function parseGeneric(from: Words): Uint8Array {
  from.next('');
  const length = from.next('the length after \\#').text;
  if (!/^[0-9]{1,5}$/.test(length) || Number(length) > MAX_RDATA)
    throw new RangeError(`"${length.slice(0, 20)}" is not a length from 0 to ${MAX_RDATA}`);
  let hex = '';
  while (from.left > 0) hex += from.next('').text;
  const octets = fromHex(hex);
  if (octets.length !== Number(length))
    throw new RangeError(`\\# announces ${length} octets and gives ${octets.length}`);
  return octets;
}
