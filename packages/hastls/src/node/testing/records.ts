import { type Name, type ResourceRecord, readZone } from '../../core/dns/index.ts';

/**
 * Reads master-file text whose lines all begin with an owner, so that it can be indented. Relative names are completed
 * by `origin`, a missing TTL is 300.
 * @throws RangeError that says what is wrong with which line.
 */
export function readRecords(text: string, origin: Name): readonly ResourceRecord[] {
  const read = readZone(text.replaceAll(/^[ \t]+/gm, ''), { origin, ttl: 300 });
  if (!read.ok) throw new RangeError(read.why);
  return read.value;
}
