import { extendedErrorToText } from '../dns/extended-error.ts';
import type { Name } from '../dns/name.ts';
import type { ResourceRecord } from '../dns/resource-record.ts';
import { typeToText } from '../dns/type-names.ts';
import { recordToText } from '../dns/zone-file.ts';
import type { Link, Proof, Proven } from '../dnssec/proof.ts';
import { type Asked, type AskedObject, askedObject, askedTrees } from './asked.ts';
import { besideChain, chainTrees } from './chain.ts';
import { paintProof } from './decision.ts';
import { type LinkObject, linkObject } from './link.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { type RecordObject, recordObject } from './record-object.ts';
import { rfc3339 } from './rfc3339.ts';
import { drawTree } from './tree.ts';

/** What is known at the end of a look-up. */
export interface Answered {
  readonly name: Name;
  readonly type: number;
  readonly proof: Proof;
  readonly answer: Proven['answer'];
  /** Mnemonic of the response code; null when no answer came at all. */
  readonly rcode: string | null;
  readonly records: readonly ResourceRecord[];
  readonly aliases: readonly Name[];
  /** Seconds since 1970. */
  readonly expires: number | null;
  readonly ede: readonly { readonly code: number; readonly text: string }[];
  readonly because: readonly string[];
  readonly chain: readonly Link[];
  readonly asked: readonly Asked[];
}

/** The outcome of a look-up as programs are told it. */
export interface AnswerObject {
  readonly v: 1;
  readonly name: string;
  readonly type: string;
  readonly proof: Proof;
  readonly answer: Proven['answer'];
  readonly rcode: string | null;
  readonly records: readonly RecordObject[];
  readonly aliases: readonly string[];
  readonly expires: string | null;
  readonly ede: readonly { readonly code: number; readonly text: string }[];
  readonly because: readonly string[];
  /** The proof, and what was asked for it: only with `trace`. */
  readonly chain?: readonly LinkObject[];
  readonly asked?: readonly AskedObject[];
}

/** A look-up as programs are told it. */
export const answerObject = (
  answered: Answered,
  hastlsType: number,
  trace: 'trace' | 'no-trace' = 'no-trace',
): AnswerObject => ({
  v: 1,
  name: answered.name,
  type: typeToText(answered.type, hastlsType),
  proof: answered.proof,
  answer: answered.answer,
  rcode: answered.rcode,
  records: answered.records.map((each) => recordObject(each, hastlsType)),
  aliases: answered.aliases,
  expires: answered.expires === null ? null : rfc3339(answered.expires),
  ede: answered.ede.map(({ code, text }) => ({ code, text: printable(text) })), // a terminal may be reading: JSON escapes too little
  because: answered.because.map((each) => printable(each)),
  ...(trace === 'trace' && {
    chain: answered.chain.map((each) => linkObject(each, hastlsType)),
    asked: answered.asked.map((each) => askedObject(each, hastlsType)),
  }),
});

/**
 * The outcome of a look-up for people: the records as a zone file has them, then how far they are proven and why;
 * with `trace`, the proof from the anchor down as a tree.
 */
export function answerLines(
  answered: Answered,
  hastlsType: number,
  paint: Paint,
  trace: 'trace' | 'no-trace' = 'no-trace',
): readonly string[] {
  const { proof, answer, rcode, records, aliases, expires, ede, chain } = answered;
  const traced = trace === 'trace' && chain.length > 0;
  const reasons = traced ? besideChain(answered.because, chain) : answered.because;
  const broken = traced && answer === 'error' ? reasons.slice(1) : []; // the first says no more than the proof does
  const because = reasons.slice(0, reasons.length - broken.length);
  return [
    ...(records.length === 0 ? [`; ${ANSWERS[answer]}`] : records.map((record) => recordToText(record, hastlsType))),
    `; ${paintProof(proof, paint)}${rcode === null || rcode === 'NOERROR' ? '' : `, ${rcode}`}`,
    ...aliases.map((alias) => `; by way of ${printable(alias)}`),
    ...(expires === null ? [] : [`; may be believed until ${rfc3339(expires)}`]),
    ...because.map((each) => `;   ${printable(each)}`),
    ...ede.map(({ code, text }) => `; the server adds: ${sayExtendedError(code, text)}`),
    ...(trace === 'trace'
      ? [...chainTrees(chain, paint, broken), ...askedTrees(answered.asked, paint)]
          .flatMap(drawTree)
          .map((line) => `; ${line}`)
      : []),
  ];
}

/** Its number, its meaning, and what the server says of it. */
const sayExtendedError = (code: number, text: string): string =>
  [`extended error ${code}`, extendedErrorToText(code), text]
    .filter((each) => each !== undefined && each !== '')
    .map((each) => printable(each ?? ''))
    .join(', ');

const ANSWERS: Readonly<Record<Proven['answer'], string>> = {
  data: 'an answer without records',
  nodata: 'the name exists, this type does not',
  nxdomain: 'the name does not exist',
  error: 'no answer',
};
