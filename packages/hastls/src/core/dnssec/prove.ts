import type { Message } from '../dns/message.ts';
import { canonical, type Name } from '../dns/name.ts';
import type { Question } from '../dns/question.ts';
import { TYPE, typeToText } from '../dns/type-names.ts';
import { type Step, stepsOf } from './alias.ts';
import { bogus, type Failure, indeterminate, isFailure, limitReached, within } from './failure.ts';
import { homeOf, type Judged, judgeAbsence, judgeRrset, judgeRrsets, targetsOf } from './judge.ts';
import { LIMITS } from './limits.ts';
import type { Context, Given, Need, Proven, Proving } from './proof.ts';
import { questionToText, type Session, startSession } from './session.ts';
import { anchorZone, zoneQuestions } from './zone-walk.ts';

/**
 * Proves the answer to a question, from an anchor down, through all aliases. What is asked goes out in batches: the
 * question, then the keys of all zones that probably lead to the answer's signers, then whatever those guesses missed.
 *
 * The answer to ANY is what a server chose to say of a name, and may be a part of it [RFC8482 §4]: it is secure if each
 * RRset of it is, and says nothing of any type that it does not have. Signatures cannot be asked for, as nobody signs
 * them, nor can types that no data has: that is indeterminate, and nobody is asked.
 */
export function* prove(question: Question, context: Context): Proving<Proven> {
  const session = startSession(context);
  const trail: Trail = { aliases: [], asked: question };
  const outcome = yield* follow(session, trail, question);
  const chain = [...session.links];
  const common = {
    question,
    rcode: session.rcode(trail.asked),
    aliases: trail.aliases,
    extendedErrors: session.extendedErrors,
    chain,
    learnt: [...session.zones.values()].flatMap((zone) => (isFailure(zone) ? [] : [zone])),
  };
  if (isFailure(outcome)) {
    const { failed, because } = within(`${questionToText(question)} is ${outcome.failed}`, outcome);
    return {
      ...common,
      proof: failed,
      answer: 'error',
      records: [],
      expires: undefined,
      because,
      unsigned: outcome.unsigned === true,
    };
  }
  const head = [questionToText(question), 'is', `${outcome.proof}:`, SAYS[outcome.answer]].join(' ');
  const because = [head].concat(chain.map(({ says }) => says).reverse()) as [string, ...string[]]; // the head is there
  return { ...common, ...outcome, unsigned: false, because };
}

const SAYS = { data: 'it exists', nodata: 'the name has no such record', nxdomain: 'there is no such name' } as const;

/** How far a proof has come: kept here so that a failure can show it too. */
interface Trail {
  readonly aliases: Name[];
  /** The last question whose answer was looked for. */
  asked: Question;
}

/** Follows the answer through its aliases; the weakest link decides. [A20] */
function* follow(session: Session, trail: Trail, { name, type }: Question): Generator<Need, Judged | Failure, Given> {
  const refusal = refusalOf(session, { name, type });
  if (isFailure(refusal)) return refusal;
  const seen = new Set([canonical(name)]);
  let [secure, expires] = [true, Number.POSITIVE_INFINITY];
  for (;;) {
    trail.asked = { name, type };
    const message = yield* session.answer(trail.asked);
    if (isFailure(message)) return message;
    const steps = [...stepsOf(message, trail.asked)];
    yield* session.fetch(
      zoneQuestions(
        session,
        steps.flatMap((step) => targetsOf(message, step, type)),
      ),
    );
    for (const step of steps) {
      const judged = yield* judgeStep(session, message, step, type);
      if (isFailure(judged)) return trail.aliases.length > 0 ? within(`an alias leads to ${name}`, judged) : judged;
      secure &&= judged.proof === 'secure';
      expires = Math.min(expires, judged.expires);
      if (step.kind !== 'alias') return { ...judged, proof: secure ? 'secure' : 'insecure', expires };
      name = step.target;
      trail.aliases.push(name);
      if (trail.aliases.length > LIMITS.aliasLinks) return limitReached('aliasLinks');
      if (seen.has(canonical(name))) return indeterminate(`the aliases lead in a circle, back to ${name}`); // [A20] [A23]
      seen.add(canonical(name));
    }
  }
}

function* judgeStep(
  session: Session,
  message: Message,
  step: Step,
  type: number,
): Generator<Need, Judged | Failure, Given> {
  switch (step.kind) {
    case 'data': {
      const judged = yield* judgeRrsets(session, message, step.rrsets);
      return isFailure(judged) || step.derived === undefined ? judged : { ...judged, records: step.derived };
    }
    case 'alias':
      return yield* judgeRrset(session, message, step.rrset);
    case 'overlong': {
      const judged = yield* judgeRrset(session, message, step.rrset);
      return isFailure(judged) ? judged : { ...judged, answer: 'nxdomain', records: [] };
    }
    case 'absent':
      return yield* judgeAbsence(session, message, { name: step.name, type });
    case 'broken':
      return bogus(step.why);
  }
}

/** Why there is no use in asking, if so. */
function refusalOf(session: Session, question: Question): Failure | undefined {
  const { at, notBefore = 0 } = session.context;
  if (at < notBefore)
    return indeterminate(
      `the clock stands at ${new Date(at * 1000).toISOString()}, before this program was built: set it`,
    );
  if (isUnsigned(question.type))
    return indeterminate(`${typeToText(question.type)} is no data that anybody signs: nothing of it can be proven`);
  const anchor = anchorZone(session, homeOf(question));
  return isFailure(anchor) ? anchor : undefined;
}

/** Signatures are not signed; from 128 to 255 are types that no data has, of which ANY stands for all that has. [RFC6895 §3.1] */
const isUnsigned = (type: number): boolean =>
  type === 0 || type === TYPE.RRSIG || type === TYPE.OPT || (type >= 128 && type < TYPE.ANY);
