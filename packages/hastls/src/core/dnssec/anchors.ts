import { type Parsed, parsed } from '../bytes/parsed.ts';
import { TYPE, typeToText } from '../dns/type-names.ts';
import { readDnskey, readDs } from '../dns/typed-rdata.ts';
import { readZone } from '../dns/zone-file.ts';
import type { Anchor } from './proof.ts';
import { readRootAnchors } from './root-anchors.ts';

/**
 * Reads trust anchors: lines of a master file with DS or DNSKEY records, their TTLs left out or ignored, or IANA's
 * `root-anchors.xml`.
 */
export function readAnchors(text: string): Parsed<readonly Anchor[]> {
  if (/^\s*</.test(text)) return readRootAnchors(text);
  const records = readZone(text, { ttl: 0 });
  if (!records.ok) return records;
  return parsed(() => {
    if (records.value.length === 0) throw new RangeError('there is no DS or DNSKEY record: nothing could be proven');
    return records.value.map((record) => {
      if (record.type === TYPE.DS) readDs(record.rdata);
      else if (record.type === TYPE.DNSKEY) readDnskey(record.rdata);
      else throw new RangeError(`${typeToText(record.type)} of ${record.name} is no trust anchor: DS and DNSKEY are`);
      return { zone: record.name, record };
    });
  });
}
