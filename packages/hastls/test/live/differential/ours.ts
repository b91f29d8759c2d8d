import type { Question } from '#core/dns/index.js';
import { type Anchor, type Proven, prove } from '#core/dnssec/index.js';
import { hashes, verifyAll } from '#node/crypto.js';
import type { Answerer } from '#node/testing/index.js';

/** Our own verdict, and what was asked for it. */
export interface Ours {
  readonly proven: Proven;
  readonly asked: readonly Question[];
}

export async function proveWith(
  question: Question,
  answer: Answerer,
  anchors: readonly Anchor[],
  at: number,
): Promise<Ours> {
  const proving = prove(question, { anchors, at, hashes, acceptSha1: true });
  const asked: Question[] = [];
  for (let step = proving.next(); ; ) {
    if (step.done) return { proven: step.value, asked };
    const { ask, check } = step.value;
    asked.push(...ask);
    const replies = ask.map((each) => {
      const message = answer(each);
      return message === undefined
        ? ({ kind: 'failure', why: 'silence' } as const)
        : ({ kind: 'message', message } as const);
    });
    step = proving.next({ replies, valid: await verifyAll(check) });
  }
}
