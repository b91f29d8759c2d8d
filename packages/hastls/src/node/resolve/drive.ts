import type { Question } from '../../core/dns/index.ts';
import type { Proving, Reply } from '../../core/dnssec/index.ts';
import { verifyAll } from '../crypto.ts';
import type { Ask } from './ask.ts';

/**
 * Holds a proof: asks and checks what it needs, all of a batch side by side. When time is over, the questions that are
 * open have failed, and the limit's name is in their failure: what that means is for the proof to say. [F8]
 * @throws the reason of `off`, which fires when nobody wants the outcome any more
 */
export async function drive<R>(proving: Proving<R>, ask: Ask, timeoutMs: number, off: AbortSignal): Promise<R> {
  const over = new AbortController();
  const leave = () => over.abort(off.reason);
  off.addEventListener('abort', leave, { once: true });
  const hear = (question: Question): Promise<Reply> =>
    ask(question, over.signal).catch((reason: unknown) => ({
      kind: 'failure',
      why: reason instanceof Error ? reason.message : String(reason),
    }));
  const late = () => over.abort(new Error(`limit timeoutMs (${timeoutMs}) was reached`));
  const timer = setTimeout(late, timeoutMs); // monotonic
  try {
    for (let step = proving.next(); ; ) {
      if (step.done) return step.value;
      const { ask: questions, check } = step.value;
      const [replies, valid] = await Promise.all([Promise.all(questions.map(hear)), verifyAll(check)]);
      off.throwIfAborted();
      step = proving.next({ replies, valid });
    }
  } finally {
    clearTimeout(timer);
    off.removeEventListener('abort', leave);
  }
}
