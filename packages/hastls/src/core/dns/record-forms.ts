import { toHex } from '../bytes/hex.ts';
import { type Parsed, parsed } from '../bytes/parsed.ts';
import { isWithin, type Name } from './name.ts';
import { hostName, type Published } from './publish.ts';
import { genericText, rdataToText } from './rdata.ts';
import { recordToGenericText, recordToText } from './zone-file.ts';

/** The forms in which a record can be handed to a name server. */
export const RECORD_FORMS = ['native', 'rfc3597', 'nsupdate', 'knotc', 'pdnsutil', 'json'] as const;
/** One of `RECORD_FORMS`. */
export type RecordForm = (typeof RECORD_FORMS)[number];

/**
 * A record in one of the forms. All but `native` use the form for unknown types, which unmodified servers read. [R32]
 * `zone` is the zone it goes into: `knotc` and `pdnsutil` must be told.
 */
export const recordInForm = (published: Published, form: RecordForm, zone?: string): Parsed<string> =>
  parsed(() => {
    const apex = zone === undefined ? undefined : hostName(zone);
    if (apex !== undefined && !isWithin(published.host, apex))
      throw new RangeError(`${published.host} does not lie in the zone ${apex}`);
    return WRITERS[form](published, apex);
  });

type Form = (published: Published, zone: Name | undefined) => string;

const WRITERS: Readonly<Record<RecordForm, Form>> = {
  native: ({ record }) => recordToText(record, record.type),
  rfc3597: ({ record }) => recordToGenericText(record),
  nsupdate: ({ record }, zone) =>
    [...(zone === undefined ? [] : [`zone ${zone}`]), `update add ${recordToGenericText(record)}`, 'send'].join('\n'),
  knotc: ({ record }, zone) => {
    const apex = needed('knotc', zone);
    const { name, ttl, type, rdata } = record;
    return [
      `knotc zone-begin ${apex}`,
      `knotc zone-set ${apex} ${name} ${ttl} TYPE${type} '${genericText(rdata)}'`,
      `knotc zone-commit ${apex}`,
    ].join('\n');
  },
  pdnsutil: ({ record }, zone) => {
    const apex = needed('pdnsutil', zone);
    const relative = record.name.slice(0, -apex.length - 1); // both are canonical, and the one lies in the other
    return `pdnsutil add-record ${apex} ${relative} TYPE${record.type} ${record.ttl} '${genericText(record.rdata)}'`;
  },
  json: (published) => JSON.stringify(recordToJson(published)),
};

/** A record as versioned JSON. */
export interface RecordJson {
  readonly v: 1;
  readonly name: string;
  readonly ttl: number;
  readonly type: number;
  readonly service: string;
  readonly host: string;
  readonly plain: number;
  readonly tls: number;
  readonly preference: number;
  /** Data as hex. */
  readonly rdata: string;
  /** Data as text. */
  readonly data: string;
  readonly native: string;
  readonly rfc3597: string;
  readonly advice: readonly { readonly rule: string; readonly text: string }[];
}

/** What the form `json` is the text of. */
export function recordToJson({ record, service, host, plain, tls, preference, advice }: Published): RecordJson {
  const { name, ttl, type, rdata } = record;
  return {
    v: 1,
    name,
    ttl,
    type,
    service,
    host,
    plain,
    tls,
    preference,
    rdata: toHex(rdata),
    data: rdataToText(type, rdata, type),
    native: recordToText(record, type),
    rfc3597: recordToGenericText(record),
    advice,
  };
}

function needed(form: RecordForm, zone: Name | undefined): Name {
  if (zone === undefined) throw new RangeError(`${form} must be told the zone that the record goes into`);
  return zone;
}
