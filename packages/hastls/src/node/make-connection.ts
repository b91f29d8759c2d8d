import type { Connection, ConnectOptions } from './connect.ts';
import { HastlsError } from './errors.ts';
import { investigate, withResolver } from './investigate.ts';
import { checkOptions } from './options.ts';
import { toTarget } from './target.ts';

/** What `connect()` does, which says what it promises. */
export async function makeConnection(url: string | URL, options: ConnectOptions): Promise<Connection> {
  checkOptions(options);
  const target = toTarget(url, options.profile);
  const { timeoutMs = 30_000 } = options;
  const deadline = AbortSignal.timeout(timeoutMs);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]);
  try {
    return await withResolver(options, async (resolver) => {
      const explanation = await investigate(target, resolver, { ...options, signal });
      const { followPlan } = await import('./attempts.ts'); // sockets and TLS are loaded by whoever may connect
      return followPlan(explanation, { ...options, signal });
    });
  } catch (error) {
    if (error !== deadline.reason) throw error;
    throw new HastlsError('ERR_HASTLS_TIMEOUT', `${target.host}: no connection within ${timeoutMs} ms`);
  }
}
