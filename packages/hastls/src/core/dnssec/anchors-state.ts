import { type Parsed, parsed } from '../bytes/parsed.ts';
import { canonical, type Name, parseName, sameName } from '../dns/name.ts';
import type { ResourceRecord } from '../dns/resource-record.ts';
import { TYPE } from '../dns/type-names.ts';
import { readDnskey, readDs } from '../dns/typed-rdata.ts';
import { readZone, recordToText } from '../dns/zone-file.ts';
import type { KeyState, TrackedKey, TrackedZone } from './rollover.ts';
import { toSeconds } from './root-anchors.ts';

const MAX_CHARACTERS = 1 << 20;
const MAX_ENTRIES = 1024;

/** Writes down what is tracked, for `readAnchorsState`. */
export const anchorsStateToText = (zones: readonly TrackedZone[]): string =>
  `${JSON.stringify(
    {
      v: 1,
      zones: zones.map(({ zone, keys, next }) => ({
        zone,
        next: toTime(next),
        keys: keys.map(({ state, since, until, record }) => ({
          state,
          since: toTime(since),
          ...(until !== undefined && { until: toTime(until) }),
          record: recordToText(record),
        })),
      })),
    },
    undefined,
    2,
  )}\n`;

/** Reads what `anchorsStateToText` wrote, and nothing else: whoever trusts by it must be sure of every word. */
export const readAnchorsState = (text: string): Parsed<readonly TrackedZone[]> =>
  parsed(() => {
    if (text.length > MAX_CHARACTERS) throw new RangeError(`it has more than ${MAX_CHARACTERS} characters`);
    const { v, zones } = fieldsOf(toJson(text), 'it', ['v', 'zones']);
    if (v !== 1) throw new RangeError('"v" is 1, the only version there is');
    const read = listOf(zones, 'zones').map(toZone);
    if (new Set(read.map(({ zone }) => canonical(zone))).size < read.length)
      throw new RangeError('a zone is there twice');
    return read;
  });

function toZone(value: unknown): TrackedZone {
  const { zone: written, next, keys } = fieldsOf(value, 'a zone', ['zone', 'next', 'keys']);
  const zone = parseName(textOf(written, 'zone'));
  return {
    zone,
    next: toSeconds(textOf(next, 'next')),
    keys: listOf(keys, 'keys').map((key) => toKey(key, zone)),
  };
}

const STATES: readonly KeyState[] = ['pending', 'valid', 'missing', 'revoked', 'removed'];

function toKey(value: unknown, zone: Name): TrackedKey {
  const fields = fieldsOf(value, 'a key', ['state', 'since', 'record'], ['until']);
  const state = STATES.find((each) => each === fields['state']);
  if (state === undefined) throw new RangeError(`"state" is one of ${STATES.join(', ')}`);
  const hasUntil = state === 'pending' || state === 'revoked';
  if (hasUntil !== (fields['until'] !== undefined)) throw new RangeError('"until" is for pending and revoked keys');
  return {
    record: toRecord(textOf(fields['record'], 'record'), zone),
    state,
    since: toSeconds(textOf(fields['since'], 'since')),
    ...(hasUntil && { until: toSeconds(textOf(fields['until'], 'until')) }),
  };
}

function toRecord(line: string, zone: Name): ResourceRecord {
  const read = readZone(line, { ttl: 0 });
  if (!read.ok) throw new RangeError(read.why);
  const [record, ...more] = read.value;
  if (record === undefined || more.length > 0) throw new RangeError('"record" is one record');
  if (!sameName(record.name, zone)) throw new RangeError(`"record" is of ${zone}`);
  if (record.type === TYPE.DS) readDs(record.rdata);
  else if (record.type === TYPE.DNSKEY) readDnskey(record.rdata);
  else throw new RangeError('"record" is a DNSKEY or DS record');
  return record;
}

const toTime = (seconds: number): string => new Date(seconds * 1000).toISOString();

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RangeError('it is no JSON');
  }
}

/** The fields of an object that has those that it must have, and none that it may not have. */
function fieldsOf(
  value: unknown,
  what: string,
  needed: readonly string[],
  allowed: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RangeError(`${what} is no object`);
  for (const name of needed) if (!Object.hasOwn(value, name)) throw new RangeError(`${what} has no "${name}"`);
  for (const name of Object.keys(value))
    if (!needed.includes(name) && !allowed.includes(name)) throw new RangeError(`${what} has "${name.slice(0, 40)}"`);
  return value as Readonly<Record<string, unknown>>; // an object, as was just seen
}

function listOf(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length > MAX_ENTRIES)
    throw new RangeError(`"${name}" is no list of at most ${MAX_ENTRIES}`);
  return value;
}

function textOf(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw new RangeError(`"${name}" is no text`);
}
