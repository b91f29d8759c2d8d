import { decodeMessage, type Message, type Question, RCODE } from '../../core/dns/index.ts';
import type { Reply } from '../../core/dnssec/index.ts';
import { isTruncated, toQuery } from './query.ts';
import type { TlsPeer } from './tls-socket.ts';
import type { Upstream } from './upstream.ts';
import { createWays, type Transport, type Ways } from './ways.ts';

/** Puts a question to the upstreams. @throws the signal's reason, when it fires before there is an answer */
export type Ask = (question: Question, signal: AbortSignal) => Promise<Reply>;

/** Whoever asks the upstreams. */
export interface Asker {
  readonly ask: Ask;
  /** Closes the connections that are held open. */
  close(): void;
}

/** Whom to ask, and how patiently. */
export interface AskOptions {
  readonly upstreams: readonly Upstream[];
  /** How long the first attempt has before the next one is made besides; twice as long in each further round. */
  readonly patienceMs: number;
  /** How often each upstream is asked over UDP before all are asked over streams. */
  readonly rounds: number;
  /** Trusted roots for upstreams over TLS. Default: Node's. */
  readonly ca?: TlsPeer['ca'];
}

/**
 * Each question goes to one upstream at a time: to the next one when that fails or patience is over, and at last to
 * each over TCP. Nobody is hung up on for being slow: the first good answer counts, whichever attempt it comes from.
 */
export function createAsk({ upstreams, patienceMs, rounds, ca }: AskOptions): Asker {
  const ways = createWays(ca);
  let order = upstreams;

  async function ask(question: Question, signal: AbortSignal): Promise<Reply> {
    signal.throwIfAborted();
    const over = new AbortController();
    const running: Running = new Map();
    const abort = () => over.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      const { reply, from } = await firstAnswer(
        ways,
        question,
        toPlan(order, rounds, patienceMs),
        running,
        over.signal,
      );
      // whoever answered is asked first from now on: a dead server costs its time once, not with every question
      if (from !== undefined && from !== order[0]) order = [from, ...order.filter((each) => each !== from)];
      return reply;
    } finally {
      signal.removeEventListener('abort', abort);
      if (running.size > 0) over.abort(); // ends the attempts that are still running when all is said
    }
  }

  return { ask, close: ways.close };
}

interface Attempt {
  readonly upstream: Upstream;
  readonly transport: Transport;
  readonly patienceMs: number;
}

/** Attempts that have not ended. */
type Running = Map<Attempt, Promise<{ readonly attempt: Attempt; readonly heard: Heard }>>;

type Heard = { readonly kind: 'answer'; readonly message: Message } | Disappointment;

type Disappointment =
  /** The upstream has spoken, and no other transport will make it say more. */
  | { readonly kind: 'unwilling'; readonly message: Message; readonly why: string }
  /** The upstream may have an answer, but not in a datagram. */
  | { readonly kind: 'unfit'; readonly why: string }
  /** Nobody there. */
  | { readonly kind: 'dead'; readonly why: string };

function toPlan(order: readonly Upstream[], rounds: number, firstPatienceMs: number): readonly Attempt[] {
  const plan: Attempt[] = [];
  for (let round = 0; round <= rounds; round++)
    for (const upstream of order)
      if (round === 0 || round === rounds || upstream.transport === 'udp')
        plan.push({
          upstream,
          transport: round === rounds ? streamTo(upstream) : upstream.transport,
          patienceMs: firstPatienceMs * 2 ** round,
        });
  return plan;
}

/** What is private stays so: there is no way from TLS to clear text. */
const streamTo = ({ transport }: Upstream): Transport => (transport === 'udp' ? 'tcp' : transport);

async function firstAnswer(
  ways: Ways,
  question: Question,
  plan: readonly Attempt[],
  running: Running,
  signal: AbortSignal,
): Promise<{ readonly reply: Reply; readonly from?: Upstream }> {
  const whys: string[] = [];
  let lastResort: Message | undefined;
  for (;;) {
    const [next, ...later] = plan;
    if (next !== undefined) running.set(next, hear(ways, next, question, signal));
    plan = later;
    const ended = await firstEnd([...running.values()], next?.patienceMs);
    signal.throwIfAborted();
    if (ended === undefined) continue; // it may still come
    const { attempt, heard } = ended;
    running.delete(attempt);
    if (heard.kind === 'answer') return { reply: { kind: 'message', message: heard.message }, from: attempt.upstream };
    whys.push(`${attempt.upstream.url} over ${attempt.transport.toUpperCase()}: ${heard.why}`);
    if (heard.kind === 'unwilling') lastResort ??= heard.message;
    plan = replan(plan, attempt, heard);
    if (plan.length > 0 || running.size > 0) continue;
    return {
      reply: lastResort ? { kind: 'message', message: lastResort } : { kind: 'failure', why: whys.join('; ') },
    };
  }
}

/** What is still to be tried after an attempt came to nothing. */
function replan(
  plan: readonly Attempt[],
  { upstream, transport, patienceMs }: Attempt,
  { kind }: Disappointment,
): readonly Attempt[] {
  const others = plan.filter((each) => each.upstream !== upstream);
  switch (kind) {
    case 'unwilling':
      return others;
    case 'unfit':
      return transport === 'udp' ? [{ upstream, transport: 'tcp', patienceMs }, ...others] : others; // [RFC7766 §5]
    case 'dead':
      return plan.filter((each) => each.upstream !== upstream || each.transport !== transport);
  }
}

async function firstEnd<T>(running: readonly Promise<T>[], patienceMs: number | undefined): Promise<T | undefined> {
  if (patienceMs === undefined) return Promise.race(running);
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, patienceMs, undefined);
  });
  try {
    return await Promise.race([...running, impatience]);
  } finally {
    clearTimeout(timer);
  }
}

async function hear(
  ways: Ways,
  attempt: Attempt,
  question: Question,
  signal: AbortSignal,
): Promise<{ readonly attempt: Attempt; readonly heard: Heard }> {
  try {
    return {
      attempt,
      heard: read(await ways.exchange(attempt.upstream, attempt.transport, toQuery(question), signal)),
    };
  } catch (error) {
    return { attempt, heard: { kind: 'dead', why: error instanceof Error ? error.message : String(error) } };
  }
}

function read(octets: Uint8Array): Heard {
  if (isTruncated(octets)) return { kind: 'unfit', why: 'the answer is truncated' };
  const decoded = decodeMessage(octets);
  if (!decoded.ok) return { kind: 'unfit', why: decoded.why };
  const message = decoded.value;
  if (UNREADABLE.has(message.rcode)) return { kind: 'unfit', why: 'it does not understand the query' };
  if (UNWILLING.has(message.rcode)) return { kind: 'unwilling', message, why: 'it cannot or will not answer' };
  if (message.edns === undefined) return { kind: 'unwilling', message, why: 'it knows nothing of DNSSEC' }; // another may
  return { kind: 'answer', message };
}

const UNREADABLE: ReadonlySet<number> = new Set([RCODE.FORMERR, RCODE.NOTIMP, RCODE.BADVERS]);
const UNWILLING: ReadonlySet<number> = new Set([RCODE.SERVFAIL, RCODE.REFUSED]);
