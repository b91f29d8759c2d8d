import type { Question } from '../../core/dns/index.ts';
import type { Proving, Reply } from '../../core/dnssec/index.ts';
import { verifyAll } from '../crypto.ts';

/**
 * Holds a proof: asks and checks what it needs, all of a batch side by side. A question that comes to nothing, for want
 * of time or otherwise, has failed, and the failure says why: what that means is for the proof to say. [F8]
 * @throws the reason of `off`, which fires when nobody wants the outcome any more
 */
export async function drive<R>(
  proving: Proving<R>,
  ask: (question: Question) => Promise<Reply>,
  off: AbortSignal,
): Promise<R> {
  const hear = (question: Question): Promise<Reply> =>
    ask(question).catch((reason: unknown) => ({
      kind: 'failure',
      why: reason instanceof Error ? reason.message : String(reason),
    }));
  for (let step = proving.next(); ; ) {
    if (step.done) return step.value;
    const { ask: questions, check } = step.value;
    const [replies, valid] = await Promise.all([Promise.all(questions.map(hear)), verifyAll(check)]);
    off.throwIfAborted();
    step = proving.next({ replies, valid });
  }
}
