import type { Question } from '../../core/dns/index.ts';
import type { Proving, Reply } from '../../core/dnssec/index.ts';
import { verifyAll } from '../crypto.ts';
import type { Signal } from './signal.ts';

/**
 * Holds a proof: asks and checks what it needs, all of a batch side by side. A question that comes to nothing, for want
 * of time or otherwise, has failed, and the failure says why: what that means is for the proof to say. [F8]
 * @throws the reason of `off`, which fires when nobody wants the outcome any more
 */
export async function drive<R>(
  proving: Proving<R>,
  ask: (question: Question) => Promise<Reply>,
  off: Signal,
): Promise<R> {
  const hear = (question: Question): Promise<Reply> =>
    ask(question).catch((reason: unknown) => ({
      kind: 'failure',
      why: reason instanceof Error ? reason.message : String(reason),
    }));
  for (let step = proving.next(); ; ) {
    if (step.done) return step.value;
    const { ask: questions, check } = step.value;
    const checking = check.length > 0 ? verifyAll(check) : NONE;
    const replies = questions.length > 0 ? await Promise.all(questions.map(hear)) : NONE;
    const valid = await checking;
    off.throwIfAborted();
    step = proving.next({ replies, valid });
  }
}

const NONE: readonly [] = [];
