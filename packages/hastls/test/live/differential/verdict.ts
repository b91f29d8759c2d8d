import {
  canonicalRdata,
  type Message,
  type Name,
  type Question,
  RCODE,
  type ResourceRecord,
  readTarget,
  sameName,
  TYPE,
} from '#core/dns/index.js';
import type { Proven } from '#core/dnssec/index.js';

/**
 * `failed`, or `secure` or `insecure` with the records, or how they are missing. Two judges agree when these are the
 * same. Of what is not signed nobody can say how it is missing.
 */
export type Verdict = string;

/** Ours: whether bogus or indeterminate, there is no answer. */
export function verdictOf({ proof, answer, records }: Proven): Verdict {
  if (proof === 'bogus' || proof === 'indeterminate') return 'failed';
  return verdict(proof === 'secure', records, answer === 'nxdomain');
}

/** A validating resolver's, by AD bit, response code, and the records at the end of the aliases. */
export function verdictOfAnswer({ name, type }: Question, { rcode, flags, answers }: Message): Verdict {
  if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) return 'failed';
  const at = (owner: Name, wanted: number) =>
    answers.filter((record) => record.type === wanted && sameName(record.name, owner));
  let last = name;
  for (let left = answers.length; left > 0 && type !== TYPE.CNAME; left--) {
    const [alias] = at(last, TYPE.CNAME);
    if (alias !== undefined) last = readTarget(alias.rdata);
  }
  return verdict(flags.authenticated, at(last, type), rcode === RCODE.NXDOMAIN);
}

/** What a resolver gives as its reasons. [RFC8914] */
export const reasonsOf = ({ edns }: Message): string =>
  (edns?.options ?? [])
    .filter(({ code }) => code === 15)
    .map(({ data }) => `${data[1]} ${Buffer.from(data.subarray(2)).toString()}`)
    .join('; ');

function verdict(secure: boolean, records: readonly ResourceRecord[], noName: boolean): Verdict {
  if (records.length === 0) return secure ? `secure ${noName ? 'nxdomain' : 'nodata'}` : 'insecure absence';
  const contents = records.map(({ type, rdata }) => Buffer.from(canonicalRdata(type, rdata)).toString('hex'));
  return [secure ? 'secure' : 'insecure', ...[...new Set(contents)].sort()].join(' ');
}
