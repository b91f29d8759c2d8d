import {
  CLASS_IN,
  type Name,
  parseName,
  type ResourceRecord,
  rdataFromText,
  rdataToText,
  typeFromText,
  typeToText,
} from '../../core/dns/index.ts';

/**
 * Reads records, one a line: owner, TTL if it is not 300, type, data. Relative names are completed by `origin`.
 * @throws RangeError that says what is wrong with which line.
 */
export function readRecords(text: string, origin: Name): readonly ResourceRecord[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').map((line) => readRecord(line, origin));
}

export const recordToText = ({ name, type, ttl, rdata }: ResourceRecord): string =>
  `${name} ${ttl} IN ${typeToText(type)} ${rdataToText(type, rdata)}`;

function readRecord(line: string, origin: Name): ResourceRecord {
  const [, owner = '', ttl = '300', mnemonic = '', data = ''] =
    /^(\S+)(?:\s+(\d+))?(?:\s+IN)?\s+([A-Za-z]\S*)\s+(.*)$/.exec(line) ?? [];
  const type = typeFromText(mnemonic);
  if (type === undefined) throw new RangeError(`"${line}" has no known type`);
  const rdata = rdataFromText(type, data, { origin });
  if (!rdata.ok) throw new RangeError(`"${line}": ${rdata.why}`);
  return { name: parseName(owner, origin), type, class: CLASS_IN, ttl: Number(ttl), rdata: rdata.value };
}
