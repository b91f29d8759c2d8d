import { concatBytes, equalBytes } from '../../core/bytes/index.ts';
import { encodeMessage, type Question, RCODE } from '../../core/dns/index.ts';
import { crypto } from '../crypto.ts';

/** Largest datagram that passes nearly every path unfragmented. */
const UDP_SIZE = 1232;
const HEADER = 12;
/** An OPT record without options, which ends each query. [RFC6891 §6.1.2] */
const OPT = 11;
const TYPE_AND_CLASS = 4;

/** A query that asks for the signatures too (DO), and for the data even where its sender would not believe them (CD). */
export const toQuery = (question: Question, checkingDisabled = true): Uint8Array =>
  encodeMessage({
    id: crypto().randomInt(0x10000), // with the random port all that a forger must guess [RFC5452 §9.2]
    flags: {
      response: false,
      authoritative: false,
      truncated: false,
      recursionDesired: true,
      recursionAvailable: false,
      authenticated: false,
      checkingDisabled,
    },
    opcode: 0,
    rcode: 0,
    questions: [question],
    answers: [],
    authorities: [],
    additionals: [],
    edns: { udpSize: UDP_SIZE, dnssecOk: true, version: 0, options: [] },
  });

/**
 * The same query, its name in capitals and small letters at random, which an answer must repeat: one bit more for each
 * letter that a forger must guess.
 */
export function inMixedCase(query: Uint8Array): Uint8Array {
  const coins = crypto().randomBytes(query.length - OPT);
  return query.map((octet, at) => {
    const isLetter =
      at >= HEADER && at < query.length - OPT - TYPE_AND_CLASS && /[a-z]/i.test(String.fromCharCode(octet));
    return isLetter && ((coins[at] ?? 0) & 1) === 1 ? octet ^ 0x20 : octet; // lengths of labels are below all letters
  });
}

/** An answer with its question as it stands in this query, and with it all names that point there. */
export function inLettersOf(query: Uint8Array, answer: Uint8Array): Uint8Array {
  const hasQuestion = answer[5] === 1;
  return hasQuestion
    ? concatBytes(answer.subarray(0, HEADER), questionOf(query), answer.subarray(query.length - OPT))
    : answer;
}

const questionOf = (query: Uint8Array): Uint8Array => query.subarray(HEADER, query.length - OPT);

/** The number by which a query and its answers are told from others; -1 for what is too short to have one. */
export const idOf = ({ 0: high, 1: low }: Uint8Array): number =>
  high === undefined || low === undefined ? -1 : (high << 8) | low;

/** The same query by another number. */
export function withId(query: Uint8Array, id: number): Uint8Array {
  if (idOf(query) === id) return query;
  const numbered = query.slice();
  [numbered[0], numbered[1]] = [id >> 8, id & 0xff];
  return numbered;
}

/** Whether a message is a response to this very query: its id, and its question to the letter. [RFC5452 §9.1] */
export function isAnswerTo(query: Uint8Array, message: Uint8Array): boolean {
  const [high, low, flags = 0, code = 0, asked, questions] = message;
  if (message.length < HEADER || high !== query[0] || low !== query[1] || (flags & 0xf8) !== 0x80) return false;
  if (asked !== 0) return false;
  // who cannot read a query cannot repeat its question; all that this can bring about is a query over TCP
  if (questions === 0) return UNREADABLE.has(code & 0xf);
  const question = questionOf(query);
  return questions === 1 && equalBytes(question, message.subarray(HEADER, HEADER + question.length));
}

const UNREADABLE: ReadonlySet<number> = new Set([RCODE.FORMERR, RCODE.NOTIMP]);

/** Whether the sender had more to say than fitted. Not left to the decoder, as some senders cut records in the middle. */
export const isTruncated = (message: Uint8Array): boolean => ((message[2] ?? 0) & 0x02) !== 0;
