import { decodeMessage, type Message, type Question } from '../../core/dns/index.ts';
import { isTruncated, toQuery } from './query.ts';
import { type ResolverOptions, toSettings } from './settings.ts';
import type { Upstream } from './upstream.ts';
import type { Transport, Ways } from './ways.ts';

/** What one upstream said to one question over one transport, with nobody's judgement on it. */
export interface Said {
  /** As the options have it, or as the system's configuration means it. */
  readonly server: string;
  readonly over: Transport;
  readonly question: Question;
  readonly reply:
    | { readonly kind: 'message'; readonly message: Message }
    /** There is more than fits a datagram. */
    | { readonly kind: 'truncated' }
    | { readonly kind: 'failure'; readonly why: string };
}

/** What an upstream is asked to do with signatures: leave them to us, as look-ups do, or check them itself. */
export type Checking = 'checked-here' | 'checked-there';

/** Datagrams get lost. */
const DATAGRAMS = 3;

/**
 * Puts questions to every upstream over each of its transports, UDP and TCP both, for whoever wants to know what they
 * are good for. Proves nothing.
 * @throws HastlsError ERR_HASTLS_OPTION
 */
export async function askEach(
  questions: readonly Question[],
  options: ResolverOptions = {},
  checking: Checking = 'checked-here',
): Promise<readonly Said[]> {
  const { asking, timeoutMs } = toSettings(options);
  const { createWays } = await import('./ways.ts'); // sockets are loaded by whoever asks
  const ways = createWays(asking.ca);
  try {
    return await Promise.all(
      asking.upstreams.flatMap((upstream) =>
        transportsOf(upstream).flatMap((over) =>
          questions.map(async (question) => ({
            server: upstream.url,
            over,
            question,
            reply: await ask(ways, upstream, over, question, checking, timeoutMs),
          })),
        ),
      ),
    );
  } finally {
    ways.close();
  }
}

const transportsOf = ({ transport }: Upstream): readonly Transport[] =>
  transport === 'udp' ? ['udp', 'tcp'] : [transport];

async function ask(
  ways: Ways,
  upstream: Upstream,
  over: Transport,
  question: Question,
  checking: Checking,
  timeoutMs: number,
): Promise<Said['reply']> {
  const tries = over === 'udp' ? DATAGRAMS : 1;
  for (let turn = 1; ; turn++) {
    const patience = AbortSignal.timeout(Math.ceil(timeoutMs / tries));
    try {
      const octets = await ways.exchange(upstream, over, toQuery(question, checking === 'checked-here'), patience);
      if (isTruncated(octets)) return { kind: 'truncated' };
      const decoded = decodeMessage(octets);
      return decoded.ok ? { kind: 'message', message: decoded.value } : { kind: 'failure', why: decoded.why };
    } catch (error) {
      if (patience.aborted && turn < tries) continue;
      const said = error instanceof Error ? error.message : String(error);
      return { kind: 'failure', why: patience.aborted ? `no answer within ${timeoutMs} ms` : said };
    }
  }
}
