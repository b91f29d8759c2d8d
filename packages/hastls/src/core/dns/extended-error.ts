import { reader } from '../bytes/reader.ts';
import { text } from '../bytes/text.ts';
import type { Message } from './message.ts';

/** What a server adds to its answer, of what went wrong. Nobody signs it. [RFC8914] */
export interface ExtendedError {
  readonly code: number;
  readonly text: string;
}

const OPTION = 15;
/** No server means more of them. */
const MOST = 16;
/** Nor longer ones. */
const MOST_OCTETS = 512;

/** The extended errors of a message, in order. */
export const extendedErrorsOf = ({ edns }: Message): readonly ExtendedError[] =>
  (edns?.options ?? [])
    .filter(({ code, data }) => code === OPTION && data.length >= 2)
    .slice(0, MOST)
    .map(({ data }) => ({ code: reader(data).uint16(), text: utf8(data.subarray(2, 2 + MOST_OCTETS)) }));

/** As UTF-8, without what may end it [RFC8914 §2]; what is none, as it should be or for being cut off, octet by octet. */
function utf8(octets: Uint8Array): string {
  const end = octets.indexOf(0);
  const said = end < 0 ? octets : octets.subarray(0, end);
  try {
    return decodeURIComponent(Array.from(said, (octet) => `%${octet.toString(16).padStart(2, '0')}`).join(''));
  } catch {
    return text(said);
  }
}

/** What a code means, as IANA's registry has it; `undefined` for one that was not known when this was written. */
export const extendedErrorToText = (code: number): string | undefined => MEANINGS[code];

const MEANINGS: readonly string[] = [
  'Other Error',
  'Unsupported DNSKEY Algorithm',
  'Unsupported DS Digest Type',
  'Stale Answer',
  'Forged Answer',
  'DNSSEC Indeterminate',
  'DNSSEC Bogus',
  'Signature Expired',
  'Signature Not Yet Valid',
  'DNSKEY Missing',
  'RRSIGs Missing',
  'No Zone Key Bit Set',
  'NSEC Missing',
  'Cached Error',
  'Not Ready',
  'Blocked',
  'Censored',
  'Filtered',
  'Prohibited',
  'Stale NXDOMAIN Answer',
  'Not Authoritative',
  'Not Supported',
  'No Reachable Authority',
  'Network Error',
  'Invalid Data',
  'Signature Expired before Valid',
  'Too Early',
  'Unsupported NSEC3 Iterations Value',
  'Unable to conform to policy',
  'Synthesized',
];
