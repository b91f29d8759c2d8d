import { fromHex } from '../bytes/hex.ts';
import { type Parsed, parsed } from '../bytes/parsed.ts';
import { writer } from '../bytes/writer.ts';
import { ROOT } from '../dns/name.ts';
import { CLASS_IN } from '../dns/resource-record.ts';
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

/** A root key as IANA publishes it: RSA/SHA-256, digest SHA-256. [RFC9718] */
const rootAnchor = (keyTag: number, digest: string): Anchor => ({
  zone: ROOT,
  record: {
    name: ROOT,
    type: TYPE.DS,
    class: CLASS_IN,
    ttl: 0,
    rdata: writer().uint16(keyTag).uint8(8).uint8(2).bytes(fromHex(digest)).finish(),
  },
});

/** The keys of the root: KSK-2017, and KSK-2024 that takes over from it on 11 October 2026. */
export const ROOT_ANCHORS: readonly Anchor[] = [
  rootAnchor(20326, 'e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d'),
  rootAnchor(38696, '683d2d0acb8c9b712a1948b27f741219298d0a450d612c483af444a4c0fb2b16'),
];
