import { rdataToText } from '../dns/rdata.ts';
import type { ResourceRecord } from '../dns/resource-record.ts';
import { typeToText } from '../dns/type-names.ts';

/** A record as programs are told it. */
export interface RecordObject {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  /** As in a master file. */
  readonly data: string;
}

/** A record as programs are told it. */
export const recordObject = ({ name, type, ttl, rdata }: ResourceRecord, hastlsType: number): RecordObject => ({
  name,
  type: typeToText(type, hastlsType),
  ttl,
  data: rdataToText(type, rdata, hastlsType),
});
