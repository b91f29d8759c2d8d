import { type Conversation, startTls, type Verdict } from './conversation.ts';
import { firstWord, line, say } from './lines.ts';
import { failure, type Meanings } from './meanings.ts';

/** An answer: the code or word that it is told by, and the whole of it, as it was said. */
export interface Coded {
  readonly code: string;
  readonly whole: string;
}

/** An answer, and what it comes to; `failed` is undefined when it says yes. */
export type Answer<A extends Coded = Coded> = A & { readonly failed: Verdict | undefined };

/** A client's part in a protocol where each command draws an answer with a code. */
export interface Asking<A extends Coded> {
  /** Takes an answer. */
  answer(means: Meanings): Conversation<Answer<A>>;
  /** Says a command, and takes the answer to it. */
  ask(command: string, means: Meanings): Conversation<Answer<A>>;
  /** Asks for TLS. */
  upgrade(command: string, means: Meanings): Conversation<Verdict>;
}

/** Makes that part of how the protocol's answers are taken. */
export function asking<A extends Coded>(take: () => Conversation<A>): Asking<A> {
  function* answer(means: Meanings): Conversation<Answer<A>> {
    const heard = yield* take();
    return { ...heard, failed: failure(means, heard.code, heard.whole) };
  }
  function* ask(command: string, means: Meanings): Conversation<Answer<A>> {
    yield* say(command);
    return yield* answer(means);
  }
  function* upgrade(command: string, means: Meanings): Conversation<Verdict> {
    return (yield* ask(command, means)).failed ?? startTls;
  }
  return { answer, ask, upgrade };
}

/** Takes a line, which is told by its first word. */
export function* wordLine(): Conversation<Coded> {
  const whole = yield* line();
  return { code: firstWord(whole), whole };
}
