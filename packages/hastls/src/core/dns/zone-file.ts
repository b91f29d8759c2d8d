import { type Parsed, parsed } from '../bytes/parsed.ts';
import { HASTLS_TYPE } from './hastls.ts';
import { type Entry, lexer } from './lexer.ts';
import { type Name, parseName, ROOT } from './name.ts';
import { genericText, parseRdata, rdataToText } from './rdata.ts';
import { CLASS_IN, type ResourceRecord } from './resource-record.ts';
import { looksLikeTtl, ttlFromText } from './ttl.ts';
import { classFromText, classToText, parseType, typeToText } from './type-names.ts';
import { type Words, words } from './words.ts';

/** What reading a master file depends on. */
export interface ZoneOptions {
  /** What completes relative names until the file's own $ORIGIN. By default the root. */
  readonly origin?: Name;
  /** The TTL of records that have none, until the file's own $TTL. By default such a record is refused. */
  readonly ttl?: number;
  /** The type number of HASTLS; by default 65400. [F1] */
  readonly hastlsType?: number;
}

/**
 * The records of a master file, in the order they stand in. [RFC1035 §5] [RFC2308 §4] [RFC3597 §5]
 * Every complaint begins with the number of its line. Other files are not read, nor are records generated.
 */
export const readZone = (text: string, options: ZoneOptions = {}): Parsed<readonly ResourceRecord[]> =>
  parsed(() => {
    if (text.length > MAX_ZONE) throw new RangeError(`a zone file of more than ${MAX_ZONE} characters`);
    const source = lexer(text);
    const records: ResourceRecord[] = [];
    let state: State = { origin: ROOT, hastlsType: HASTLS_TYPE, ...options };
    for (let line = 1; ; ) {
      try {
        line = source.line;
        const entry = source.next();
        if (entry === undefined) return records;
        line = entry.line;
        state = readEntry(entry, state, records);
        if (records.length > MAX_RECORDS) throw new RangeError(`a zone file of more than ${MAX_RECORDS} records`);
      } catch (error) {
        throw error instanceof RangeError ? new RangeError(`line ${line}: ${error.message}`) : error;
      }
    }
  });

/** One line of a master file, with nothing left for the reader to complete. */
export const recordToText = (record: ResourceRecord, hastlsType: number = HASTLS_TYPE): string =>
  line(record, typeToText(record.type, hastlsType), rdataToText(record.type, record.rdata, hastlsType));

/** The same in the form for unknown types, which every name server reads. [RFC3597 §5] [R32] */
export const recordToGenericText = (record: ResourceRecord): string =>
  line(record, `TYPE${record.type}`, genericText(record.rdata));

/** A master file that `readZone` reads back. */
export const zoneToText = (records: readonly ResourceRecord[], hastlsType: number = HASTLS_TYPE): string =>
  records.map((record) => `${recordToText(record, hastlsType)}\n`).join('');

const MAX_ZONE = 16_777_216;
const MAX_RECORDS = 250_000;

/** What an entry leaves behind for those that follow. */
interface State {
  readonly origin: Name;
  readonly hastlsType: number;
  readonly ttl?: number;
  readonly owner?: Name;
}

const line = ({ name, ttl, class: recordClass }: ResourceRecord, type: string, data: string): string =>
  `${name} ${ttl} ${classToText(recordClass)} ${type} ${data}`;

function readEntry(entry: Entry, state: State, records: ResourceRecord[]): State {
  const from = words(entry.words, state.origin, state.hastlsType);
  const first = from.peek();
  if (!entry.indented && first?.text.startsWith('$') && !first.quoted) return readDirective(from, state);
  const owner = entry.indented ? state.owner : parseName(from.next('an owner').text, state.origin);
  if (owner === undefined) throw new RangeError('an entry that begins with white space, and no owner before it');
  const { ttl = state.ttl, recordClass, type } = readTypeOf(from);
  if (ttl === undefined) throw new RangeError('a record without a TTL, and no $TTL before it');
  records.push({ name: owner, type, class: recordClass, ttl, rdata: parseRdata(type, from) });
  return { ...state, owner };
}

/** TTL and class stand before the type, in either order, and neither must. [RFC1035 §5.1] */
function readTypeOf(from: Words): { ttl: number | undefined; recordClass: number; type: number } {
  let ttl: number | undefined;
  let recordClass: number | undefined;
  for (;;) {
    const word = from.next('a type').text;
    const named = classFromText(word);
    if (ttl === undefined && looksLikeTtl(word)) ttl = ttlFromText(word);
    else if (recordClass === undefined && named !== undefined) recordClass = named;
    else return { ttl, recordClass: recordClass ?? CLASS_IN, type: parseType(word, from.hastlsType) };
  }
}

function readDirective(from: Words, state: State): State {
  const directive = from.next('').text.toUpperCase();
  const read = DIRECTIVES.get(directive);
  if (read === undefined) throw new RangeError(`${directive.slice(0, 40)} is not a directive`);
  const changed = { ...state, ...read(from) };
  if (from.left > 0) throw new RangeError(`"${from.next('').text}" is more than ${directive} has room for`);
  return changed;
}

const DIRECTIVES: ReadonlyMap<string, (from: Words) => Partial<State>> = new Map<
  string,
  (from: Words) => Partial<State>
>([
  ['$ORIGIN', (from: Words) => ({ origin: parseName(from.next('a name').text, from.origin) })],
  ['$TTL', (from: Words) => ({ ttl: ttlFromText(from.next('a time').text) })],
  ['$INCLUDE', refuse('$INCLUDE is refused: a zone file may not open other files. Put their records in its place')],
  ['$GENERATE', refuse('$GENERATE is refused: write the records out')],
]);

function refuse(why: string): () => never {
  return () => {
    throw new RangeError(why);
  };
}
