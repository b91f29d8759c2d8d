import { type ExtendedError, extendedErrorsOf } from '../dns/extended-error.ts';
import type { Message } from '../dns/message.ts';
import { canonical, type Name } from '../dns/name.ts';
import type { Question } from '../dns/question.ts';
import { RCODE, rcodeToText } from '../dns/rcode.ts';
import type { ResourceRecord } from '../dns/resource-record.ts';
import { TYPE, typeToText } from '../dns/type-names.ts';
import { weightOf } from './algorithms.ts';
import { bogus, type Failure, indeterminate, limitReached, SIGN_ANEW } from './failure.ts';
import { LIMITS } from './limits.ts';
import { createNsec3Hasher, type Nsec3Hasher } from './nsec3-hash.ts';
import type { Check, Context, Given, Link, Need, ProvenZone, Reply } from './proof.ts';

/** What one proof has asked, found out and spent so far. */
export interface Session {
  readonly context: Context;
  /** Links proven so far, from the anchor on. */
  readonly links: Set<Link>;
  /** Zones reached, or why they could not be. */
  readonly zones: Map<Name, ProvenZone | Failure>;
  readonly extendedErrors: ExtendedError[];
  /** The response code to this question, if there was a response. */
  rcode(question: Question): number | undefined;
  /** The reply that is here already. */
  held(question: Question): Message | undefined;
  /** Asks those questions that were not asked yet, together, as far as the limit allows. */
  fetch(questions: readonly Question[]): Generator<Need, void, Given>;
  /** The usable reply to a question, asked now if need be. A failure is never an absence. */
  answer(question: Question): Generator<Need, Message | Failure, Given>;
  readonly nsec3Hash: Nsec3Hasher;
  check(check: Check): Generator<Need, boolean | Failure, Given>;
  /** The failure for signatures of a zone that should be there and are not. */
  unsigned(what: string, zone: Name): Failure;
}

/** For how many checks one counts that fails: signatures that do not hold are what an attacker has without any key. */
const FAILED_COUNTS = 4;

/** Of all answers together. */
const MAX_EXTENDED_ERRORS = 16;

/** A proof that has asked nothing yet. */
export function startSession(context: Context): Session {
  const replies = new Map<string, Reply>();
  const extendedErrors: ExtendedError[] = [];
  const most = context.questions ?? LIMITS.upstreamQuestions;
  let asked = 0;
  let checked = 0;
  let records = 0;
  let signaturesSeen = false;

  function* fetch(questions: readonly Question[]): Generator<Need, void, Given> {
    const missing = new Map<string, Question>();
    for (const each of questions) {
      const key = keyOf(each);
      if (!replies.has(key) && asked + missing.size < most) missing.set(key, each);
    }
    if (missing.size === 0) return;
    asked += missing.size;
    const given = yield { ask: [...missing.values()], check: [] };
    for (const [index, key] of [...missing.keys()].entries()) {
      const reply = bounded(given.replies[index] ?? { kind: 'failure', why: 'no reply was given' });
      replies.set(key, reply);
      if (reply.kind === 'failure') continue;
      const { answers, authorities } = reply.message;
      signaturesSeen ||= answers.some(isSignature) || authorities.some(isSignature);
      for (const each of extendedErrorsOf(reply.message))
        if (
          extendedErrors.length < MAX_EXTENDED_ERRORS &&
          !extendedErrors.some(({ code, text }) => code === each.code && text === each.text)
        )
          extendedErrors.push(each);
    }
  }

  /** Whoever reads answers without `createAnswerReader()` is held to the limit here. */
  function bounded(reply: Reply): Reply {
    if (reply.kind === 'failure') return reply;
    const more = reply.message.answers.length + reply.message.authorities.length;
    if (records + more > LIMITS.recordsPerQuestion)
      return { kind: 'failure', why: limitReached('recordsPerQuestion').because[0] };
    records += more;
    return reply;
  }

  const messageTo = (question: Question): Message | undefined => {
    const reply = replies.get(keyOf(question));
    return reply?.kind === 'message' ? reply.message : undefined;
  };

  return {
    context,
    links: new Set(),
    zones: new Map(),
    extendedErrors,
    nsec3Hash: createNsec3Hasher(context.hashes),
    fetch,
    held: messageTo,
    rcode: (question) => messageTo(question)?.rcode,
    *answer(question) {
      if (!replies.has(keyOf(question))) yield* fetch([question]);
      const reply = replies.get(keyOf(question));
      return reply === undefined ? limitReached('upstreamQuestions') : usable(question, reply);
    },
    *check(check) {
      const weight = weightOf(check);
      checked += weight;
      if (checked > LIMITS.checksPerQuestion) return limitReached('checksPerQuestion');
      const given = yield { ask: [], check: [check] };
      if (given.valid[0] === true) return true;
      checked += weight * (FAILED_COUNTS - 1);
      return false;
    },
    unsigned: (what, zone) => ({
      ...(signaturesSeen
        ? bogus(
            `${what} is not signed by ${zone}, which signs all it has: records were forged or removed: ${SIGN_ANEW}`,
          )
        : indeterminate(
            `${what} is not signed, nor is anything else: the resolver strips DNSSEC records, use another`,
          )),
      unsigned: true,
    }),
  };
}

const isSignature = ({ type }: ResourceRecord): boolean => type === TYPE.RRSIG;

const keyOf = ({ name, type }: Question): string => `${canonical(name)} ${type}`;

/** As reasons name it: `host.example. A`. */
export const questionToText = ({ name, type }: Question): string => `${name} ${typeToText(type)}`;

/** NOERROR and NXDOMAIN can be proven; YXDOMAIN comes with the DNAME that explains it. All else is not an answer. [A23] */
const ANSWERS: ReadonlySet<number> = new Set([RCODE.NOERROR, RCODE.NXDOMAIN, RCODE.YXDOMAIN]);

function usable(question: Question, reply: Reply): Message | Failure {
  const asked = questionToText(question);
  if (reply.kind === 'failure') return indeterminate(`no answer to ${asked}: ${reply.why}`);
  const { message } = reply;
  if (message.flags.truncated)
    return indeterminate(`the answer to ${asked} is truncated, and whole over no way: open TCP to the resolver`);
  if (ANSWERS.has(message.rcode)) return message;
  const said = extendedErrorsOf(message).map((each) => `extended error ${each.code}${each.text && `: ${each.text}`}`);
  return indeterminate(
    `the resolver answers ${[`${rcodeToText(message.rcode)} to ${asked}`, ...said].join(', ')}: its own log says why`,
  );
}
