import { type Name, type ResourceRecord, rcodeToText } from '../../core/dns/index.ts';
import type { Link, Proof, Proven } from '../../core/dnssec/index.ts';
import type { Inquiry } from './inquiry.ts';

/** What a look-up found out, and how far that can be trusted. */
export interface Answer {
  readonly name: Name;
  readonly type: number;
  readonly proof: Proof;
  readonly answer: Proven['answer'];
  /** Mnemonic of the response code; `null` when no answer came at all. */
  readonly rcode: string | null;
  /** Exactly what the proof covers: none when it is bogus or indeterminate. */
  readonly records: readonly ResourceRecord[];
  /** Seconds since 1970 up to which this may be believed. */
  readonly expires: number | null;
  /** Extended errors that the upstream gave. [RFC8914] */
  readonly ede: readonly { readonly code: number; readonly text: string }[];
  /** Why, outermost first. Never empty. */
  readonly because: readonly [string, ...string[]];
  readonly chain: readonly Link[];
  /** Names that CNAME and DNAME led through, the asked one not among them. */
  readonly aliases: readonly Name[];
  /** What was asked of the upstreams, in the order in which answers came; nothing when all was known already. */
  readonly asked: readonly Inquiry[];
}

/** What was proven, as it is given again: then nothing is asked for it. */
export const toAnswer = (proven: Proven): Answer => ({
  name: proven.question.name,
  type: proven.question.type,
  proof: proven.proof,
  answer: proven.answer,
  rcode: proven.rcode === undefined ? null : rcodeToText(proven.rcode),
  records: proven.records,
  expires: proven.expires ?? null,
  ede: proven.extendedErrors.length === 0 ? NOTHING : proven.extendedErrors, // so many answers are kept that one array counts
  because: proven.because,
  chain: proven.chain,
  aliases: proven.aliases.length === 0 ? NOTHING : proven.aliases,
  asked: NOTHING,
});

const NOTHING: readonly never[] = [];

/**
 * Makes one answer of those for several numbers of one type, as they are asked during a migration: one RRset, so that
 * what any of its records forbids is forbidden. The weakest proof decides.
 */
export function mergeAnswers(all: readonly [Answer, ...Answer[]]): Answer {
  const [{ type }] = all;
  const weakest = all.reduce((a, b) => (STRENGTH.indexOf(b.proof) < STRENGTH.indexOf(a.proof) ? b : a));
  const asked = all.flatMap((each) => each.asked);
  if (weakest.proof === 'bogus' || weakest.proof === 'indeterminate') return { ...weakest, type, asked };
  const fullest = all.find(({ answer }) => answer === 'data') ?? weakest;
  return {
    ...fullest,
    type,
    proof: weakest.proof,
    because: weakest.because,
    records: all.flatMap(({ records }) => records.map((record) => ({ ...record, type }))),
    expires: Math.min(...all.map(({ expires }) => expires ?? 0)), // a proof that holds has its end
    chain: all.flatMap(({ chain }) => chain),
    asked,
  };
}

const STRENGTH: readonly Proof[] = ['bogus', 'indeterminate', 'insecure', 'secure'];
