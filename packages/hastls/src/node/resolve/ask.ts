import { decodeMessage, type Message, type Question, RCODE } from '../../core/dns/index.ts';
import type { AnswerReader, Reply } from '../../core/dnssec/index.ts';
import { createEnds } from './ends.ts';
import { createHealth } from './health.ts';
import { inLettersOf, inMixedCase, isTruncated, toQuery } from './query.ts';
import { createCaller, type Signal } from './signal.ts';
import type { TlsPeer } from './tls-socket.ts';
import type { Upstream } from './upstream.ts';
import { createWays, type Transport, type Ways } from './ways.ts';

/** What came of a question, and by which way. */
export interface Answered {
  readonly reply: Reply;
  /** As in `Asker.ways`; absent when nobody answered. */
  readonly way?: string;
  /** What came to nothing before that. */
  readonly inVain: readonly InVain[];
}

/** A way by which there was no answer of use, or not soon enough. */
export interface InVain {
  readonly way: string;
  readonly why: string;
}

/** Whoever asks the upstreams. */
export interface Asker {
  /**
   * Puts a question to the upstreams, by all ways but some.
   * @param readAnswer by default without a limit
   * @throws the signal's reason, when it fires before there is an answer
   */
  ask(
    question: Question,
    signal: Signal,
    without?: readonly string[],
    readAnswer?: AnswerReader['read'],
  ): Promise<Answered>;
  /** All ways there are: `udp://192.0.2.1 over TCP`. */
  readonly ways: readonly string[];
  /** Has these asked last for a while, as what they answer is no use. */
  blame(ways: readonly string[]): void;
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
  /** Names go out over UDP in mixed case. Default: they do not. */
  readonly mixedCase?: boolean;
  /** Trusted roots for upstreams over TLS. Default: Node's. */
  readonly ca?: TlsPeer['ca'];
}

/**
 * Each question goes to one upstream at a time: to the next one when that fails or patience is over, and at last to
 * each over a stream. Nobody is hung up on for being slow: the first good answer counts, whichever attempt it comes
 * from. Who had none where another did is asked last for a while: a dead server costs its time once, not every time.
 * @param elapsedMs a clock that only goes forward
 */
export function createAsk(
  { upstreams, patienceMs, rounds, ca, mixedCase = false }: AskOptions,
  elapsedMs: () => number = () => performance.now(),
): Asker {
  const connections = createWays(ca);
  const health = createHealth(patienceMs, elapsedMs);
  const attempts = toAttempts(upstreams, rounds, patienceMs);
  const ways = [...new Set(attempts.map(({ way }) => way))];

  async function ask(
    question: Question,
    signal: Signal,
    without: readonly string[] = [],
    readAnswer: AnswerReader['read'] = decodeMessage,
  ): Promise<Answered> {
    signal.throwIfAborted();
    const left = ways.filter((way) => !without.includes(way));
    if (left.length === 0) return { reply: { kind: 'failure', why: 'there is nobody left to ask' }, inVain: [] };
    const ranks = new Map(left.map((way) => [way, health.rank(way)]));
    const plan = ranks.size === ways.length && isCalm(ranks) ? attempts : inOrder(attempts, ranks);
    const over = createCaller();
    const how = { connections, mixedCase, readAnswer, elapsedMs };
    const asking: Asking = { ...how, question, signal: over.signal, running: new Set() };
    const abort = () => over.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      const { reply, from, failed, inVain } = await firstAnswer(asking, plan);
      if (from === undefined) return { reply, inVain }; // nobody fared better than another
      health.answered(from.attempt.way, elapsedMs() - from.began);
      for (const { way, upstream } of failed) if (upstream !== from.attempt.upstream) health.failed(way);
      return { reply, way: from.attempt.way, inVain };
    } finally {
      signal.removeEventListener('abort', abort);
      if (asking.running.size > 0) over.abort(); // ends the attempts that are still running when all is said
    }
  }

  return {
    ask,
    ways,
    blame: (blamed) => {
      for (const way of blamed) health.failed(way);
    },
    close: connections.close,
  };
}

/** One question on its way. */
interface Asking {
  readonly connections: Ways;
  readonly question: Question;
  readonly mixedCase: boolean;
  readonly signal: Signal;
  readonly readAnswer: AnswerReader['read'];
  /** The attempts that have not ended. */
  readonly running: Set<Attempt>;
  elapsedMs(): number;
}

interface Attempt {
  readonly upstream: Upstream;
  readonly transport: Transport;
  /** Both of them, for people. */
  readonly way: string;
  readonly round: number;
  readonly patienceMs: number;
}

type Heard = { readonly kind: 'answer'; readonly message: Message } | Disappointment;

type Disappointment =
  /** The upstream has spoken, and no other transport will make it say more. */
  | { readonly kind: 'unwilling'; readonly message: Message; readonly why: string }
  /** The upstream may have an answer, but not in a datagram. */
  | { readonly kind: 'unfit'; readonly why: string }
  /** Nobody there. */
  | { readonly kind: 'dead'; readonly why: string };

function toAttempts(upstreams: readonly Upstream[], rounds: number, firstPatienceMs: number): readonly Attempt[] {
  const attempts: Attempt[] = [];
  for (let round = 0; round <= rounds; round++)
    for (const upstream of upstreams)
      if (round === 0 || round === rounds || upstream.transport === 'udp') {
        const transport = round === rounds ? streamTo(upstream) : upstream.transport;
        const way = toWay(upstream, transport);
        attempts.push({ upstream, transport, way, round, patienceMs: firstPatienceMs * 2 ** round });
      }
  return attempts;
}

const toWay = ({ url }: Upstream, transport: Transport): string => `${url} over ${transport.toUpperCase()}`;

/** Whether all ways are as good as each other: then the attempts are in order as they are. */
const isCalm = (ranks: ReadonlyMap<string, number>): boolean => [...ranks.values()].every((rank) => rank === 0);

/** The attempts by the ways that have a rank: round by round, the sick ones at last. */
function inOrder(attempts: readonly Attempt[], ranks: ReadonlyMap<string, number>): readonly Attempt[] {
  const rankOf = ({ way }: Attempt) => ranks.get(way) ?? 0;
  const isSick = (each: Attempt) => Number(rankOf(each) === Number.POSITIVE_INFINITY);
  return attempts
    .filter(({ way }) => ranks.has(way))
    .sort((a, b) => isSick(a) - isSick(b) || a.round - b.round || (isSick(a) ? 0 : rankOf(a) - rankOf(b)));
}

/** What is private stays so: there is no way from TLS to clear text. */
const streamTo = ({ transport }: Upstream): Transport => (transport === 'udp' ? 'tcp' : transport);

interface Running {
  readonly attempt: Attempt;
  readonly began: number;
}

interface Outcome {
  readonly reply: Reply;
  readonly from?: Running;
  /** What had nothing to give while another attempt had. */
  readonly failed: readonly Attempt[];
  readonly inVain: readonly InVain[];
}

async function firstAnswer(asking: Asking, all: readonly Attempt[]): Promise<Outcome> {
  const { running, signal } = asking;
  const ends = createEnds<Running & { readonly heard: Heard }>();
  const ended: { readonly attempt: Attempt; readonly heard: Disappointment }[] = [];
  const overdue: Attempt[] = [];
  const inVain: InVain[] = [];
  let lastResort: (Running & { readonly message: Message }) | undefined;
  for (let plan = all; ; ) {
    const [next, ...later] = plan;
    if (next !== undefined) {
      running.add(next);
      void hear(asking, next).then(ends.put);
    }
    plan = later;
    const end = await ends.next(next?.patienceMs);
    signal.throwIfAborted();
    if (end === undefined) {
      if (next !== undefined) {
        overdue.push(next);
        inVain.push({ way: next.way, why: `no answer within ${Math.round(next.patienceMs)} ms` });
      }
      continue; // it may still come
    }
    const { attempt, heard, began } = end;
    running.delete(attempt);
    if (heard.kind === 'answer') {
      const failed = [...ended.filter(isFault).map((each) => each.attempt), ...overdue];
      return { reply: { kind: 'message', message: heard.message }, from: { attempt, began }, failed, inVain };
    }
    ended.push({ attempt, heard });
    inVain.push({ way: attempt.way, why: heard.why });
    if (heard.kind === 'unwilling') lastResort ??= { attempt, began, message: heard.message };
    plan = replan(plan, all, attempt, heard);
    if (plan.length > 0 || running.size > 0) continue;
    if (lastResort !== undefined)
      return { reply: { kind: 'message', message: lastResort.message }, from: lastResort, failed: [], inVain };
    const why = ended.map((each) => `${each.attempt.way}: ${each.heard.why}`).join('; ');
    return { reply: { kind: 'failure', why }, failed: [], inVain };
  }
}

/** SERVFAIL may be the zone's fault; all else is the upstream's. */
const isFault = ({ heard }: { readonly heard: Disappointment }): boolean =>
  heard.kind !== 'unwilling' || heard.message.rcode !== RCODE.SERVFAIL;

/** What is still to be tried after an attempt came to nothing. */
function replan(
  plan: readonly Attempt[],
  all: readonly Attempt[],
  { upstream, transport, patienceMs }: Attempt,
  { kind }: Disappointment,
): readonly Attempt[] {
  const others = plan.filter((each) => each.upstream !== upstream);
  const byStream = () =>
    all
      .filter((each) => transport === 'udp' && each.upstream === upstream && each.transport === 'tcp')
      .map((each) => ({ ...each, patienceMs })); // [RFC7766 §5]
  switch (kind) {
    case 'unwilling':
      return others;
    case 'unfit':
      return [...byStream(), ...others];
    case 'dead':
      return plan.filter((each) => each.upstream !== upstream || each.transport !== transport);
  }
}

/** Never throws: what goes wrong is heard, too. */
async function hear(
  { connections, question, mixedCase, signal, readAnswer, elapsedMs }: Asking,
  attempt: Attempt,
): Promise<Running & { readonly heard: Heard }> {
  const began = elapsedMs();
  const { upstream, transport } = attempt;
  try {
    const query = toQuery(question);
    const sent = mixedCase && transport === 'udp' ? inMixedCase(query) : query;
    const answer = await connections.exchange(upstream, transport, sent, signal);
    return { attempt, began, heard: read(sent === query ? answer : inLettersOf(query, answer), readAnswer) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { attempt, began, heard: { kind: 'dead', why } };
  }
}

function read(octets: Uint8Array, readAnswer: AnswerReader['read']): Heard {
  if (isTruncated(octets)) return { kind: 'unfit', why: 'the answer is truncated' };
  const decoded = readAnswer(octets);
  if (!decoded.ok) return { kind: 'unfit', why: decoded.why };
  const message = decoded.value;
  if (UNREADABLE.has(message.rcode)) return { kind: 'unfit', why: 'it does not understand the query' };
  if (UNWILLING.has(message.rcode)) return { kind: 'unwilling', message, why: 'it cannot or will not answer' };
  if (message.edns === undefined) return { kind: 'unwilling', message, why: 'it knows nothing of DNSSEC' }; // another may
  return { kind: 'answer', message };
}

const UNREADABLE: ReadonlySet<number> = new Set([RCODE.FORMERR, RCODE.NOTIMP, RCODE.BADVERS]);
const UNWILLING: ReadonlySet<number> = new Set([RCODE.SERVFAIL, RCODE.REFUSED]);
