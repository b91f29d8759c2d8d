import { type Question, TYPE } from '../../core/dns/index.ts';
import {
  type AnswerReader,
  type Context,
  createAnswerReader,
  LIMITS,
  type Proven,
  prove,
  type Reply,
} from '../../core/dnssec/index.ts';
import type { Answered, Asker } from './ask.ts';
import { drive } from './drive.ts';
import type { Inquiry } from './inquiry.ts';
import { createCaller, type Signal } from './signal.ts';

/** Asks by all ways but these, and says which way the answer came. */
export type AskWithout = (
  question: Question,
  signal: Signal,
  without: readonly string[],
  answers: AnswerReader,
) => Promise<Answered>;

/**
 * Proves an answer through several upstreams. Where signatures are missing whoever was asked may have left them out,
 * so that the proof is begun anew without them, for as long as there is somebody else, within the one time, the one number
 * of questions and the one room for their answers. A zone that has no signatures, though it should, looks the same by all ways.
 * @param inquiries takes what is asked
 * @throws the reason of `off`, which fires when nobody wants the outcome any more
 */
export async function insist(
  question: Question,
  context: Context,
  upstreams: Pick<Asker, 'ways' | 'blame'> & { readonly ask: AskWithout },
  timeoutMs: number,
  off: Signal,
  inquiries: Inquiry[] = [],
): Promise<Proven> {
  off.throwIfAborted();
  const over = createCaller();
  const leave = () => over.abort(off.reason);
  off.addEventListener('abort', leave, { once: true });
  const timer = setTimeout(() => over.abort(new Error(`limit timeoutMs (${timeoutMs}) was reached`)), timeoutMs);
  const answers = createAnswerReader();
  let suspects: readonly string[] = [];
  let questions: number = LIMITS.upstreamQuestions;
  let first: Proven | undefined;
  try {
    for (;;) {
      const replies: Answered[] = [];
      const ask = async (each: Question): Promise<Reply> => {
        questions--;
        try {
          const answered = await upstreams.ask(each, over.signal, suspects, answers);
          replies.push(answered);
          inquiries.push({ question: each, way: answered.way ?? null, inVain: answered.inVain });
          return answered.reply;
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error);
          inquiries.push({ question: each, way: null, inVain: [{ way: 'all ways', why }] });
          throw error;
        }
      };
      const found = await drive(prove(question, { ...context, questions }), ask, off);
      if (first === undefined) first = found;
      if (!found.unsigned) return weigh(first, found, suspects, upstreams);
      suspects = [...new Set([...suspects, ...suspectsOf(replies)])];
      const isLast = upstreams.ways.every((way) => suspects.includes(way));
      if (isLast || questions <= 0 || over.signal.aborted) return weigh(first, found, suspects, upstreams);
    }
  } finally {
    clearTimeout(timer);
    off.removeEventListener('abort', leave);
  }
}

/** Those who answered without a signature; if all had some, all who answered. */
function suspectsOf(replies: readonly Answered[]): readonly string[] {
  const silent = replies.filter(({ reply }) => reply.kind === 'message' && !hasSignature(reply));
  return (silent.length > 0 ? silent : replies).flatMap(({ way }) => way ?? []);
}

const hasSignature = (reply: Reply): boolean =>
  reply.kind === 'message' &&
  [reply.message.answers, reply.message.authorities].some((each) => each.some(({ type }) => type === TYPE.RRSIG));

/** The better of the first outcome and the last, and what is to be said of those who left something out. */
function weigh(first: Proven, last: Proven, suspects: readonly string[], { blame }: Pick<Asker, 'blame'>): Proven {
  if (first === last) return first;
  const isProven = last.proof === 'secure' || last.proof === 'insecure';
  if (isProven) blame(suspects);
  const better = last.proof === 'indeterminate' ? first : last;
  const [reason, ...more] = better.because;
  const moral = `asked again without ${suspects.join(', ')}: ${isProven ? 'signatures were left out' : 'in vain'}`;
  return { ...better, because: [reason, ...more, moral] };
}
